#!/usr/bin/python3
"""The table of mutants fits the sources, and the documents fit the table.

Whether each is killed is `make mutants`: too long for here.
"""

import collections
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
import run
import seen
import table
import tap


def rows_fit(mutants):
    for m in mutants:
        words = table.problems(m)
        tap.ok(words is None, f"{m.name}: its place is there once",
               f"{m.where}: {words}")


def names_differ(mutants):
    often = [name for name, n in
             collections.Counter(m.name for m in mutants).items() if n > 1]
    tap.is_(often, [], "no two mutants of one name")


def documents_are_current(mutants):
    tap.is_(seen.unknown_names(mutants), [],
            f"{seen.HARDWARE_DOC} counts mutants that there are")
    rows = seen.load()
    tap.is_(sorted(set(rows) - {m.name for m in mutants}), [],
            "`seen` has no other mutants")
    for path, text in ((seen.MUTANTS_DOC,
                        seen.mutants_text(mutants, run.killer_text)),
                       (seen.HARDWARE_DOC, seen.hardware_text())):
        with open(path) as kept:
            tap.is_(kept.read() == text, True,
                    f"{path} is what tests/mutants/run.py --doc writes")


def main():
    mutants = table.load()
    rows_fit(mutants)
    names_differ(mutants)
    documents_are_current(mutants)
    tap.done()


main()
