"""The contract between mm/ and mmu/ in docs/architecture.md names what the
headers declare, no more and no less."""
import re

from report import (ARCHITECTURE, line_of, problem, read, say, section,
                    without_comments)

TITLE = "The contract between mm/ and mmu/"
# mmu/mmu.h, which mm/ includes, and what it includes of the interface.
HEADERS = ("mmu/mmu.h", "mmu/pte.h", "mmu/pgtable.h", "mmu/abort.h")
# Steps of the inline functions of mmu/pgtable.h: declared where mm/ sees them,
# but no part of the contract, so nobody outside mmu/ may name them.
STEPS = {"__pte_alloc_map", "note_exec", "sync_if_exec", "prepare_set_pte"}


def declared(path):
    """The functions that a header declares or defines."""
    text = re.sub(r"^\s*#.*(\\\n.*)*", "", without_comments("\n".join(read(path))),
                  flags=re.MULTILINE)
    while "{" in text:			# innermost first: bodies and structs
        text = re.sub(r"\{[^{}]*\}", ";", text)
    names = set()
    for statement in text.split(";"):
        statement = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", statement)
        name = re.search(r"(\w+)\s*\(", statement)
        if name and name[1] != "static_assert":
            names.add(name[1])
    return names


def words(cell):
    """The names in a cell: `f(a)`, `g`, and `x_a/b/c` for x_a, x_b and x_c."""
    for code in re.findall(r"`([^`]+)`", cell):
        first, *others = re.sub(r"\(.*?\)", "", code).split("/")
        prefix = first[:first.rindex("_") + 1] if others else ""
        yield from (first, *(prefix + other for other in others))


def table():
    """{name: line} of the first column of the table. (The cases of a page
    fault, a table in the same section, begin with a number.)"""
    rows = ((number, line.split("|")[1]) for number, line in section(TITLE)
            if line.startswith("| `"))
    return {name: number for number, cell in rows for name in words(cell)}


def check(files):
    """files: of the kernel."""
    owner = {name: path for path in HEADERS for name in declared(path)}
    listed = table()
    for name in sorted(owner.keys() - listed.keys() - STEPS):
        problem(owner[name], line_of(owner[name], name),
                f"{name} is declared, but the contract in {ARCHITECTURE} has "
                "no row for it")
    for name in sorted(listed.keys() - owner.keys()):
        problem(ARCHITECTURE, listed[name], f"the contract has {name}, which "
                f"none of {', '.join(HEADERS)} declares")
    for name in sorted(listed.keys() & STEPS):
        problem(ARCHITECTURE, listed[name],
                f"{name} is a step inside mmu/, no part of the contract")
    step = re.compile(rf"\b({'|'.join(sorted(STEPS))})\b")
    for path in (f for f in files if not f.startswith("mmu/")):
        for number, line in enumerate(read(path), 1):
            if m := step.search(line):
                problem(path, number, f"{m[0]} is a step inside mmu/, no part "
                        "of the contract")
    say(f"the contract between mm/ and mmu/ has {len(listed)} functions")
