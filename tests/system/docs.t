#!/usr/bin/python3
"""The documents are true: files they name exist, and none is left out."""

import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap

FOLDERS = [folder for folder in (
    "alloc", "board", "fs", "inspect", "lib", "mm", "mmu", "proc", "run",
    "services", "startup", "trap", "user") if os.path.isdir(folder)]
DOCUMENTS = ["README.md", *glob.glob("docs/*.md"), *glob.glob("*/README.md")]


def read(path):
    with open(path) as file:
        return file.read()


def sources():
    return {path for folder in FOLDERS
            for kind in ("c", "S")
            for path in glob.glob(f"{folder}/**/*.{kind}", recursive=True)}


def reading_order():
    named = set(re.findall(r"`([\w./-]+\.[chS])`", read("docs/reading-order.md")))
    missing = sorted(sources() - named)
    tap.is_(missing, [], "docs/reading-order.md lists every source file")
    gone = sorted(path for path in named if not os.path.exists(path))
    tap.is_(gone, [], "and no file that does not exist")


def definition(name):
    """A line of C or assembly that defines name, a function or a macro."""
    return re.compile(rf"^(?:[a-z_][\w *]*\b{name}\(|KTEST\({name}\)"
                      rf"|#define {name}\b|\s*\.macro\s+{name}\b"
                      rf"|ENTRY {name}\b|{name}:)", re.MULTILINE)


def hardware():
    """`path` name, name ...: names, which have an underscore, of that file."""
    pairs = [(path, name)
             for path, names in re.findall(
                 r"`([\w./-]+\.[chS])` (\w*_\w*(?:, \w*_\w*)*)",
                 read("docs/hardware.md"))
             for name in names.split(", ")]
    tap.ok(len(pairs) > 25, "docs/hardware.md names functions of files",
           f"found {len(pairs)}")
    wrong = [f"{path} {name}" for path, name in pairs
             if not os.path.exists(path) or not definition(name).search(read(path))]
    tap.is_(wrong, [], "and each is in the file it is said to be in")


def make_help():
    text = read("tools/help.txt").replace("@OUT@", "build/vexpress-a9")
    tap.is_([line for line in text.splitlines() if len(line) > 80], [],
            "make help fits into 80 columns")


def links():
    for document in sorted(DOCUMENTS):
        folder = os.path.dirname(document)
        targets = re.findall(r"\]\(([^)#:]+)\)", read(document))
        broken = [target for target in targets
                  if not os.path.exists(os.path.join(folder, target))]
        tap.is_(broken, [], f"{document}: its links lead somewhere")


def folders():
    for folder in (*FOLDERS, "include", "tests"):
        path = f"{folder}/README.md"
        tap.ok(os.path.exists(path) and read(path).count("\n") <= 20,
               f"{folder} has a short README")


reading_order()
hardware()
make_help()
links()
folders()
tap.done()
