#!/usr/bin/python3
"""The documents are true: files they name exist, and none is left out; each question
has an answer, whose functions exist."""

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


SITTING = re.compile(r"^(## \d+\. .*)\n", re.MULTILINE)


def sittings(path):
    """{heading: text} of the sittings' sections, without marks of line ends."""
    parts = SITTING.split(read(path))
    return {heading: " ".join(text.split())
            for heading, text in zip(parts[1::2], parts[2::2])}


def anchor(heading):
    """What a heading is called in a link."""
    return re.sub(r"[^\w\- ]", "", heading[3:].lower()).replace(" ", "-")


def sentences(text):
    return len(re.findall(r"[.?!][\"')]*(?= [A-Z`\"/(]|$)", text))


def questions():
    """Each sitting has a question, and docs/answers.md answers it."""
    asked, answers = (sittings(f"docs/{name}.md")
                      for name in ("reading-order", "answers"))
    tap.ok(len(asked) > 50, "docs/reading-order.md has sittings")
    tap.is_(list(answers), list(asked), "docs/answers.md has the same, in order")
    wrong = []
    for heading, text in asked.items():
        found = re.search(r"\*Question:\* (.*?) \(\[answer\]\(answers\.md#([\w-]+)\)\)",
                          text)
        question, answer = re.match(r"\*(.*?\?)\* (.*)", answers[heading]).groups()
        if not (found and found[2] == anchor(heading) and
                found[1].lower() == question.lower() and
                2 <= sentences(answer) <= 7):
            wrong.append(heading)
    tap.is_(wrong, [], "each has a question, with a link to an answer of a few "
            "sentences")


def references():
    """FILE (sitting N): sitting N has that file."""
    order = sittings("docs/reading-order.md")
    found = [(path, number) for document in DOCUMENTS
             for path, number in re.findall(r"([\w./-]+\.[chS])`? \(sitting (\d+)\)",
                                            " ".join(read(document).split()))]
    tap.ok(found, "documents refer to sittings")
    tap.is_([(path, number) for path, number in found
             if not any(heading.startswith(f"## {number}. ") and f"`{path}`" in text
                        for heading, text in order.items())], [],
            "and the file is in the sitting that they name")


def answers_name_what_exists():
    text = read("docs/answers.md")
    paths = re.findall(r"`([\w./-]+\.(?:[chS]|md|t))`", text)
    tap.is_([path for path in paths if not (os.path.exists(path) or
                                            os.path.exists(f"include/{path}"))],
            [], "the files that docs/answers.md names exist")
    code = "\n".join(read(path) for folder in (*FOLDERS, "include")
                     for path in glob.glob(f"{folder}/**/*.[chS]", recursive=True))
    names = set(re.findall(r"`(\w+)\(\)`", text))
    tap.ok(len(names) > 30, "docs/answers.md names functions")
    tap.is_(sorted(name for name in names if not definition(name).search(code)), [],
            "each function that it names is defined")


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
    tap.is_(wrong, [], "each is in the file that the answer names")


def make_help():
    text = read("tools/help.txt").replace("@OUT@", "build/vexpress-a9")
    tap.is_([line for line in text.splitlines() if len(line) > 80], [],
            "make help fits into 80 columns")


def anchors(document):
    titles = re.findall(r"^#+ (.*)", read(document), re.M)
    return {anchor(f"## {title}") for title in titles}


def links():
    for document in sorted(DOCUMENTS):
        folder = os.path.dirname(document)
        targets = re.findall(r"\]\(([^)#:]*)#?([^):]*)\)", read(document))
        broken = []
        for name, anchor in targets:
            target = os.path.join(folder, name) if name else document
            if not os.path.exists(target) or anchor and anchor not in anchors(target):
                broken.append(f"{name}#{anchor}")
        tap.is_(broken, [], f"{document}: its links lead somewhere")


def book():
    """`make book` has each document but the list of seeded bugs."""
    chapters = [line for line in read("tools/book/order").splitlines()
                if not line.startswith("#")]
    wanted = set(glob.glob("docs/*.md")) - {"docs/mutants.md"}
    tap.is_(sorted(chapters), sorted(wanted), "the book has each document, once")


def folders():
    for folder in (*FOLDERS, "include", "tests"):
        path = f"{folder}/README.md"
        tap.ok(os.path.exists(path) and 4 <= read(path).count("\n") <= 20,
               f"{folder} has a README, and a short one")


reading_order()
questions()
references()
answers_name_what_exists()
hardware()
make_help()
links()
folders()
book()
tap.done()
