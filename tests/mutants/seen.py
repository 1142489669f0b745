"""Who sees each seeded bug: the file `seen`, and the documents made of it.

A line of `seen` is NAME EMULATOR HOST CHECKER, as a run has found them: the first
test of tests/system/nopan.t that fails, the host program that does, the rule that
tests/hw sees broken; `-` where all is well, `?` where nobody has looked.
"""

import collections
import fcntl
import os
import re

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seen")
MUTANTS_DOC = "docs/mutants.md"
HARDWARE_DOC = "docs/hardware.md"


class Seen(collections.namedtuple("Seen", "emulator host checker")):
    """Names of tests, or None: nobody on that side saw it."""

    def __str__(self):
        return ", ".join(f"{side}: {name or 'nothing'}"
                         for side, name in self._asdict().items())


NOT_ASKED = Seen("?", "?", "?")


def load():
    rows = {}
    if os.path.exists(FILE):
        with open(FILE) as file:
            for line in file:
                name, *sides = line.split()
                rows[name] = Seen(*(None if w == "-" else w for w in sides))
    return rows


def not_all_known(name):
    return "?" in load().get(name, NOT_ASKED)


def record(rows):
    """Lines of the mutants that ran; the others stay. Another run may do so at
    the same time, and one that is broken off leaves a whole file."""
    with open(__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        everything = dict(load(), **rows)
        with open(FILE + ".new", "w") as file:
            for name in sorted(everything):
                file.write(" ".join(
                    [name, *(w or "-" for w in everything[name])]) + "\n")
        os.replace(FILE + ".new", FILE)


def compare(rows):
    """Says where a run has seen more or less than the documents tell."""
    known = load()
    for name, row in rows.items():
        old = known.get(name, NOT_ASKED)
        if any(a != "?" != b and bool(a) != bool(b) for a, b in zip(old, row)):
            print(f"{name}: {row}; the documents say {old} "
                  "(`make mutants RECORD=1` writes what was seen)")


# ---- docs/mutants.md ---------------------------------------------------------

MUTANTS_HEAD = """# Seeded bugs, and the tests that find them

`make mutants` builds each of these bugs into a copy of the sources, one at a
time, and shows that the test named here fails; the unchanged copy must pass
first. A test suite that a bug passes is mended, never the bug. `make mutants
MUTANTS='tlb-*'` runs some. The bugs themselves are hunks in
`tests/mutants/*.mutants`.

"Rule" is the row of [hardware.md](hardware.md) or the classic mistake of memory
managers. The last three columns are filled by the run itself (`make mutants
RECORD=1`), not judged; `-`: nobody there sees it, `?`: it has not been run since
the column came. "Emulator": the first test of `tests/system/nopan.t` that fails,
in images without software PAN, or the killer itself where that is a boot.
"Model": the host test that fails; most of them run on the MMU model. "Checker":
the rule that `make check-hw` sees broken, which follows the image's instructions.

Rules without a mutant are the mode and masks that a loader left (1; a boot by the
careless loader shows them), device writes (19), the outer cache (25) and what has no
code (27, 28).

"""


def cell(name):
    return name or "-"


def mutants_text(mutants, killer_text):
    rows = load()
    seen = {m.name: rows.get(m.name, NOT_ASKED) for m in mutants}
    lines = [f"{len(mutants)} mutants, all killed. Boots show "
             f"{count(seen, seen, 'emulator')} that were tried on",
             f"them, host tests {count(seen, seen, 'host')}, the checker "
             f"{count(seen, seen, 'checker')}.", "",
             "| mutant | what is broken | rule | file | killed by | emulator | "
             "model | checker |", "|---|---|---|---|---|---|---|---|"]
    lines += [f"| {m.name} | {m.breaks} | {m.rule} | `{m.file}` | "
              f"{killer_text(m)} | " + " | ".join(map(cell, seen[m.name])) + " |"
              for m in mutants]
    return MUTANTS_HEAD + "\n".join(lines) + "\n"


# ---- the end of docs/hardware.md -----------------------------------------------

# What is wrong, and the mutants that make it so.
MISTAKES = (
    ("a right lowered or a page taken away, and no TLB flush",
     """fork-no-flush mprotect-no-flush gather-no-flush mremap-copies-entry
     clear-flush-no-flush"""),
    ("a flush of the wrong page or too few pages",
     "tlb-wrong-page tlb-range-one-short tlb-kernel-range-wrong"),
    ("a flush by the wrong ASID, no flush at roll-over, an ASID of two tasks",
     """tlb-wrong-asid rollover-no-flush asid-not-taken switch-asid-constant
     rollover-forgets-running"""),
    ("nG forgotten", "user-page-global"),
    ("a switch's order: TTBR0, CONTEXTIDR, ISB, DSB",
     """switch-no-global-table switch-no-first-isb switch-no-second-isb
     switch-no-dsb switch-dsb-before-isb"""),
    ("a DSB or ISB of a table change missing",
     """store-no-dsb tlb-page-no-dsb-before tlb-no-dsb-after tlb-no-isb
     kmap-range-no-sync"""),
    ("a table not cleaned where walks go past the cache",
     """store-not-cleaned new-table-not-cleaned pgd-not-cleaned
     batch-not-cleaned walks-thought-coherent"""),
    ("new code not cleaned, or the instruction cache not invalidated",
     """new-code-not-synced made-exec-not-synced code-not-cleaned
     code-no-iciallu code-no-dsb-between cacheflush-skips-last-line"""),
    ("branch predictions kept",
     "tlb-no-bpiall exec-change-not-noted rollover-no-bpiall"),
    ("an entry made without a break before", "cow-no-break kmap-no-eexist"),
    ("walks or RAM that are not write-back, shareable memory",
     """walks-not-cached walks-not-shareable ram-not-shareable
     ram-write-through"""),
    ("a register that a loader left",
     "ttbcr-kept prrr-kept nmrr-kept dacr-kept"),
    ("caches, TLB, SCU, ACTLR not prepared before the MMU goes on",
     """mmu-on-old-tlb mmu-on-no-isb start-no-set-way start-icache-kept
     start-no-smp start-scu-off start-scu-tags-kept"""),
    ("the image's copy of itself not synchronised", "start-copy-not-fetched"),
    ("another map while the MMU is off: barriers, TLB",
     "idmap-no-isb idmap-no-dsb idmap-keeps-tlb"),
    ("a LDREX left open over an exception",
     "user-return-keeps-monitor kernel-return-keeps-monitor"),
    ("DACR: a manager, or used before it is in force",
     "dacr-written-manager user-open-no-isb"),
    ("an access that is unaligned, or no word, where it must be",
     "unaligned-before-mmu timer-read-double"),
)
HEADING = "## What the emulator shows\n"


def count(names, rows, side):
    """How many of those that were tried on this side it has shown."""
    tried = [getattr(rows[n], side) for n in names
             if n in rows and getattr(rows[n], side) != "?"]
    return f"{sum(map(bool, tried))} of {len(tried)}" if tried else "not tried"


def hardware_tail():
    rows = load()
    lines = [f"| {what} | " + " | ".join(
        count(names.split(), rows, side) for side in Seen._fields) + " |"
             for what, names in MISTAKES]
    return HEADING + """
Counted by `make mutants` ([mutants.md](mutants.md) names the bugs), in images
without software PAN; with it the emulator shows no missing flush at all. It has
no caches, no write buffer, no branch predictor, and empties its TLB whenever
CONTEXTIDR changes. An access where neither device nor RAM is reads as 0. The
checker is `make check-hw`: a plugin that follows what the image executes.

What the checker can and cannot name:

- *23, with the MMU off*: its emulator, QEMU 10, makes that fault itself, before the
  plugin sees the access. So it names the data abort, for which no vectors are there
  yet; QEMU 7.2 lets the access pass.
- *11* sees the LDREX of kernel and programs. That one is open when an exception
  returns to the kernel needs an interrupt within three instructions, which no boot
  of `make check-hw` has met: a test of the target has.
- *5*: a switch leaves its last write of TTBR0 to the ISB that opens user memory
  (DACR's, rule 20) or to an exception return; an access before either is named. An
  image without software PAN has an ISB of its own there.
- *12*, branch predictions: code that runs where other code was, and no BPIALL came;
  those of an ASID's last owner are the model's.
- *14*: entries that are replaced, and a map that replaces another while the MMU is
  off, if the TLB keeps the one before.

| mistake | bugs that boots show | host tests | the checker |
|---|---|---|---|
""" + "\n".join(lines) + "\n\n" + rule_table()


def rule_table():
    """The mutants that made the checker name each rule, as runs have seen them."""
    named = {}
    for name, row in sorted(load().items()):
        if row.checker and row.checker.isdigit():
            named.setdefault(int(row.checker), []).append(name)
    return """The first rule that the checker named when it ran with each bug; a bug of one rule
may break another first:

| rule | named with these bugs |
|---:|---|
""" + "".join(f"| {rule} | {', '.join(names)} |\n"
              for rule, names in sorted(named.items()))


def unknown_names(mutants):
    """Names in MISTAKES that no mutant has."""
    names = {m.name for m in mutants}
    return [n for _, row in MISTAKES for n in row.split() if n not in names]


def hardware_text():
    with open(HARDWARE_DOC) as file:
        return re.split(HEADING, file.read())[0] + hardware_tail()


def write_documents(mutants, killer_text):
    for path, text in ((MUTANTS_DOC, mutants_text(mutants, killer_text)),
                       (HARDWARE_DOC, hardware_text())):
        with open(path, "w") as file:
            file.write(text)
