#!/usr/bin/env python3
"""What each operation of bench may take on a Cortex-A9, by a model of its TLBs and
caches (plugin/a9.c): an estimate, for nobody has run it on one.

    cycles.py [GROUP]       a line an operation: instructions, cycles from - to,
                            and what was counted, each per round
    cycles.py --doc         writes docs/figures/pagewalk-a9 too
    cycles.py --linux VMLINUZ DTB [--doc] [GROUP ...]
                            the same program on a Linux kernel, a boot for each
                            group; --doc: writes docs/figures/linux-a9

A count times its cost, all added up: nothing is taken off for what a pipeline does
at the same time, but in the lower of the two costs. docs/figures/a9-costs has them.
"""

import subprocess
import sys

import bench
import figures
import machine

PLUGIN = f"{bench.OUT}/a9.so"

# {what is counted: (its words, cycles from and to, where that is from)}
COSTS = {kind: (what, float(low), float(high), source)
         for kind, (what, low, high, source) in figures.read("a9-costs").items()}
SHORT = {"insns": "instructions", "micromiss": "micro TLBs", "mainmiss": "walks",
         "fetchmiss": "fetches", "loadmiss": "loads", "storemiss": "stores",
         "level2miss": "memory", "level2store": "memory, stored to"}
GROUPS = "calls lives faults areas switches signals regions".split()


class Row:
    """One operation: name, bench's instructions (on Linux: none), counts."""

    def __init__(self, name, cost, counts):
        self.name = name
        times = int(counts.pop("times"))
        total = int(counts["insns"])
        # report() may be told a half of what was measured, and half the rounds.
        rounds = times * max(1, round(total / times / cost)) if cost else times
        self.counts = {kind: int(n) / rounds for kind, n in counts.items()}
        # The loop around it is no part of it.
        self.counts["insns"] = cost or self.counts["insns"]

    def cycles(self):
        """(from, to)"""
        return tuple(sum(n * COSTS[kind][side] for kind, n in self.counts.items())
                     for side in (1, 2))

    def most(self):
        """The two kinds that cost most, at their highest."""
        by_cost = sorted(self.counts, reverse=True,
                         key=lambda kind: self.counts[kind] * COSTS[kind][2])
        return [SHORT.get(kind, kind) for kind in by_cost[:2]]

    def __str__(self):
        low, high = self.cycles()
        found = "  ".join(f"{kind} {n:.1f}" for kind, n in self.counts.items()
                          if n >= 0.05 and kind != "insns")
        return (f"{self.name:<42} {self.counts['insns']:>7.0f} {low:>7.0f} - "
                f"{high:<7.0f} ({found})")


def blocks(path):
    with open(path) as file:
        for block in file.read().split(".\n")[:-1]:
            yield dict(line.split() for line in block.splitlines())


def rows(group=""):
    output = f"{bench.OUT}/cycles"
    machine.QEMU = machine.QEMU_10
    found = bench.operations(bench.console(
        group, bench.loaded(PLUGIN, bench.PROGRAM, output)))
    # The first line calibrates.
    return [Row(name, cost, counts)
            for (name, cost), counts in zip(found, blocks(output))][1:]


def linux_rows(kernel, dtb, group):
    """The program's clock is no count of instructions there: the plugin's is."""
    output, archive = f"{bench.OUT}/cycles-linux", f"{bench.OUT}/linux-bench.cpio"
    init = f"{bench.OUT}/user/test/linux_init"
    subprocess.run([sys.executable, "tools/mkcpio.py", archive, "bin", "dev",
                    "proc", "tmp", "test", f"test/linux_init={init}",
                    f"test/bench={bench.OUT}/user/bench/bench"], check=True)
    line = [machine.QEMU_10, "-M", "vexpress-a9", "-m", f"{bench.MEMORY_MIB}M",
            "-nographic", "-no-reboot", "-kernel", kernel, "-dtb", dtb,
            "-initrd", archive, "-append", "console=ttyAMA0 quiet panic=-1 "
            f"rdinit=/test/linux_init -- bench,{group}",
            *bench.COUNTING, *bench.loaded(PLUGIN, bench.PROGRAM, output)]
    console = subprocess.run(line, stdin=subprocess.DEVNULL, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             check=False, env=machine.environment()).stdout
    found = bench.operations(console.replace("\r", "").splitlines())
    return [Row(name, None, counts)
            for (name, _), counts in zip(found, blocks(output))][1:]


# ---- the document ------------------------------------------------------------

def two(a, b):
    return f"{round(a)}, {round(b)}"


def cells(row):
    n = row.counts
    low, high = row.cycles()
    return [row.name, f"{n['insns']:.0f}", two(n["tlb"], n["cache"] + n["predictor"]),
            f"{two(n['dsb'], n['dmb'])}, {round(n['isb'])}",
            f"{low:.0f} - {high:.0f}", "; ".join(row.most())]


def linux_main(kernel, dtb, *words):
    groups = [word for word in words if word != "--doc"] or GROUPS
    found = [row for group in groups for row in linux_rows(kernel, dtb, group)]
    print("\n".join(map(str, found)))
    if "--doc" in words:
        figures.write("linux-a9", map(cells, found),
                      command="make cycles-linux DOC=1",
                      kernel="Debian's for the board, 6.1, armmp",
                      emulator=figures.first_line(machine.QEMU_10, "--version"))


def main():
    words = sys.argv[1:]
    if not machine.runs(machine.QEMU_10):
        sys.exit(f"{machine.QEMU_10} is not there: `make check-hw` fetches it")
    if words[:1] == ["--linux"]:
        linux_main(*words[1:])
        return
    found = rows("".join(word for word in words if word != "--doc"))
    print("\n".join(map(str, found)))
    if "--doc" in words:
        figures.write("pagewalk-a9", map(cells, found),
                      **figures.how(machine.QEMU_10, "cycles"))


if __name__ == "__main__":
    main()
