"""Checks of the linked objects: who uses a name of whom, as nm says.

An #include shows what a file may know, the symbols show what it uses: a name
that is declared on a low floor and defined on a high one is a call upward that
no #include gives away.
"""
import collections
import os
import re
import shlex
import subprocess

from report import ARCHITECTURE, OUT, line_of, problem, read, say, section

HOOKS = "Hooks: what a lower floor calls upward"
MAX_HOOKS = 12
MAX_CIRCLE = 4
# nm's letters of symbols that other files see.
STRONG, WEAK, WANTED = set("TDBRGSCA"), set("WV"), set("Uwv")


def present_objects(files):
    """{object: its source file} of those of files that the image links. The
    list is made by make; without one, those that were compiled."""
    objects = {f"{OUT}/obj/{path}.o": path for path in files}
    listed = f"{OUT}/kernel-objects"
    linked = (" ".join(read(listed)).split() if os.path.exists(listed)
              else objects)
    return {name: objects[name] for name in linked
            if name in objects and os.path.exists(name)}


def symbols(files):
    """(defined, weak, wanted): {source file: set of names}, from the objects
    of files (those of other boards have none); None if none was compiled."""
    objects = present_objects(files)
    if not objects:
        problem(f"{OUT}/obj", 1, "no objects; run `make` first")
        return None
    nm = shlex.split(os.environ.get("NM", "arm-none-eabi-nm"))
    output = subprocess.run([*nm, "-A", *objects], text=True, check=True,
                            stdout=subprocess.PIPE).stdout
    tables = [collections.defaultdict(set) for _ in range(3)]
    for line in output.splitlines():
        name, fields = line.split(":", 1)
        letter, symbol = fields.split()[-2:]
        undefined = len(fields.split()) == 2
        for table, letters in zip(tables, (STRONG, WEAK, WANTED)):
            # w and v without an address are wanted, not defined.
            if letter in letters and undefined == (letters is WANTED):
                table[objects[name]].add(symbol)
    return tables


def uses(files):
    """{(user, owner): names}; a strong definition wins over a weak one, whose
    own file is then a user of the strong one."""
    found = symbols(files)
    if not found:
        return {}
    defined, weak, wanted = found
    owner = {name: path for path, names in weak.items() for name in names}
    owner.update({name: path for path, names in defined.items()
                  for name in names})
    edges = collections.defaultdict(set)
    for path in files:
        for name in wanted[path] | weak[path]:
            if owner.get(name, path) != path:
                edges[path, owner[name]].add(name)
    return edges


def hooks():
    """{name: line} of the table of names that may be called upward."""
    row = re.compile(r"\|\s*`(\w+)(?:\(\))?`\s*\|")
    found = ((row.match(line), number) for number, line in section(HOOKS))
    return {m[1]: number for m, number in found if m}


def check_upward(edges, floor):
    allowed, upward = hooks(), collections.defaultdict(list)
    for (user, owner), names in edges.items():
        if floor[user.split("/")[0]] < floor[owner.split("/")[0]]:
            for name in names:
                upward[name].append((user, owner))
    for name, calls in sorted(upward.items()):
        if name in allowed:
            continue
        (user, owner), others = min(calls), sorted(calls)[1:]
        low, high = user.split("/")[0], owner.split("/")[0]
        also = ", ".join(other for other, _ in others)
        problem(user, line_of(user, name),
                f"{low}/ (floor {floor[low]}) uses {name} of {owner} (floor "
                f"{floor[high]}), which is no hook in {ARCHITECTURE}"
                + (f"; so do {also}" if also else ""))
    for name, number in allowed.items():
        if name not in upward:
            problem(ARCHITECTURE, number,
                    f"the hook {name} is not used upward: take its row away")
    if len(allowed) > MAX_HOOKS:
        problem(ARCHITECTURE, min(allowed.values()),
                f"{len(allowed)} hooks, more than {MAX_HOOKS}")
    say(f"{len(upward)} names are used upward, {len(allowed)} hooks are allowed")


def circles(graph):
    """The strongly connected components of {node: nodes}, by Tarjan's
    algorithm, without recursion."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for root in graph:
        work = [] if root in index else [(root, None)]
        while work:
            node, targets = work.pop()
            if targets is None:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
                targets = iter(sorted(graph.get(node, ())))
            for target in targets:
                if target not in index:
                    work += [(node, targets), (target, None)]
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    found.append(stack[at:])
                    on_stack -= set(stack[at:])
                    del stack[at:]
    return found


def check_circles(edges):
    graph = collections.defaultdict(set)
    for user, owner in edges:
        graph[user].add(owner)
    knots = sorted(circles(graph), key=len, reverse=True)
    for knot in (k for k in knots if len(k) > MAX_CIRCLE):
        problem(f"{OUT}/obj", 1, f"a circle of {len(knot)} files, more than "
                f"{MAX_CIRCLE}; each uses the next ones:")
        for user in sorted(knot):
            calls = [f"{owner} ({min(edges[user, owner])})"
                     for owner in sorted(graph[user]) if owner in knot]
            problem(user, 1, "uses " + ", ".join(calls))
    say(f"the largest circle has {len(knots[0]) if knots else 0} files")


def check(files, floor):
    edges = uses([path for path in files if path.endswith((".c", ".S"))])
    if edges:
        check_upward(edges, floor)
        check_circles(edges)
