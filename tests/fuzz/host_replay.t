#!/usr/bin/python3
"""The parsers' harnesses over their seeds and some thousand mutations, always
the same. `make fuzz-host` finds more: it is guided by what is covered."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap
from fresh import refuse_stale

# Each takes a second at most.
ROUNDS = {"elf": 100000, "cpio": 20000, "dtb": 50000, "atags": 50000,
          "cmdline": 50000}

refuse_stale()
for parser, rounds in ROUNDS.items():
    run = subprocess.run([f"build/host/replay-{parser}",
                          f"build/host/fuzz-seeds/{parser}", str(rounds)],
                         text=True, errors="replace", stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT)
    tap.is_(run.returncode, 0, f"{parser}: the seeds and {rounds} mutations",
            run.stdout)
tap.done()
