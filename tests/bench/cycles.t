#!/usr/bin/python3
"""The model of a Cortex-A9's TLBs and caches counts what can be counted by hand.

Of a few operations of bench it is known what they must ask of the hardware: a
cleared page has 128 lines, a copied one 1024 words on each side, and a page that
nobody has touched yet is in no TLB. Nothing here says how long that takes. The
emulator is that of `make check-hw`; where it cannot be had the test is left out.
"""

import os
import sys

sys.path[:0] = [os.path.dirname(__file__),
                os.path.join(os.path.dirname(__file__), "..", "lib")]
import cycles
import machine
import tap

# Of one round: least and most.
KNOWN = (
    # One way in, closed to user memory by one ISB; nothing else waits.
    ("null system call", dict(entry=(1, 1), isb=(1, 1), dsb=(0, 0), tlb=(0, 0),
                              deviceread=(0, 0), loadmiss=(0, 0.1),
                              mainmiss=(0, 0.1))),
    # DACR is written twice more, and each time the micro TLBs begin anew.
    ("clock_gettime", dict(entry=(1, 1), isb=(3, 3), deviceread=(1, 1),
                           micromiss=(12, 40))),
    ("read() 4 KiB from page cache", dict(words=(2048, 2400))),
    ("anonymous write fault", dict(entry=(1, 1), storemiss=(128, 136),
                                   mainmiss=(1, 2), words=(1024, 1400))),
    ("COW break in the child, per page",
     dict(loadmiss=(128, 150), storemiss=(128, 136), tlb=(1, 1),
          words=(2048, 2600))),
    ("munmap, per touched page", dict(entry=(0, 0.1), tlb=(0, 0.1))),
)


def costs_are_ranges():
    tap.is_([what for what, low, high, _ in cycles.COSTS.values()
             if not 0 < low <= high], [],
            "docs/figures/a9-costs: each least cost is at most its most")


def counts_fit(row, kind, least, most):
    n = row.counts[kind]
    tap.ok(least <= round(n, 1) <= most,
           f"{row.name}: {kind} {least} to {most}", f"{n:.2f}\n{row}")


def main():
    costs_are_ranges()
    if machine.BOARD != "vexpress-a9" or not machine.runs(machine.QEMU_10):
        tap.diag("the rest left out: no QEMU 10 for vexpress-a9 here")
        tap.done()
        return
    found = {row.name: row for group in ("calls", "faults")
             for row in cycles.rows(group)}
    for name, kinds in KNOWN:
        for kind, (least, most) in kinds.items():
            counts_fit(found[name], kind, least, most)
    tap.done()


main()
