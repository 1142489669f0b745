#!/usr/bin/python3
"""Each program of this folder, on Pagewalk and under qemu-arm: same lines.

Where NAME.expected exists, it holds Linux's answer instead of the emulator's;
its first line says why. Then all of them run four times, twenty in a boot: the
free memory after the third and the fourth round must be the same. That is counted
in the image without software PAN, which loses what the other loses: a system call
takes the emulator a quarter of the time there, for its TLB stays full. With names as
arguments, or in TEST_PROGRAMS: only these are compared; with NO_ROUNDS the rounds
are left out.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap
from user_programs import (ARCHIVE, NOT_COMPARED, expected_lines, names,
                           tap_lines)

# One command line has no room for all (startup/cmdline.c).
PROGRAMS_A_BOOT = 20
# One seed frees whatever six do, in a sixth of the time.
IN_A_ROUND = {"random_mm": "random_mm,1,1"}


def compare(name):
    want = expected_lines(name)
    boot = machine.boot(f"init=/test/{name}", initrd=ARCHIVE)
    got = tap_lines(boot.console)
    differences = [f"line {n + 1}: got {g!r}, Linux {w!r}" for n, (g, w) in
                   enumerate(zip(got, want)) if g != w]
    same = got == want and boot.status == 0
    tap.ok(same, f"{name}: {len(want)} lines as on Linux",
           "\n".join(differences) or boot)


def nothing_lost(programs):
    words = [IN_A_ROUND.get(name, name) for name in programs]
    boot = machine.boot("init=/test/rounds " + " ".join(words), initrd=ARCHIVE,
                        kernel=f"{machine.OUT}/nopan/pagewalk.bin")
    tap.ok(boot.status == 0 and
           f"programs were started: {4 * len(programs)}" in boot.console,
           f"free pages before == after a round from {programs[0]} to "
           f"{programs[-1]}; audit clean", boot)


chosen = sys.argv[1:] or os.environ.get("TEST_PROGRAMS", "").split()
for program in chosen:
    if program not in names():
        sys.exit(f"{program}: " + NOT_COMPARED.get(
            program, f"there is no tests/user/{program}.c"))
for program in chosen or names():
    compare(program)
if not chosen and not os.environ.get("NO_ROUNDS"):
    for first in range(0, len(names()), PROGRAMS_A_BOOT):
        nothing_lost(names()[first:first + PROGRAMS_A_BOOT])
tap.done()
