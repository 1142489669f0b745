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

boot = machine.boot("quiet init=/test/oom_choice", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "who gives most back is killed, as adjusted", boot)

for option, kib in (("", 30 * 1024), ("ramfs_size=8M ", 8 * 1024)):
    boot = machine.boot(f"quiet {option}init=/test/ramfs_full {kib}",
                        memory="64M",
                        initrd=f"{machine.OUT}/test-initramfs.cpio")
    tap.is_(boot.status, 0, f"files may take {kib} KiB and no more", boot)

boot = machine.boot("quiet init=/test/oom_locks", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "nobody waits for memory with a lock that its giver "
        "needs", boot)

# By counted instructions, 250 million a second.
boot = machine.boot("init=/test/oom_bomb", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio",
                    extra=["-icount", "shift=2,sleep=off"])
tap.is_(boot.status, 0, "a bomb of forks leaves init its time", boot)
reports = boot.console.count("invoked oom-killer")
tap.ok(0 < reports <= 20, f"few words said of it: {reports} reports in less "
       "than ten seconds", boot)

boot = machine.boot("init=/test/fault_around",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.ok(boot.status == 0 and "ok 18 " in boot.console,
       "fault_around_bytes: so many pages come, and so many faults are counted",
       boot)

boot = machine.boot("init=/test/pressure", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "several at once, for a while: the cache goes first, "
        "then the largest", boot)
# One line says who asked, one who was killed; ten in five seconds, no more.
asked = boot.console.count("invoked oom-killer")
victims = re.findall(r"Killed process (\d+) \(pressure\)", boot.console)
left_out = sum(map(int, re.findall(r"oom-killer: (\d+) reports left out",
                                   boot.console)))
tap.ok(victims and asked == len(victims) and "1" not in victims,
       "each report is of a victim, never init", boot)
killed = re.search(r"^# killed (\d+)$", boot.console, re.M)
tap.ok(killed and len(victims) + left_out <= int(killed[1]),
       "there are no more reports than deaths", boot)
tap.done()
