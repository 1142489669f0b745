"""The reading order closes: docs/reading-order.md has each source file in one
sitting; a sitting has at most 2,000 lines; a header stands in the sitting of its
.c file or in an earlier one; and a sitting of the core uses at most five
functions or structures that the reader has not met.

A name is met when its definition has been read, or a declaration of it under a
comment, in this sitting or before. Names come from Universal Ctags.
"""
import collections
import os
import re
import shutil
import subprocess

from report import problem, read, say

ORDER = "docs/reading-order.md"
MOST_LINES = 2000
MOST_NAMES = 5
SITTING = re.compile(r"^## (\d+\. .*)$")
FILE = re.compile(r"`([\w./-]+\.[chS])`")
PART_2 = "# Part 2"
COMMENT = re.compile(r"/\*.*?\*/", re.S)
TEXT = re.compile(r'"(?:\\.|[^"\\])*"')


def sittings():
    """[(line, title, files, of the core or not)], a file in the first that has it."""
    found, seen, core = [], set(), True
    for number, line in enumerate(read(ORDER), 1):
        core = core and not line.startswith(PART_2)
        if title := SITTING.match(line):
            found.append((number, title[1], [], core))
        elif found:
            new = [f for f in FILE.findall(line) if f not in seen]
            found[-1][2].extend(new)
            seen.update(new)
    return found


def tags(kinds, files):
    """(name, file, line) of each definition or declaration of these kinds."""
    run = subprocess.run(
        ["ctags", "-x", f"--c-kinds={kinds}", "--_xformat=%N|%F|%n", "-L", "-"],
        input="\n".join(files), text=True, capture_output=True, check=True)
    return [line.split("|") for line in run.stdout.splitlines()]


def under_a_comment(lines, number):
    """Is there a comment on this line, or in its paragraph above it?"""
    at = number - 1
    if "/*" in lines[at]:
        return True
    while at and lines[at - 1].strip():
        at -= 1
        if "*/" in lines[at]:
            return True
    return False


def names(files, lines):
    """(owners, told): the files that define a name, and where it is met."""
    owners, told = collections.defaultdict(set), collections.defaultdict(set)
    for name, path, _ in tags("fs", files):
        owners[name].add(path)
        told[name].add(path)
    for name, path, number in tags("p", files):
        if name in owners and path.endswith(".h") and \
                under_a_comment(lines[path], int(number)):
            told[name].add(path)
    return owners, told


def used(text, path, owners):
    code = TEXT.sub("", COMMENT.sub("", text))
    return {name for name in re.findall(r"\b[A-Za-z_]\w{2,}\b", code)
            if name in owners and path not in owners[name]}


def header_late(place, files):
    for path in files:
        code = path[:-2] + ".c"
        if path.endswith(".h") and place.get(code, place[path]) < place[path]:
            yield path


def check(files):
    order = sittings()
    place = {path: n for n, (_, _, paths, _) in enumerate(order)
             for path in paths if os.path.exists(path)}
    for path in sorted(set(files) - set(place)):
        problem(ORDER, 1, f"{path} is in no sitting")
    lines = {path: read(path) for path in set(files) | set(place)}
    if not shutil.which("ctags"):
        say("reading: skipped, there is no ctags (universal-ctags)")
        return
    known = [path for path in files if not path.endswith(".S")]
    owners, told = names(known, lines)
    worst = 0
    for n, (number, title, paths, core) in enumerate(order):
        paths = [path for path in paths if path in place]
        total = sum(len(lines[path]) for path in paths)
        if total > MOST_LINES:
            problem(ORDER, number, f"{title}: {total} lines, at most {MOST_LINES}")
        for path in header_late(place, paths):
            problem(ORDER, number, f"{path} comes after its .c file")
        missing = {name for path in paths if path in known
                   for name in used("\n".join(lines[path]), path, owners)
                   if not any(place.get(where, n + 1) <= n for where in told[name])}
        if core:
            worst = max(worst, len(missing))
            if len(missing) > MOST_NAMES:
                problem(ORDER, number, f"{title}: uses {len(missing)} names that "
                        f"the reader has not met: {' '.join(sorted(missing))}")
    say(f"reading: {len(order)} sittings; a sitting of the core uses at most "
        f"{worst} names not met before")
