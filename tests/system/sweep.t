#!/usr/bin/python3
"""The first allocation after the start fails, then the second, and so on.

Init may be refused, killed or get errors; the kernel must go on, end in order,
and find its structures whole. Several failures in a row are tried too.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

ARCHIVE = f"{machine.OUT}/test-initramfs.cpio"
STEPS = int(os.environ.get("SWEEP_STEPS", "100"))
CRASHES = ("panic", "BUG", "Oops", "oops")
# work: structures whole; its audit could not be read; killed for want of
# memory (SIGKILL, SIGBUS, SIGSEGV); init refused.
ORDERLY = {0, 1, 3, 137, 135, 139, 255}


def step(nth, times):
    boot = machine.boot(f"quiet fail_alloc=any,{nth},{times} init=/test/work",
                        initrd=ARCHIVE, memory="64M")
    crashed = any(word in boot.console for word in CRASHES)
    return boot, boot.status in ORDERLY and not crashed


def sweep(times):
    whole = 0
    for nth in range(1, STEPS + 1):
        boot, good = step(nth, times)
        whole += boot.status == 0
        if not good:
            tap.ok(False, f"{times} failures from allocation {nth} on", boot)
            return
    tap.ok(True, f"{times} in a row, from allocation 1 to {STEPS} on")
    tap.ok(whole > 0, f"the audit at the end was clean {whole} times")


sweep(1)
sweep(3)
tap.done()
