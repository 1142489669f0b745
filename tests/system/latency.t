#!/usr/bin/python3
"""Nobody waits long for the core, whatever another program does.

Instructions are counted here: one is a nanosecond of the board's clock, and
what a program measures is the same on every machine.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

COUNTING = ["-icount", "shift=0,sleep=off"]


def program(name, what):
    boot = machine.boot(f"quiet init=/test/{name}", extra=COUNTING,
                        initrd=f"{machine.OUT}/test-initramfs.cpio")
    said = [line for line in boot.console.splitlines()
            if line.startswith(("ok", "not ok", "#"))]
    tap.ok(boot.status == 0 and said, what, "\n".join(said))
    print("\n".join("#   " + line for line in said if line[0] == "#"))


program("tty_hog", "a long write to the terminal: others run, a signal ends it")
program("long_texts", "/proc of 12,000 VMAs: each is there, and others run")
tap.done()
