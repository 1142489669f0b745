#!/usr/bin/env python3
"""seeded.py NAME: the source that a mutant changes, with its bug in it.

For kernels with one bug that are built beside the good one (tests/hw/tlb.mk).
"""

import sys

import table


def main(name):
    mutant, = table.load([name])
    with open(mutant.file) as file:
        print(f'# 1 "{mutant.file}"\n{mutant.apply(file.read())}', end="")


main(*sys.argv[1:])
