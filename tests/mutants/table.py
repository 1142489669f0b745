"""The table of seeded bugs: *.mutants read, checked, and applied to text.

A mutant is a block of lines, ended by an empty one:

    mutant  name
    file    the source it changes
    rule    `hardware N` (docs/hardware.md) or `classic NAME`
    breaks  what is wrong then, in words
    killer  host PROGRAM TEST | target TEST | user PROGRAM |
            system FILE (without .t) | build TEXT |
            hw RULE (make check-hw names it) | nopan PROGRAM (in the images without software PAN: nopan.t) |
            fuzz PARSER (by coverage, where clang is) | soak MINUTES |
            fuzz SEED FIRST ROUNDS [MAKE=OPTION] [kernel-option] (tests/fuzz)
    -old line
    +new line
     line that stays, to make the place unique

The lines with a sign are a hunk as in a patch, without numbers: what the file
has (` ` and `-`) must be there exactly once.
"""

import fnmatch
import glob
import os

FOLDER = os.path.dirname(os.path.abspath(__file__))
FIELDS = ("mutant", "file", "rule", "breaks", "killer")
KILLERS = {"host": 3, "target": 2, "user": 2, "system": 2, "build": 2,
           "fuzz": 2, "soak": 2, "nopan": 2, "hw": 2}


class Mutant:
    """One seeded bug; old and new are the hunk's two sides."""

    def __init__(self, fields, old, new, where):
        self.name = fields["mutant"]
        self.file = fields["file"]
        self.rule = fields["rule"]
        self.breaks = fields["breaks"]
        self.killer = fields["killer"]
        self.old, self.new, self.where = old, new, where

    def killer_parts(self):
        """('host', program, test), ('target', test), ..."""
        kind, rest = self.killer.split(None, 1)
        parts = rest.split() if kind == "host" else [rest]
        return (kind, *parts)

    def places(self, text):
        """How often the hunk's old side is there, at starts of lines."""
        return ("\n" + text).count("\n" + self.old)

    def apply(self, text):
        head, found, tail = ("\n" + text).partition("\n" + self.old)
        assert found
        return (head + "\n" + self.new + tail)[1:]


def _parse_block(lines, where):
    fields, old, new = {}, "", ""
    for line in lines:
        sign, rest = line[0], line[1:] + "\n"
        if sign in "- ":
            old += rest
        if sign in "+ ":
            new += rest
        if sign not in "+- ":
            name, _, value = line.partition(" ")
            if name not in FIELDS or name in fields:
                raise ValueError(f"{where}: unexpected line {line!r}")
            fields[name] = value.strip()
    missing = [name for name in FIELDS if not fields.get(name)]
    if missing:
        raise ValueError(f"{where}: no {', '.join(missing)}")
    return Mutant(fields, old, new, where)


def _blocks(path):
    lines, start = [], 0
    with open(path) as file:
        for number, line in enumerate([*file, "\n"], 1):
            line = line.rstrip("\n")
            if line.startswith("#"):
                continue
            if line:
                start = start if lines else number
                lines.append(line)
            elif lines:
                yield lines, f"{os.path.basename(path)}:{start}"
                lines = []


def load(patterns=(), folder=FOLDER):
    """All mutants, or those whose name matches one of the patterns."""
    mutants = [_parse_block(lines, where)
               for path in sorted(glob.glob(f"{folder}/*.mutants"))
               for lines, where in _blocks(path)]
    return [m for m in mutants if not patterns or
            any(fnmatch.fnmatch(m.name, p) for p in patterns)]


def problems(mutant, root="."):
    """What is wrong with the row itself, in words; None: nothing."""
    kind = mutant.killer.split()[0]
    if kind not in KILLERS or len(mutant.killer_parts()) != KILLERS[kind]:
        return f"no such killer: {mutant.killer}"
    if mutant.old == mutant.new or not mutant.old:
        return "the hunk changes nothing"
    path = os.path.join(root, mutant.file)
    if not os.path.exists(path):
        return f"{mutant.file} does not exist"
    with open(path) as file:
        places = mutant.places(file.read())
    if places != 1:
        return f"its old text is in {mutant.file} {places} times"
    return None
