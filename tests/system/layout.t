#!/usr/bin/python3
"""Where a program's parts lie: in the same places at each boot, unless
sysctl.kernel.randomize_va_space asks for others.

The program is position-independent and has /bin/cat as its interpreter, which
shows the maps that both of them are in.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import cpio
import elf
import machine
import tap

SCRATCH = f"{machine.OUT}/system"
SYSCTL = "sysctl.kernel.randomize_va_space="
START_BRK = 46  # in /proc/PID/stat, where proc(5) counts from 1
BOOTS = 3  # chance alone makes all of them equal once in 65536


def archive():
    interp = b"/bin/cat\0"
    code = elf.EXIT_42 + interp
    start = elf.HEADER + 2 * elf.PHDR
    total = start + len(code)
    program = elf.program(
        [elf.Segment(0, total),
         elf.Segment(0, len(interp), offset=total - len(interp),
                     kind=elf.PT_INTERP)],
        code=code, kind=elf.ET_DYN, entry=start)
    with open(f"{machine.USER_OUT}/bin/cat", "rb") as file:
        cat = file.read()
    os.makedirs(SCRATCH, exist_ok=True)
    path = f"{SCRATCH}/layout.cpio"
    with open(path, "wb") as file:
        file.write(cpio.archive({"program": program, "bin/cat": cat}))
    return path


def places(options):
    """The first address of each part, as a program of a new boot sees it."""
    # Chance is made of the time, which must be the host's.
    boot = machine.boot(f"{options} quiet init=/program /proc/self/maps "
                        "/proc/self/stat", initrd=archive(), counted=False)
    found = {}
    for line in boot.console.splitlines():
        match = re.match(r"([0-9a-f]{8})-([0-9a-f]{8}) .*?(\S*)$", line)
        if match:
            found.setdefault(match[3], int(match[1], 16))
            found[match[3] + " ends"] = int(match[2], 16)
        if line.startswith("1 (program) "):
            found["[heap]"] = int(line.split()[START_BRK])
    return found, boot


def moved(boots, part):
    return len({found.get(part) for found, _ in boots}) > 1


def check(options, parts_that_move, text):
    boots = [places(options) for _ in range(BOOTS)]
    which = [part for part in ("/program", "[heap]", "[stack] ends",
                               "/bin/cat") if moved(boots, part)]
    tap.is_(which, parts_that_move, text, boots[0][1])
    return boots[0][0]


found = check("", [], "each boot has the same layout")
tap.is_([found.get("/program"), found.get("[stack] ends")],
        [0x400000, 0xC0000000], "the program and the stack are where they are on Linux")
check("norandmaps", [], "and with norandmaps")
check(SYSCTL + "1", ["/program", "[heap]", "[stack] ends"],
      "1: the stack, and what is position-independent, its heap behind it")
check(SYSCTL + "2", ["/program", "[heap]", "[stack] ends"],
      "2: the heap, too")
found, _ = places(SYSCTL + "2")
tap.ok(found["[heap]"] > found["/program ends"],
       "2: there is a gap between bss and the heap")
found, _ = places(SYSCTL + "1")
tap.is_(found["[heap]"], found["/program ends"], "1: there is none")
_, boot = places(SYSCTL + "3")
tap.ok("expects 0, 1 or 2" in boot.console, "3 is refused by name", boot)
tap.done()
