#!/usr/bin/python3
"""The images without software PAN: what changes the tables must flush the TLB.

The emulator's TLB keeps an entry until it is flushed or DACR or CONTEXTIDR is
written. In the images that users get DACR is written at each entry to the kernel,
and a flush that is missing never shows. In these (tests/system/nopan.mk) it does.

Runs the in-kernel tests that survive themselves, and the programs below, each in
a boot of its own, likely ones first; NOPAN_ALL=1: all programs. `make mutants`
runs this to know which bugs the emulator shows.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap
import user_programs

IMAGES = f"{machine.OUT}/nopan"
# Time goes by with the guest's instructions: a slow host changes nothing.
COUNTED = ["-icount", "shift=3,sleep=off"]
# About address spaces, and what a broken one shows in.
PROGRAMS = """first_access fork mmap mprotect mremap madvise shm thread exec vfp
    exclusive process_vm proc truncate stack signal random_mm""".split()


def target():
    """All in one boot: the names of those that failed are the detail."""
    boot = machine.boot("quiet init=/all",
                        kernel=f"{IMAGES}/pagewalk-tests.bin", extra=COUNTED)
    passed = [line for line in boot.console.splitlines()
              if line.startswith("ok ")]
    tap.ok(boot.status == 0 and f"1..{len(passed)}" in boot.console,
           f"target: {len(passed)} tests inside the kernel", boot)


def program(name):
    want = user_programs.expected_lines(name)
    boot = machine.boot(f"init=/test/{name}", initrd=user_programs.ARCHIVE,
                        kernel=f"{IMAGES}/pagewalk.bin", extra=COUNTED)
    same = user_programs.tap_lines(boot.console) == want and boot.status == 0
    tap.ok(same, f"{name}: {len(want)} lines as on Linux", boot)


def main():
    everything = os.environ.get("NOPAN_ALL")
    program(PROGRAMS[0])
    target()
    for name in user_programs.names() if everything else PROGRAMS:
        if name != PROGRAMS[0]:
            program(name)
    tap.done()


main()
