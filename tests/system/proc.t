#!/usr/bin/python3
"""Every file of /proc can be read, whole and in pieces."""

import gzip
import os
import re
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
found = re.search(r"# config\.gz (\w+)", boot.console)
config = gzip.decompress(bytes.fromhex(found[1] if found else ""))
tap.ok(b"\nCONFIG_EVENTFD=y\n" in config
       and b"\n# CONFIG_MODULES is not set\n" in config,
       "config.gz: gzip's check sum is right, and it names what there is", boot)
tap.done()
