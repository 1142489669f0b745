#!/usr/bin/python3
"""The figures can be trusted: the same twice, and a known loop reads true. No
operation costs what the lower of the two Linux kernels needs, the number of
areas matters by its logarithm, and the kernel's own memory costs no more than
its goals."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(__file__))
import bench
import tap


def linux():
    """{operation: instructions of the lower lean} as the document has them."""
    with open("docs/performance.md") as file:
        rows = re.findall(r"^\| ([^|]+) \| \d+ \| (\d+) \| (\d+) \| \d",
                          file.read().split("\n## ")[0], re.MULTILINE)
    return {name: min(int(lean), int(lean510)) for name, lean, lean510 in rows}


def little():
    """{operation: instructions of lean} of the calls that do little."""
    with open("docs/performance.md") as file:
        section = file.read().split("## Calls that do little")[1]
    rows = re.findall(r"^\| ([^|]+) \| \d+ \| (\d+) \| [\d.]+ \|$",
                      section.split("\n## ")[0], re.MULTILINE)
    return {name: int(lean) for name, lean in rows}


def goals():
    """{pair: instructions at most} of the kernel's own memory."""
    with open("docs/performance.md") as file:
        section = file.read().split("## The kernel's own memory")[1]
    rows = re.findall(r"^\| ([^|]+) \| \d+ \| \d+ \| (\d+) \|$",
                      section.split("\n## ")[0], re.MULTILINE)
    return {name: int(goal) for name, goal in rows}


def memory():
    first = bench.operations(bench.console("memory"))
    tap.is_(bench.operations(bench.console("memory")), first,
            "the kernel's memory: two runs agree to the digit")
    figures = dict(first)
    tap.is_(figures.get("calibration (12 instructions), kernel"), 12,
            "twelve instructions of the kernel count as twelve")
    bars = goals()
    tap.ok(len(bars) > 10, "the document has goals for memory")
    for state in ("fresh", "fragmented"):
        tap.is_([f"{name}: {figures.get(f'{name}, {state}')}, goal {bar}"
                 for name, bar in bars.items()
                 if not 0 < figures.get(f"{name}, {state}", 0) <= bar], [],
                f"{state}: no pair costs more than its goal")
    held = figures["pages free, fresh"] - figures["pages free, fragmented"]
    tap.ok(held > figures["pages free, fresh"] / 2,
           "fragmented: most of memory is held", figures)
    tap.is_(figures["pages of the largest free block, given back"], 1024,
            "given back, memory is whole again")


first = bench.operations(bench.console())
tap.is_(bench.operations(bench.console()), first, "two runs agree to the digit")
figures = dict(first)
tap.is_(figures.get("calibration (12 instructions)"), 12,
        "twelve instructions count as twelve")
for what in ("find_vma (msync)", "write fault", "mmap + munmap"):
    few, many = (figures.get(f"{what} among {n}", 0) for n in ("10", "60,000"))
    tap.ok(0 < many < 2 * few, f"{what}: 60,000 areas for less than twice the "
           f"cost of 10 ({few}, {many})")
for what in ("kill(pid, 0)", "getrusage", "setpgid",
             "wait4 for a child that sleeps", "vfork + exit + wait",
             "fork + exit + wait", "vfork + exit + wait, pid wrap,"):
    few, many = (figures.get(f"{what} beside {n}", 0) for n in ("10", "2,000"))
    tap.ok(0 < many < 1.2 * few, f"{what}: beside 2,000 tasks for less than a "
           f"fifth more than beside 10 ({few}, {many})")
few, many = (figures.get(f"fork + exit + wait, {what}", 0)
             for what in ("small process", "1,000 files closed"))
tap.ok(0 < many < 1.05 * few, "fork: descriptors that were closed cost nothing "
       f"({few}, {many})")
# A division of 64 bits in software costs 300 by itself.
image = {name for _, name in bench.symbols(f"{bench.OUT}/pagewalk.elf")}
tap.ok("ktime_ns" in image, "the image has its symbols")
tap.is_(image & {"__aeabi_ldivmod", "__aeabi_uldivmod"}, set(),
        "the kernel divides no number of 64 bits")
# Taken out of the tree one by one each is 549; Linux 5.10 needs 435.
tap.ok(0 < figures.get("munmap of 60,000 VMAs, each", 0) < 435,
       "munmap of many VMAs: a tree of the others is made anew", figures)
bars = linux()
tap.ok(len(bars) > 30, "the document has Linux's figures")
more = little()
tap.ok(len(more) > 15, "the document has Linux's figures of little calls")
bars |= more
tap.is_([name for name in bars if name not in figures], [],
        "bench measures every operation of the document")
tap.is_([f"{name}: {figures[name]}, Linux {bar}" for name, bar in bars.items()
         if figures.get(name, 0) >= bar], [], "each costs less than on Linux")
memory()
tap.done()
