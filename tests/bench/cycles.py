#!/usr/bin/env python3
"""What each operation of bench may take on a Cortex-A9, by a model of its TLBs and
caches (plugin/a9.c): an estimate, for nobody has run it on one.

    cycles.py [GROUP]       a line an operation: instructions, cycles from - to,
                            and what was counted, each per round
    cycles.py --doc         writes what was measured into the table of
                            docs/performance.md, and its table of costs
    cycles.py --linux VMLINUZ DTB [--doc] [GROUP ...]
                            the same program on a Linux kernel, a boot for each
                            group; --doc: writes the table that compares

A count times its cost, all added up: nothing is taken off for what a pipeline does
at the same time, but in the lower of the two costs.
"""

import re
import subprocess
import sys

import bench
import machine

PLUGIN = f"{bench.OUT}/a9.so"
DOC = "docs/performance.md"
MEASURED = "measured by 7-cpu.com on an Exynos 4210"

# What is counted, in words; cycles from and to; where that is from.
COSTS = {
    "insns": ("an instruction", 0.5, 1.2, "at best two in a cycle; the rest, "
              "branches foretold wrong among it, is a guess"),
    "words": ("a word loaded or stored", 0.5, 1, "two registers a cycle if "
              "aligned to 64 bits: DDI0388I, table B-3"),
    "entry": ("an exception, and its return", 15, 40, "both empty the pipeline; "
              "a guess"),
    "isb": ("ISB", 10, 20, "fills the pipeline again; a guess"),
    "dsb": ("DSB", 8, 50, "drains four slots of the store buffer; a guess"),
    "dmb": ("DMB", 8, 50, "as a DSB, with the bit of erratum 794072"),
    "exclusive": ("LDREX, STREX", 1, 5, "a guess"),
    "cp15": ("another MCR or MRC", 2, 10, "each MCR waits for "
             "what is before it (DDI0458D A.6.1, of the R7; a guess for the A9)"),
    "tlb": ("a TLB operation", 5, 30, "a guess"),
    "cache": ("a cache operation on a line", 5, 30, "a guess"),
    "predictor": ("BPIALL", 10, 100, "branches are learnt anew; a guess"),
    "micromiss": ("a miss of a micro TLB that the main one has", 3, 7,
                  f"7: {MEASURED}"),
    "mainmiss": ("a walk", 7, 14, f"7, its two words in caches: {MEASURED}"),
    "fetchmiss": ("a line for fetches, from level 2", 10, 19, f"19: {MEASURED}"),
    "loadmiss": ("... for a load", 10, 19, f"19: {MEASURED}"),
    "storemiss": ("... for a store", 4, 12, f"11.5 in a row: {MEASURED}"),
    "walkmiss": ("... for a walk", 10, 19, "as for a load"),
    "level2miss": ("... from memory", 45, 132, f"68 ns in a row, 110 ns alone: "
                   f"{MEASURED}; at 667 and 1200 MHz"),
    "level2store": ("... for a store", 12, 60, "no more than a load; whole lines in "
                    "a row need not be read first; a guess"),
    "deviceread": ("a word of a device", 20, 60, "the private region's clock is at "
                   "most half the core's (DDI0407, from memory); a guess"),
    "devicewrite": ("... written", 2, 20, "a guess"),
}
SHORT = {"insns": "instructions", "micromiss": "micro TLBs", "mainmiss": "walks",
         "fetchmiss": "fetches", "loadmiss": "loads", "storemiss": "stores",
         "level2miss": "memory", "level2store": "memory, stored to"}
TABLE = re.compile(r"^\| operation \| Pagewalk \| lean \|.*?\n\n", re.M | re.S)
GROUPS = "calls lives faults areas switches signals".split()
LINUX_TABLE = re.compile(r"^\| operation \| instructions \|.*?\n\n", re.M | re.S)
COST_TABLE = re.compile(r"^\| what \| cycles \|.*?\n\n", re.M | re.S)


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


def columns(row):
    n = row.counts
    low, high = row.cycles()
    return [two(n["tlb"], n["cache"] + n["predictor"]),
            f"{two(n['dsb'], n['dmb'])}, {round(n['isb'])}",
            f"{low:.0f} - {high:.0f}"]


def new_table(table, measured):
    """Instructions, what Linux needs of ours, and the last three as measured."""
    lines = []
    for line in table.strip().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in measured:
            row = measured[cells[0]]
            ours = row.counts["insns"]
            linux = min(int(cells[2]), int(cells[3]))
            line = "| " + " | ".join([cells[0], f"{ours}", *cells[2:6],
                                      f"{linux / ours:.1f}", *columns(row)]) + " |"
        lines.append(line)
    return "\n".join(lines) + "\n\n"


def cost_table():
    lines = ["| what | cycles | from where |", "|---|---:|---|"]
    lines += [f"| {what} | {low} - {high} | {source} |"
              for what, low, high, source in COSTS.values()]
    return "\n".join(lines) + "\n\n"


def linux_table(ours, linux):
    measured = {row.name: row for row in linux}
    lines = ["| operation | instructions | A9 cycles | on Linux: instructions | "
             "A9 cycles | most of ours |", "|---|---:|---:|---:|---:|---|"]
    for row in ours:
        other = measured.get(row.name)
        if not other:
            continue
        cells = [row.name]
        for one in (row, other):
            low, high = one.cycles()
            cells += [f"{one.counts['insns']:.0f}", f"{low:.0f} - {high:.0f}"]
        lines.append("| " + " | ".join([*cells, "; ".join(row.most())]) + " |")
    return "\n".join(lines) + "\n\n"


def refreshed(table, measured):
    """Our side of the table that compares, as measured now."""
    lines = []
    for line in table.strip().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in measured:
            row = measured[cells[0]]
            cells[1:3] = [f"{row.counts['insns']:.0f}", columns(row)[2]]
            cells[5] = "; ".join(row.most())
            line = "| " + " | ".join(cells) + " |"
        lines.append(line)
    return "\n".join(lines) + "\n\n"


def write_comparison(ours, linux):
    with open(DOC) as file:
        text = file.read()
    text = LINUX_TABLE.sub(lambda _: linux_table(ours, linux), text, count=1)
    with open(DOC, "w") as file:
        file.write(text)


def write_document(found):
    measured = {row.name: row for row in found}
    with open(DOC) as file:
        text = file.read()
    text = TABLE.sub(lambda table: new_table(table[0], measured), text, count=1)
    text = LINUX_TABLE.sub(lambda table: refreshed(table[0], measured), text,
                           count=1)
    text = COST_TABLE.sub(lambda _: cost_table(), text, count=1)
    with open(DOC, "w") as file:
        file.write(text)


def linux_main(kernel, dtb, *words):
    groups = [word for word in words if word != "--doc"] or GROUPS
    found = [row for group in groups for row in linux_rows(kernel, dtb, group)]
    print("\n".join(map(str, found)))
    if "--doc" in words:
        write_comparison(rows(), found)


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
        write_document(found)


if __name__ == "__main__":
    main()
