"""How much a reader of the core has to read: its lines of code, as cloc counts
them, are within the number in tools/core.budget.

The core is the C and S files whose objects `make core` links and the headers
that the compiler read for them, less what nobody reads to understand it: the
groups below, each counted over the whole tree and reported beside it.
"""
import csv
import os
import shutil
import subprocess

from report import OUT, problem, read, say

OBJECTS = f"{OUT}/core.objects"		# written by `make core`: paths
BUDGET = "tools/core.budget"
BOARD = os.environ.get("BOARD", "vexpress-a9")

GROUPS = {
    "include/uapi": lambda path: path.startswith("include/uapi/"),
    "debug verifiers": lambda path: path.endswith(("_debug.c", "_debug.h"))
    or path == "alloc/fail_alloc.c",
    "inspect/": lambda path: path.startswith("inspect/"),
    "other boards": lambda path: path.startswith("board/")
    and path.count("/") > 1 and not path.startswith(f"board/{BOARD}/"),
}


def group(path):
    """The name of the group that path is in, or None."""
    return next((name for name, holds in GROUPS.items() if holds(path)), None)


def read_for(object_path):
    """The files of this tree that the compiler read for an object, from the
    .d file beside it; None after a problem if there is none."""
    rules = os.path.splitext(object_path)[0] + ".d"
    if not os.path.exists(rules):
        problem(OBJECTS, 1, f"{rules} is missing; run `make core` again")
        return None
    first = "\n".join(read(rules)).replace("\\\n", " ").splitlines()[0]
    names = (os.path.normpath(name) for name in first.split(":", 1)[1].split())
    return {name for name in names if name.endswith((".c", ".S", ".h"))
            and not os.path.isabs(name)}


def count(files):
    """{path: lines of code}, by one run of cloc."""
    run = subprocess.run(
        ["cloc", "--quiet", "--csv", "--by-file", "--skip-uniqueness",
         "--list-file=-"], input="\n".join(files), text=True, check=True,
        stdout=subprocess.PIPE)
    rows = csv.DictReader(line for line in run.stdout.splitlines() if line)
    return {os.path.normpath(row["filename"]): int(row["code"]) for row in rows
            if row["language"] != "SUM"}


def allowed():
    """The number in tools/core.budget; its other lines are comments."""
    return next(int(line) for line in read(BUDGET)
                if line and not line.startswith("#"))


def check(files):
    """files: of the kernel."""
    if not os.path.exists(OBJECTS):
        problem(OBJECTS, 1, "not there: `make core` must be run first")
        return
    if not shutil.which("cloc"):
        say("the lines of the core are not counted: cloc is not installed")
        return
    linked = [read_for(name) for name in " ".join(read(OBJECTS)).split()]
    if None in linked:
        return
    used = set().union(*linked)
    if not used:
        problem(OBJECTS, 1, "names no object; run `make core` again")
        return
    code = count(sorted(used | set(files)))
    core = sum(code.get(path, 0) for path in used if not group(path))
    beside = {name: sum(lines for path, lines in code.items()
                        if group(path) == name) for name in GROUPS}
    beside["not in the core"] = sum(
        lines for path, lines in code.items()
        if path not in used and not group(path))
    say(f"the core has {core} lines of code of {allowed()}; beside it "
        + ", ".join(f"{name} {lines}" for name, lines in beside.items()))
    if core > allowed():
        problem(BUDGET, 1, f"the core has {core} lines of code, {allowed()} are "
                "allowed; to raise the number takes a commit of its own with "
                "the reason")
