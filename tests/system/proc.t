#!/usr/bin/python3
"""Every file of /proc can be read, whole and in pieces."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

boot = machine.boot("init=/test/procfs",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "every file of /proc can be read", boot)
names = ["maps", "smaps", "pagemap", "stat", "status", "statm", "cmdline",
         "context", "walk"]
missing = [name for name in names
           if f"/proc/self/{name}:" not in boot.console]
tap.is_(missing, [], "a process has the files it should", boot)
names = ["meminfo", "buddyinfo", "slabinfo", "vmallocinfo", "zoneinfo",
         "interrupts", "trace"]
missing = [name for name in names if f"/proc/{name}:" not in boot.console]
tap.is_(missing, [], "and so has the machine", boot)
tap.done()
