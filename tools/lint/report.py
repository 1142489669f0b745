"""What every check of lint shares: the list of problems, and how the tree is
read."""
import glob
import os
import re

ARCHITECTURE = "docs/architecture.md"
OUT = os.environ.get("OUT", "build/vexpress-a9")

problems = []
sentences = []


def problem(path, line, text):
    problems.append(f"{path}:{line}: {text}")


def say(text):
    """One line for people that is no problem: a measure, or what was skipped."""
    sentences.append(f"lint: {text}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def floors():
    """{folder: floor} from the table of the architecture."""
    row = re.compile(r"\|\s*(\d+)\s*\|\s*`(\w+)/`")
    found = (row.match(line) for line in read(ARCHITECTURE))
    return {m[2]: int(m[1]) for m in found if m}


def section(title):
    """[(line number, line)] of the section of the architecture whose heading
    contains title; empty if there is none."""
    lines, inside = [], False
    for number, line in enumerate(read(ARCHITECTURE), 1):
        if line.startswith("## "):
            inside = title in line
        elif inside:
            lines.append((number, line))
    return lines


def sources(folders, kinds="chS"):
    return sorted(path for folder in folders for path in
                  glob.glob(f"{folder}/**/*.[{kinds}]", recursive=True))


def line_of(path, name):
    """The first line of the code of path, comments left out, with this name."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    for number, line in enumerate(read(path), 1):
        if not line.lstrip().startswith(("/*", "*", "@")) and word.search(line):
            return number
    return 1


def without_comments(text):
    """text with the comments blanked, its lines kept."""
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text,
                  flags=re.DOTALL)
