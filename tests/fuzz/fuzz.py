#!/usr/bin/env python3
"""Fuzzes the kernel's system calls, and cuts what fails down to few calls.

    fuzz.py [--seed N] [--seeds N] [--rounds N] [--first N] [--out DIR]
            [--options TEXT]
    fuzz.py --proof [NAME-PATTERN ...]
    fuzz.py --sum LOG ...

A failure is reduced and printed as C with the line that replays it. --proof
seeds known bugs (faults.mutants) one by one and shows that each is found. --sum
adds up what earlier runs have printed. Status: 0 nothing failed, or every bug
was found.
"""

import argparse
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import guest
import proof
import reduce


def report(options, run):
    """Everything that is to be known of a run that failed."""
    number = run.round()
    print(f"seed {options.seed}: {run.failure}", flush=True)
    if number is None:      # a crash or a hang: the round that was not over
        number = last_round(options, run)
    if number is None:
        print(run.console[-3000:])
        return
    print(f"  replay: tests/fuzz/fuzz.py --seed {options.seed} "
          f"--first {number} --rounds 1"
          + (f" --options '{options.options}'" if options.options else "")
          + (f" --out {options.out}" if options.out != guest.machine.OUT
             else ""), flush=True)
    alone = guest.run(options.seed, number, number, None, options.out,
                      options.options)
    if not alone.failure:
        print(f"  round {number} fails only after those before it")
        return
    print(f"  {alone.failure}")
    plan = reduce.Reducer(options.seed, number, options.out, options.options,
                          alone.kind()).reduce()
    calls = guest.as_c(options.seed, number, plan, options.out)
    print(f"  {len(calls.splitlines())} calls, numbered worker:call:\n{calls}")
    print(reports(alone.console))


def reports(console):
    """The lines of the console that are the kernel's or the fuzzer's."""
    lines = [line for line in console.splitlines() if line.isprintable()]
    return "\n".join(f"  | {line[:160]}" for line in lines[-30:])


def last_round(options, run):
    """Of a run that ended in the middle: found by running its rounds again."""
    started = [int(n) for n in guest.re.findall(r"fuzz: round (\d+):",
                                                run.console)]
    first = started[-1] + 1 if started else options.first
    for number in range(first, options.first + options.rounds):
        again = guest.run(options.seed, number, number, None, options.out,
                          options.options)
        if again.failure and again.kind() == run.kind():
            return number
        if number > first + 32:
            break
    return None


def fuzz(options):
    """One seed. True: nothing failed."""
    run = guest.run(options.seed, options.first,
                    options.first + options.rounds - 1, None, options.out,
                    options.options)
    where = " ".join([os.path.basename(options.out), options.options]).strip()
    print(f"{where}: seed {options.seed}: {run.rounds - options.first + 1} "
          f"rounds, {run.calls} calls, {run.own} by workers in {run.lives} "
          f"lives, {run.ms} ms of the machine's time, {run.seconds:.0f} s of "
          f"QEMU's: {run.failure or 'nothing failed'}", flush=True)
    if run.failure:
        report(options, run)
    return not run.failure


def add_up(paths):
    """A line for each build and options: what its runs have printed."""
    sums = {}
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            rows = re.findall(r"^(.*?): seed (\d+): (\d+) rounds, (\d+) calls, "
                              r"\d+ by workers in \d+ lives, (\d+) ms of .*?, "
                              r"\d+ s of QEMU's: (.*)", file.read(), re.M)
        for where, seed, *numbers, end in rows:
            row = sums.setdefault(where, [[], 0, 0, 0, 0])
            row[0].append(int(seed))
            row[1:4] = [a + int(b) for a, b in zip(row[1:4], numbers)]
            row[4] += end != "nothing failed"
    for where, (seeds, rounds, calls, ms, failed) in sorted(sums.items()):
        print(f"{where}: seeds {', '.join(map(str, sorted(seeds)))}: "
              f"{rounds} rounds, {calls} calls, {ms // 1000} s of the machine's "
              f"time, {failed} failed")
    print(f"{sum(row[2] for row in sums.values())} calls in "
          f"{sum(row[3] for row in sums.values()) // 1000} s of the machine's "
          "time")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="so many seeds")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=256)
    parser.add_argument("--out", default=guest.machine.OUT)
    parser.add_argument("--options", default="", help="for the kernel")
    parser.add_argument("--proof", action="store_true")
    parser.add_argument("--sum", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if options.proof:
        return proof.main(options.names)
    if options.sum:
        add_up(options.names)
        return 0
    good = True
    for options.seed in range(options.seed, options.seed + options.seeds):
        good = fuzz(options) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
