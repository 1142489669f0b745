#!/usr/bin/python3
"""Out of memory: who takes it all dies, the rest lives on."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

boot = machine.boot("init=/test/oom", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "a child that takes all memory, three times", boot)
tap.ok("ut of memory" in boot.console, "the kernel says so", boot)

boot = machine.boot("quiet init=/test/oom_exit", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "who dies without memory can finish dying", boot)

boot = machine.boot("quiet init=/test/oom_locks", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "nobody waits for memory with a lock that its giver "
        "needs", boot)

boot = machine.boot("init=/test/pressure", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "several at once, for a while: the cache goes first, "
        "then the largest", boot)
# Who is killed, and who was there then: pid and resident pages.
reports = re.findall(r"invoked oom-killer(.*?)Killed process (\d+) \(pressure\)",
                     boot.console, re.DOTALL)
tap.ok(len(reports) > 10, "more than ten reports", boot)
wrong = []
for text, victim in reports:
    resident = {pid: int(rss) for pid, rss in re.findall(
        r"^\[ *(\d+)\] +\d+ +(\d+) pressure$", text, re.M)}
    init = resident.pop("1", None)
    if not init or victim != max(resident,
                                 key=lambda pid: (resident[pid], int(pid))):
        wrong.append((victim, resident))
tap.is_(wrong, [], "each victim is the one with most resident pages, never init")
killed = re.search(r"^# killed (\d+)$", boot.console, re.M)
tap.is_(killed and int(killed[1]), len(reports), "each report is a death")
tap.done()
