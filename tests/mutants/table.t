#!/usr/bin/python3
"""The table of mutants fits the sources, and docs/mutants.md fits the table.

Whether each is killed is `make mutants`: too long for here.
"""

import collections
import os
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
import run
import table
import tap

DOCUMENT = "docs/mutants.md"


def rows_fit(mutants):
    for m in mutants:
        words = table.problems(m)
        tap.ok(words is None, f"{m.name}: its place is there once",
               f"{m.where}: {words}")


def names_differ(mutants):
    often = [name for name, n in
             collections.Counter(m.name for m in mutants).items() if n > 1]
    tap.is_(often, [], "no two mutants of one name")


def document_is_current(mutants):
    with tempfile.NamedTemporaryFile("r") as made, open(DOCUMENT) as kept:
        run.write_doc(made.name, mutants)
        tap.is_(kept.read() == made.read(), True,
                f"{DOCUMENT} is what tests/mutants/run.py --doc writes")


def main():
    mutants = table.load()
    rows_fit(mutants)
    names_differ(mutants)
    document_is_current(mutants)
    tap.done()


main()
