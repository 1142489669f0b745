#!/usr/bin/python3
"""The figures can be trusted: the same twice, and a known loop reads true. No
operation costs what the lower of the two Linux kernels needs, what docs/figures/ has
of this kernel is near a run, the number of VMAs matters by its logarithm, and the
kernel's own memory costs no more than its goals."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import bench
import figures as files
import tap


NEAR = 0.1     # a run and docs/figures/pagewalk, and 10 instructions


def bars():
    """{operation: instructions of the lower Linux} of docs/figures/."""
    found = {name: files.lower(cells) for name, cells in files.read("linux").items()}
    tap.ok(len(found) > 30, "docs/figures/linux has Linux's figures")
    little = {name: int(lean)
              for name, (lean,) in files.read("linux-little").items()}
    tap.ok(len(little) > 15, "docs/figures/linux-little has those of calls that do little")
    return found | little


def near_the_document(figures):
    """What another compiler makes is not compared."""
    compiler = files.how(bench.machine.QEMU)["compiler"]
    if compiler != files.facts("pagewalk")["compiler"]:
        tap.diag(f"not compared with docs/figures/pagewalk: {compiler}")
        return
    written = {name: int(cells[0]) for name, cells in files.read("pagewalk").items()}
    tap.is_([f"{name}: {figures[name]}, written {written.get(name)}"
             for name in bars_of_linux
             if not abs(figures[name] - written.get(name, 0)) <=
             NEAR * figures[name] + 10], [],
            "docs/figures/pagewalk is near this run (else: make bench DOC=1)")


def memory():
    first = bench.operations(bench.console("memory"))
    tap.is_(bench.operations(bench.console("memory")), first,
            "the kernel's memory: two runs agree to the digit")
    figures = dict(first)
    tap.is_(figures.get("calibration (12 instructions), kernel"), 12,
            "twelve instructions of the kernel count as twelve")
    goals = {name: int(goal) for name, (goal,) in files.read("memory-goals").items()}
    tap.ok(len(goals) > 10, "docs/figures/memory-goals has goals")
    for state in ("fresh", "fragmented"):
        tap.is_([f"{name}: {figures.get(f'{name}, {state}')}, goal {bar}"
                 for name, bar in goals.items()
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
    tap.ok(0 < many < 2 * few, f"{what}: 60,000 VMAs for less than twice the "
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
bars_of_linux = bars()
tap.is_([name for name in bars_of_linux if name not in figures], [],
        "bench measures every operation of the document")
tap.is_([f"{name}: {figures[name]}, Linux {bar}"
         for name, bar in bars_of_linux.items()
         if figures.get(name, 0) >= bar], [], "each costs less than on Linux")
near_the_document(figures)
memory()
tap.done()
