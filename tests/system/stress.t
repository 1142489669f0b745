#!/usr/bin/python3
"""Forks, threads, signals, execs and want of memory together: nothing is lost."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

CRASHES = ("panic", "BUG", "Oops", "oops")


def stress(seed):
    # By counted instructions, 250 million a second: a seed is always the same.
    boot = machine.boot(f"init=/test/stress {seed}", memory="24M",
                        initrd=f"{machine.OUT}/test-initramfs.cpio",
                        extra=["-icount", "shift=2,sleep=off"])
    tap.is_(boot.status, 0, f"seed {seed}: as many pages, address spaces, "
            "areas, tasks and objects after each round", boot)
    tap.ok(not any(word in boot.console for word in CRASHES),
           "the kernel has nothing to complain of", boot)
    # The kernel's counter: of the reports only ten in five seconds are printed.
    said = re.search(r"^# (\d+) kills,", boot.console, re.M)
    kills = int(said[1]) if said else 0
    # One at the end of each round, others while all of them work.
    tap.ok(kills > 10, f"memory ran out while they worked: {kills} kills", boot)


for seed in os.environ.get("STRESS_SEEDS", "1").split():
    stress(seed)
tap.done()
