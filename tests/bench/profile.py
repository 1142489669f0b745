#!/usr/bin/env python3
"""For each operation of bench: barriers and maintenance it issued, and the
functions of the kernel where its instructions are, each per round."""

import bisect
import re
import sys

import bench

SHOWN = 16


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


def main():
    group = sys.argv[1] if len(sys.argv) > 1 else ""
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
        hot = sorted(functions.items(), key=lambda item: -item[1])[:SHOWN]
        for function, n in hot:
            print(f"    {n / rounds:9.1f}  {function}")


main()
