"""The layout is clang-format's, with the options in .clang-format."""
import collections
import re
import shutil
import subprocess

from report import problem, say

VERSION = 14			# versions differ in what they make of one file


def clang_format():
    """The name of a clang-format of VERSION, or None."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if shutil.which(name):
            told = subprocess.run([name, "--version"], text=True,
                                  stdout=subprocess.PIPE).stdout
            if f"version {VERSION}." in told:
                return name
    return None


def check(files):
    """Each .c and .h file of files is as clang-format would write it."""
    name = clang_format()
    if not name:
        say(f"the layout is not checked: clang-format {VERSION} is not "
            "installed")
        return
    run = subprocess.run(
        [name, "--dry-run", *(f for f in files if f.endswith((".c", ".h")))],
        text=True, stderr=subprocess.PIPE)
    lines = collections.defaultdict(list)
    for m in re.finditer(r"^([^:\n]+):(\d+):\d+: warning: .*Wclang-format-",
                         run.stderr, re.MULTILINE):
        lines[m[1]].append(int(m[2]))
    for path, numbers in sorted(lines.items()):
        problem(path, numbers[0], f"{name} would change it, in {len(numbers)} "
                f"places; run `{name} -i {path}`")
    if run.returncode and not lines:
        problem(".clang-format", 1, f"{name} failed: {run.stderr.strip()}")
