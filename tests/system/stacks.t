#!/usr/bin/python3
"""A kernel stack is never used by more than half, whatever programs do.

It has 8 KiB; below it nothing is mapped, so that an overflow would be a fault
and the end of the machine. tests/bench/plugin/stack.c sees each store that the
kernel makes to a stack.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "bench"))
import stacks
import tap

for program in stacks.PROGRAMS:
    deep, where = stacks.measure(program)
    tap.ok(500 < deep < stacks.STACK / 2,
           f"{program}: of {stacks.STACK} bytes less than half are used",
           f"{deep} bytes, in {where}")
tap.done()
