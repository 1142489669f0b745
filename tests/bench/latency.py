#!/usr/bin/env python3
"""How long programs can make the others wait: `make latency`.

Runs programs of tests/user with QEMU counting instructions and prints the
longest stretches with interrupts masked ("masked"), and those in the kernel
without a chance for another task ("kept"): how many instructions, where it
began, where it ended, and where it was found most of the time.

    latency.py [PROGRAM...]     of /test; without any, those that try it
    latency.py --doc            the worst of each, for docs/performance.md
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import figures
import machine

COUNTING = ["-icount", "shift=0,sleep=off",
            "-rtc", "base=2000-01-01T00:00:00,clock=vm"]
OUT = machine.OUT
ELF = f"{OUT}/pagewalk.elf"
PROGRAMS = ["long_calls", "long_texts", "long_walks",
            "long_threads", "long_timers", "long_sigio", "long_trees", "tty_hog",
            "exec", "stack"]
ROWS = 10
# Who runs one of these gives others a chance.
# What a character costs at 38400 baud, in nanoseconds.
UART, CHARACTER = "early_uart_putc", 260000
CHANCES = {"cond_resched", "give_way", "schedule", "seq_goes_on"}


def tool(name):
    return os.environ.get(name.upper(), f"arm-none-eabi-{name}")


def text_range():
    """The addresses of the kernel's instructions."""
    out = subprocess.run([tool("objdump"), "-h", ELF], check=True,
                         capture_output=True, text=True).stdout
    row = re.search(r" \.text +(\w+) +(\w+)", out)
    start = int(row[2], 16)
    return range(start, start + int(row[1], 16), 4)


def stacks(addresses):
    """{address: names of the functions inlined there, innermost first}"""
    text = subprocess.run([tool("addr2line"), "-e", ELF, "-a", "-i", "-f"],
                          input="\n".join(f"{a:#x}" for a in addresses),
                          check=True, capture_output=True, text=True).stdout
    found, names = {}, []
    for line in text.splitlines():
        if line.startswith("0x"):
            names = found.setdefault(int(line, 16), [])
        elif "/" not in line and ":" not in line:
            names.append(line)
    return found


def write_marks(path):
    places = stacks(text_range())
    with open(path, "w") as file:
        for address, names in places.items():
            if CHANCES.intersection(names):
                print(f"{address:x} 0", file=file)
            if UART in names:
                print(f"{address:x} {CHARACTER}", file=file)


def boot_with(program, *extra):
    return machine.boot(f"quiet init=/test/{program}",
                        initrd=f"{OUT}/test-initramfs.cpio",
                        extra=[*COUNTING, *extra])


def measure(program, marks):
    """The boot, and of it [(kind, instructions, begin, end, most)], worst first."""
    output = f"{OUT}/latency-{program}"
    boot = boot_with(program, "-plugin",
                     f"{OUT}/latency.so,marks={marks},out={output}")
    with open(output) as file:
        return boot, [(kind, int(n), *(int(pc, 16) for pc in places))
                      for kind, n, *places in map(str.split, file)]


def worst(program, marks):
    """The same for the worst of each kind, with the functions' names."""
    boot, rows = measure(program, marks)
    rows = [row for kind in ("masked", "kept")
            for row in [r for r in rows if r[0] == kind][:ROWS]]
    names = stacks({pc for row in rows for pc in row[2:]})
    return boot, [(kind, n, *(names[pc][-1] for pc in places))
                  for kind, n, *places in rows]


def worst_of_good(program, marks):
    """The rows alone; a program whose own checks fail ends this."""
    boot, rows = worst(program, marks)
    if boot.status != 0:
        sys.exit(f"{program}: {boot}"[-3000:])
    return rows


def row(program, marks):
    """For the document: its longest stretch of each kind."""
    rows = worst_of_good(program, marks)
    cells = [program]
    for kind in ("masked", "kept"):
        _, n, _, _, most = next(row for row in rows if row[0] == kind)
        cells += [n, most]
    return cells


def main():
    marks = f"{OUT}/latency-marks"
    write_marks(marks)
    if sys.argv[1:] == ["--doc"]:
        figures.write("latency", [row(program, marks) for program in PROGRAMS],
                      **figures.how(machine.QEMU, "latency"))
        return
    for program in sys.argv[1:] or PROGRAMS:
        print(f"{program}: instructions, from, to, most of it in")
        for kind, n, *names in worst_of_good(program, marks):
            print(f"  {kind:<7} {n:>9}  " + "  ".join(f"{name:<28}"
                                                     for name in names))


if __name__ == "__main__":
    main()
