#!/usr/bin/env python3
"""The tables of docs/performance.md are made from the files of docs/figures/.

    figures.py           how the document differs from the files
    figures.py --write   put the files' figures into the document

A line of the document `<!-- figures: NAME -->` says that the table after it is
made here. A file begins with lines `fact: value` on how its figures were taken;
after an empty line each line is a row, its cells separated by " | ", its name
first. `make bench DOC=1` and its kin write those of Pagewalk; those of Linux are
taken by hand and say how.
"""

import difflib
import os
import re
import subprocess
import sys

FOLDER = "docs/figures"
DOC = "docs/performance.md"
MARK = re.compile(r"^<!-- figures: (\w+) -->\n\n((?:\|.*\n)*)", re.M)
MANY = ["10", "1,000", "10,000", "60,000"]


def read(name):
    """{row: cells} of a file."""
    with open(f"{FOLDER}/{name}", encoding="utf-8") as file:
        _, rows = file.read().split("\n\n", 1)
    cells = (line.split(" | ") for line in rows.splitlines())
    return {row[0]: row[1:] for row in cells}


def facts(name):
    """{fact: value} of a file."""
    with open(f"{FOLDER}/{name}", encoding="utf-8") as file:
        text = file.read().split("\n\n", 1)[0]
    return dict(line.split(": ", 1) for line in text.splitlines())


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True,
                              check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def how(qemu, command=""):
    """What the figures of a run depend on, besides the source."""
    options = f"{os.environ.get('OUT', 'build/vexpress-a9')}/options"
    with open(options, encoding="utf-8") as file:
        text = file.read()
    chosen = re.findall(r"-(?:DCONFIG_\w+=\S+|O\w+|mcpu=\S+|marm|mthumb)", text)
    return {"command": f"make {command} DOC=1", "kernel": " ".join(chosen),
            "compiler": first_line(text.split()[0], "--version"),
            "emulator": first_line(qemu, "--version")}


def write(name, rows, **how_made):
    """rows: (name, cells...). Then the document, from all files."""
    os.makedirs(FOLDER, exist_ok=True)
    lines = [f"{fact}: {value}" for fact, value in how_made.items()]
    lines += ["", *(" | ".join(map(str, row)) for row in rows)]
    with open(f"{FOLDER}/{name}", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    write_document()


# ---- the tables --------------------------------------------------------------

def ours(name):
    return int(read("pagewalk")[name][0])


def lower(cells):
    """The lower of the two Linux kernels."""
    return min(int(cells[0]), int(cells[1]))


def operations():
    yield ["operation", "Pagewalk", "lean", "lean510", "goal", "floor",
           "Linux / ours", "TLB, cache", "DSB, DMB, ISB", "A9 cycles"]
    a9 = read("pagewalk-a9")
    for name, cells in read("linux").items():
        yield [name, str(ours(name)), *cells,
               f"{lower(cells) / ours(name):.1f}", *a9[name][1:4]]


def boot():
    yield ["at boot, 512 MiB of RAM", "Pagewalk", "lean", "goal"]
    entry, used, image = read("linux-boot").items()
    yield [entry[0], f"{ours(BOOT_ROWS[0]) / 1e6:.1f}", *entry[1]]
    yield [used[0], f"{ours(BOOT_ROWS[1]) / 1024:.1f}", *used[1]]
    yield [image[0], str(ours(BOOT_ROWS[2])), *image[1]]


BOOT_ROWS = ["entry to init's first instruction", "memory used of 512 MiB (KiB)",
             "image without its archive (KiB)"]


def costs():
    yield ["what", "cycles", "from where"]
    for _, what, low, high, source in (
            (name, *cells) for name, cells in read("a9-costs").items()):
        yield [what, f"{low} - {high}", source]


def cycles():
    yield ["operation", "instructions", "A9 cycles", "on Linux: instructions",
           "A9 cycles", "most of ours"]
    linux = read("linux-a9")
    for name, cells in read("pagewalk-a9").items():
        if name in linux:
            yield [name, cells[0], cells[3], linux[name][0], linux[name][3],
                   cells[4]]


def vmas():
    yield ["operation", *(f"{n} VMAs" for n in MANY)]
    for name, words in (
            ("find_vma (msync)", "`msync` of a page: `find_vma`"),
            ("write fault", "anonymous write fault"),
            ("mmap + munmap",
             "`mmap` into the one hole in their middle, and `munmap`")):
        yield [words, *(str(ours(f"{name} among {n}")) for n in MANY)]


def little():
    yield ["operation", "Pagewalk", "lean", "Linux / ours"]
    for name, (lean,) in read("linux-little").items():
        yield [name, str(ours(name)), lean, f"{int(lean) / ours(name):.1f}"]


def tasks():
    yield ["operation", "10 others", "2,000", "lean, 10", "lean, 2,000"]
    for name, lean in read("linux-tasks").items():
        yield [name, *(str(ours(f"{name} beside {n}")) for n in ("10", "2,000")),
               *lean]


def memory():
    yield ["pair", "fresh", "fragmented", "goal"]
    for name, (goal,) in read("memory-goals").items():
        yield [name, *(str(ours(f"{name}, {state}"))
                       for state in ("fresh", "fragmented")), goal]


def latency():
    yield ["program", "masked", "most of it in", "kept", "most of it in"]
    for name, cells in read("latency").items():
        yield [f"`{name}`", cells[0], f"`{cells[1]}`", cells[2], f"`{cells[3]}`"]


def stacks():
    yield ["program", "bytes at most"]
    for name, (deep,) in read("stacks").items():
        yield [f"`{name}`", deep]


def profile():
    yield ["operation", "instructions", "most of them in"]
    for name, cells in read("profile").items():
        places = (word.rsplit(" ", 1) for word in cells[1].split(", "))
        yield [name, cells[0], ", ".join(f"`{f}` {n}" for f, n in places)]


TABLES = {table.__name__: table for table in (
    operations, boot, costs, cycles, vmas, little, tasks, memory, latency, stacks,
    profile)}
LEFT = {"source", "from where", "most of ours", "program", "most of it in",
        "most of them in"}


def table(name):
    """The lines of a table, numbers to the right."""
    head, *rows = TABLES[name]()
    bars = ["---" if i == 0 or word in LEFT else "---:"
            for i, word in enumerate(head)]
    return "".join([f"| {' | '.join(head)} |\n", f"|{'|'.join(bars)}|\n",
                    *(f"| {' | '.join(row)} |\n" for row in rows)])


def document():
    with open(DOC, encoding="utf-8") as file:
        return file.read()


def made(text):
    """The document with each table as the files have it."""
    return MARK.sub(lambda mark: f"<!-- figures: {mark[1]} -->\n\n{table(mark[1])}",
                    text)


def differences():
    text = document()
    return list(difflib.unified_diff(text.splitlines(), made(text).splitlines(),
                                     DOC, FOLDER, lineterm="", n=0))


def write_document():
    text = made(document())
    with open(DOC, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    if sys.argv[1:] == ["--write"]:
        write_document()
        return 0
    print("\n".join(differences()))
    return 1 if differences() else 0


if __name__ == "__main__":
    sys.exit(main())
