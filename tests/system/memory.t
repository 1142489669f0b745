#!/usr/bin/python3
"""Out of memory: the process that takes all is killed, the others live on."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

boot = machine.boot("init=/test/oom", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "a child that takes all memory is killed, three times", boot)
tap.ok("ut of memory" in boot.console, "the log reports that memory ran out", boot)

boot = machine.boot("quiet init=/test/oom_exit", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "a process can exit while no memory is free", boot)

boot = machine.boot("quiet init=/test/oom_choice", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "the process whose death frees most is killed, "
        "with oom_score_adj counted", boot)

for option, kib in (("", 30 * 1024), ("ramfs_size=8M ", 8 * 1024)):
    boot = machine.boot(f"quiet {option}init=/test/ramfs_full {kib}",
                        memory="64M",
                        initrd=f"{machine.OUT}/test-initramfs.cpio")
    tap.is_(boot.status, 0, f"files may take {kib} KiB and no more", boot)

boot = machine.boot("quiet init=/test/oom_locks", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "no process waits for memory with a lock that the "
        "victim needs", boot)

# By counted instructions, 250 million a second.
boot = machine.boot("init=/test/oom_bomb", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio",
                    extra=["-icount", "shift=2,sleep=off"])
tap.is_(boot.status, 0, "process 1 still runs beside a fork bomb", boot)
reports = boot.console.count("invoked oom-killer")
tap.ok(0 < reports <= 20, f"the log reports it at most 20 times: {reports} "
       "reports in less than ten seconds", boot)

boot = machine.boot("init=/test/fault_around",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.ok(boot.status == 0 and "ok 18 " in boot.console,
       "fault_around_bytes sets how many pages a fault maps, and how many faults "
       "are counted", boot)

boot = machine.boot("init=/test/pressure", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "several processes fill the memory: clean pages go "
        "first, then the largest process is killed", boot)
# One line names the process that asked, one the victim; at most ten reports in
# five seconds.
asked = boot.console.count("invoked oom-killer")
victims = re.findall(r"Killed process (\d+) \(pressure\)", boot.console)
left_out = sum(map(int, re.findall(r"oom-killer: (\d+) reports left out",
                                   boot.console)))
tap.ok(victims and asked == len(victims) and "1" not in victims,
       "each report names a victim, and never process 1", boot)
killed = re.search(r"^# killed (\d+)$", boot.console, re.M)
tap.ok(killed and len(victims) + left_out <= int(killed[1]),
       "there are no more reports than killed processes", boot)
tap.done()
