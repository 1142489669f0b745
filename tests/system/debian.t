#!/usr/bin/python3
"""Debian's own programs, unmodified, give the answers they give on Linux.

In the archive that tools/debian/fetch.py makes of the packages, try.sh asks one
after the other; then busybox's init starts the machine, as inittab, rcS and
fstab say, rc.sh asks what it is like, and process 1 is watched to its end. Where
Debian cannot be reached there is nothing to test.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import debian
import machine
import tap


def programs(archive):
    debian.report(machine.boot("init=/init try", memory="512M",
                               initrd=archive))


def init(archive):
    boot = machine.boot("init=/sbin/init", memory="512M", initrd=archive)
    debian.report(boot)
    turns = re.findall(r"^turn (\d+)$", boot.console, re.MULTILINE)
    tap.ok(turns == ["1", "2", "3"], "respawn: what ended is started again",
           boot)
    tap.ok("init shuts down" in boot.console,
           "ctrlaltdel: process 1 gets SIGINT, and runs poweroff", boot)
    tap.ok(boot.status == 0 and "Power down" in boot.console,
           "which ends the machine", boot)


def main():
    archive, why = debian.archive()
    if not archive:
        print(f"1..0 # SKIP Debian's packages cannot be fetched: {why}")
        return
    programs(archive)
    init(archive)
    tap.done()


main()
