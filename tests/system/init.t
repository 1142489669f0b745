#!/usr/bin/python3
"""init is ended by nobody but itself: no signal ends the machine."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

ARCHIVE = f"{machine.OUT}/test-initramfs.cpio"

boot = machine.boot("quiet init=/test/init_lives", initrd=ARCHIVE,
                    stdin=b"\x03go\n")
wrong = [line for line in boot.console.splitlines()
         if line.startswith("not ok")]
tap.ok(boot.status == 0 and not wrong,
       "no signal ends init, whoever sends it", boot)
for signal in (6, 9, 15):
    boot = machine.boot(f"init=/test/status signal {signal}", initrd=ARCHIVE)
    tap.is_(boot.status, signal,
            f"init sends itself {signal} and goes on to its own exit", boot)
tap.done()
