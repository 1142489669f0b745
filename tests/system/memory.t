#!/usr/bin/python3
"""Out of memory: who takes it all dies, the rest lives on."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

boot = machine.boot("init=/test/oom", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "a child that takes all memory, three times", boot)
tap.ok("ut of memory" in boot.console, "the kernel says so", boot)
tap.done()
