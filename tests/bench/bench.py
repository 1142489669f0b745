#!/usr/bin/env python3
"""Run bench in the emulator with instruction counting; print its lines.

With --check: run twice and fail unless both runs agree to the digit.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine

COUNTING = ["-icount", "shift=0,sleep=off"]


def run():
    boot = machine.boot("quiet init=/bench/bench",
                        initrd=f"{machine.OUT}/bench-initramfs.cpio",
                        extra=COUNTING)
    if boot.status != 0:
        sys.exit(str(boot))
    return [line[len("bench "):] for line in boot.console.splitlines()
            if line.startswith("bench ")]


lines = run()
print("\n".join(lines))
if "--check" in sys.argv and lines != run():
    sys.exit("two runs differ")
