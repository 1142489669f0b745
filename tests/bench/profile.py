#!/usr/bin/env python3
"""For each operation of bench: barriers and maintenance it issued, and the
functions of the kernel where its instructions are, each per round.

    profile.py [GROUP]
    profile.py --doc        those of CHOSEN, written to docs/figures/profile too
"""

import bisect
import re
import sys

import bench
import figures
import machine

SHOWN = 16
# What docs/performance.md explains, and how many functions of each it shows.
CHOSEN = ["null system call", "clock_gettime", "read() 1 byte",
          "pipe write + read 1 byte", "anonymous read fault",
          "anonymous write fault", "COW break in the child, per page",
          "COW reuse by the last owner, per page",
          "file read fault, per page around", "file read fault, one page",
          "munmap, per touched page", "stack growth fault",
          "fork + exit + wait, small process", "the same with 16 MiB touched",
          "vfork + exit + wait", "vfork + execve + exit + wait",
          "mmap + munmap, untouched", "mprotect that splits or merges",
          "mprotect of a whole VMA", "mremap grow by one page",
          "mremap move of 64 pages", "signal to self and back",
          "SIGSEGV, mprotect, retry", "switch by sched_yield",
          "one-way pipe ping-pong, processes"]
TOLD = 7


def blocks(path):
    """The plugin's blocks: dictionaries of what was counted."""
    with open(path) as file:
        for block in file.read().split(".\n")[:-1]:
            yield dict(line.split() for line in block.splitlines())


def by_function(counts, table):
    """{function: instructions} of {pc: instructions}."""
    starts = [address for address, _ in table]
    total = {}
    for pc, n in counts.items():
        if re.fullmatch("[0-9a-f]{8}", pc):
            name = table[bisect.bisect(starts, int(pc, 16)) - 1][1]
            total[name] = total.get(name, 0) + int(n)
    return total


def row(name, cost, hot):
    """For the document: the functions that have most, and a fiftieth at least."""
    places = (f"{function} {round(n)}" for function, n in hot[:TOLD]
              if n >= cost / 50)
    return name, cost, ", ".join(places)


def main():
    words = sys.argv[1:]
    group = "".join(word for word in words if word != "--doc")
    told = []
    output = f"{bench.OUT}/profile"
    rows = bench.operations(bench.console(group, bench.counter(group, output)))
    table = bench.symbols(f"{bench.kernel_of(group)}.elf")
    for (name, cost), counts in zip(rows, blocks(output)):
        functions = by_function(counts, table)
        # The plugin counts all rounds; bench says what one costs.
        rounds = max(sum(functions.values()) / max(cost, 1), 1)
        issued = "  ".join(f"{kind} {int(counts[kind]) / rounds:.1f}"
                           for kind in ("tlb", "cache", "dsb", "dmb", "isb"))
        print(f"{name}: {cost}   ({issued})")
        hot = sorted(((function, n / rounds) for function, n in functions.items()),
                     key=lambda item: -item[1])[:SHOWN]
        for function, n in hot:
            print(f"    {n:9.1f}  {function}")
        if name in CHOSEN:
            told.append(row(name, cost, hot))
    if "--doc" in words:
        figures.write("profile", told, **figures.how(machine.QEMU, "profile"))


main()
