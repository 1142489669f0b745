#!/usr/bin/python3
"""Nobody waits long for the core, whatever another program does.

Instructions are counted: one is a nanosecond of the board's clock, and what is
measured is the same on every machine. tests/bench/plugin/latency.c counts how
long the kernel has interrupts masked, and how long it gives no other task a
chance; the programs try to make either long.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "bench"))
import latency
import tap

# Instructions. The UART's 260 us a character are counted where it is masked.
LONGEST = {"masked": 10000, "kept": 100000}

marks = f"{latency.OUT}/latency-marks"
latency.write_marks(marks)
for program in latency.PROGRAMS:
    boot, rows = latency.worst(program, marks)
    said = [line for line in boot.console.splitlines()
            if line.startswith(("ok", "not ok", "#"))]
    tap.is_(boot.status, 0, f"{program}: its own {len(said)} checks pass", said)
    for kind, longest in LONGEST.items():
        found = [row for row in rows if row[0] == kind]
        tap.is_([row for row in found if row[1] >= longest], [],
                f"{program}: nothing is {kind} for {longest} instructions",
                found)
        tap.ok(found and found[0][1] > 100,
               f"{program}: the longest time {kind} was measured")
tap.done()
