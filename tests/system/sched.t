#!/usr/bin/python3
"""Who gets the core, and when: tests/user/fair.c and realtime.c, with counted
instructions.

A busy task's figures depend on how fast the core is, so each measurement names
its speed: with shift=3 an instruction takes 8 ns, as on a core of 125 MHz; the
shares of 10 s need fewer instructions to be run when each takes 32 ns.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

MEASUREMENTS = {
    "round_trip": (3, "a byte to a sleeper and back, beside eight busy tasks"),
    "busy_round_trip": (3, "the same between two that never rest"),
    "sleeper": (3, "a sleep of 5 ms beside eight busy tasks"),
    "reads": (5, "a sleep of 1 ms beside a read of a large file"),
    "writes": (5, "and beside a write"),
    "equals": (5, "four equal tasks share 10 s"),
    "unequals": (5, "four tasks with different nice values"),
    "long_sleeper": (5, "a task that has slept for long"),
    "realtime_parent": (3, "a task beside a real-time task's new child"),
    "idle_core": (3, "a core with nothing to do"),
    "idle_minutes": (3, "and for 200 s"),
    "accounting": (3, "the time that a busy task has used"),
}

for name, (shift, text) in MEASUREMENTS.items():
    boot = machine.boot(f"quiet init=/test/fair {name}", memory="256M",
                        initrd=f"{machine.OUT}/test-initramfs.cpio",
                        extra=["-icount", f"shift={shift},sleep=off"])
    figures = re.findall(r"^# (.*)$", boot.console, re.M)
    tap.ok(boot.status == 0 and figures, text, boot)
    tap.diag("\n".join(figures))

boot = machine.boot("quiet init=/test/realtime", memory="256M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio",
                    extra=["-icount", "shift=5,sleep=off"])
tap.ok(boot.status == 0, "real-time tasks go before all others, by priority",
       boot)
tap.done()
