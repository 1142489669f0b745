#!/usr/bin/python3
"""The debug build passes the same tests.

In it freed memory is poisoned, every change of a structure is verified, and the
page tables that a switch loads are audited whole: what no test asks about, the
kernel finds by itself.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap
import variant

OUT = f"build/{machine.BOARD}-debug"
TESTS = ["tests/target/target.t", "tests/user/programs.t",
         "tests/system/tour.t"]

if variant.build("DEBUG=1", OUT, "DEBUG=1", f"BOARD={machine.BOARD}"):
    variant.passes(TESTS, "in a debug build", OUT)
tap.done()
