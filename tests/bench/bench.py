#!/usr/bin/env python3
"""Run bench in the emulator with instruction counting; print a line a figure.

    bench.py [GROUP]        all of bench's groups, or one; `memory` is what
                            the kernel's own memory costs, from inside
    bench.py --check        run twice; fail unless both agree to the digit
    bench.py --doc          all of them, written to docs/figures/pagewalk too

One instruction is a nanosecond of the board's clock. Also: instructions from
the kernel's entry to the first one of a program, memory that is not free then,
and the size of the image.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import figures as files

# The board's RTC too: the length of a division depends on the date.
COUNTING = ["-icount", "shift=0,sleep=off",
            "-rtc", "base=2000-01-01T00:00:00,clock=vm"]
MEMORY_MIB = 512
KERNEL_MEMORY_MIB = 128     # little, so that it can be filled
OUT = machine.OUT
PROGRAM = f"{OUT}/user/bench/bench.debug"
KERNEL_GROUP = "memory"
KERNEL = f"{OUT}/pagewalk-bench"
MARKS = {"begin": "begin", "end": "end", "report": "report_without_loop"}


def symbols(path):
    """(address, name) of every symbol, sorted."""
    text = subprocess.run([os.environ.get("NM", "arm-none-eabi-nm"), "-n", path],
                          check=True, capture_output=True, text=True).stdout
    rows = (line.split() for line in text.splitlines())
    return [(int(row[0], 16), row[2]) for row in rows
            if len(row) == 3 and not row[2].startswith("$")]


def kernel_of(group):
    """The kernel image that is measured, without its suffix."""
    return KERNEL if group == KERNEL_GROUP else f"{OUT}/pagewalk"


def loaded(plugin, program, output):
    """The options that load a plugin, which looks at program's marks."""
    places = {name: address for address, name in symbols(program)}
    marks = ",".join(f"{mark}={places[name]:#x}"
                     for mark, name in MARKS.items())
    return ["-plugin", f"{plugin},{marks},out={output}"]


def counter(group, output):
    """The options that load the plugin."""
    program = f"{KERNEL}.elf" if group == KERNEL_GROUP else PROGRAM
    return loaded(f"{OUT}/count.so", program, output)


def console(group="", extra=()):
    """What bench printed."""
    memory = KERNEL_MEMORY_MIB if group == KERNEL_GROUP else MEMORY_MIB
    boot = machine.boot(f"quiet init=/bench/bench {group}".strip(),
                        kernel=f"{kernel_of(group)}.bin",
                        initrd=f"{OUT}/bench-initramfs.cpio",
                        memory=f"{memory}M", extra=[*COUNTING, *extra])
    if boot.status != 0:
        sys.exit(str(boot))
    return boot.console.splitlines()


def operations(lines):
    """(name, instructions) of each operation, in order."""
    found = (re.fullmatch(r"bench (.*\S) +(\d+)", line) for line in lines)
    return [(match[1], int(match[2])) for match in found if match]


def memory_used(lines):
    """KiB of the board's that are not free as the program begins."""
    free = next(int(line.split()[2]) for line in lines
                if line.startswith("memory free"))
    return MEMORY_MIB * 1024 - free


def boot_instructions():
    """From the kernel's first instruction to the first of init."""
    output = f"{OUT}/boot-count"
    console("none", counter("none", output))
    with open(output) as file:
        return int(file.readline().split()[1])


def section_bytes(first, last):
    places = {name: address for address, name in symbols(f"{OUT}/pagewalk.elf")}
    return places[last] - places[first]


def figures(group=""):
    lines = console(group)
    rows = operations(lines)
    if not rows:
        sys.exit("bench printed no figure")
    if group:
        return rows
    image = os.path.getsize(f"{OUT}/pagewalk.bin")
    archive = section_bytes("__initramfs_start", "__initramfs_end")
    rows += operations(console(KERNEL_GROUP))
    return rows + [("entry to init's first instruction", boot_instructions()),
                   (f"memory used of {MEMORY_MIB} MiB (KiB)",
                    memory_used(lines)),
                   ("image without its archive (KiB)",
                    (image - archive + 1023) // 1024)]


def main():
    check = "--check" in sys.argv
    group = next((word for word in sys.argv[1:] if word[0] != "-"), "")
    rows = figures(group)
    print("\n".join(f"{name:<42} {value:>9}" for name, value in rows))
    if "--doc" in sys.argv:
        files.write("pagewalk", rows, **files.how(machine.QEMU, "bench"))
    if check and rows != figures(group):
        sys.exit("two runs differ")


if __name__ == "__main__":
    main()
