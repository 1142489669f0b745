#!/usr/bin/python3
"""What the kernel says of programs: in lines of its own, on the log always,
and with `quiet` not on the console."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

TESTS = f"{machine.OUT}/test-initramfs.cpio"
# Of a fatal fault, an undefined instruction, a call that is not there, and a
# victim for want of memory.
REPORTS = ("why: page 0 is never mapped", "not mapped", "does not know this",
           "undefined instruction", "does not exist here")
OOM = ("oom-killer", "Out of memory")


def told():
    boot = machine.boot("init=/test/reports", initrd=TESTS)
    lines = boot.console.splitlines()
    tap.is_(boot.status, 0, "the log has each report once", boot)
    for words in REPORTS:
        tap.has(boot.console, words, f"the console has \"{words}\"")
    # A report that came in the midst of a line left it as it was.
    tap.ok("half a line" in lines and "another" in lines,
           "no report is behind what a program wrote", boot)
    named = re.findall(r"system call (\d+)", boot.console)
    tap.is_(named, ["31", "499", "5000", str(0xf0007)],
            "each unknown call is named once, those beyond the table too")


def quiet():
    boot = machine.boot("quiet init=/test/reports", initrd=TESTS)
    tap.is_(boot.status, 0, "quiet: the log has the same", boot)
    tap.is_([words for words in REPORTS if words in boot.console], [],
            "and the console nothing of it", boot)
    tap.has(boot.console, "half a line, its end\nanother\n",
            "the program's lines are whole")
    boot = machine.boot("quiet init=/test/oom", initrd=TESTS, memory="32M")
    tap.is_([words for words in OOM if words in boot.console], [],
            "nor of who was killed for want of memory", boot)


told()
quiet()
tap.done()
