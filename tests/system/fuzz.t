#!/usr/bin/python3
"""Random system calls of four processes: nothing breaks, nothing is lost."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "fuzz")]
import guest
import machine
import proof
import table
import tap

# By whole seeds: `FUZZ_SEEDS='5 6' FUZZ_ROUNDS=256 tests/system/fuzz.t`.
SEEDS = os.environ.get("FUZZ_SEEDS", "1 2").split()
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "12"))
OPTIONS = os.environ.get("FUZZ_OPTIONS", "")


def no_finding(seed, options):
    run = guest.run(int(seed), 0, ROUNDS - 1, None, machine.OUT, options)
    tap.ok(run.failure is None and run.status == 0,
           f"seed {seed}{options and ', '}{options}: no crash, no hang, and "
           f"after each of {ROUNDS} rounds as many pages and objects",
           f"{run.failure}\ntests/fuzz/fuzz.py --seed {seed} --rounds {ROUNDS} "
           f"--options '{options}' shows the calls\n{run.console[-2000:]}")
    return run


def same_again(seed):
    """A seed that is not always the same is no way to replay anything."""
    one, other = (guest.run(seed, 0, 3) for _ in range(2))
    tap.ok(one.calls > 1000 and one.console == other.console,
           "a seed gives the same calls and the same console again",
           f"{one.calls} and {other.calls} calls")


def calls_of_the_table():
    """What the kernel's headers have is what is fuzzed."""
    with open(f"{machine.OUT}/fuzz/fuzz_calls.h") as file:
        made = file.read()
    for name in ("mmap2", "rt_sigaction", "futex", "cacheflush"):
        tap.ok(f'"{name}"' in made, f"{name} is among the calls")


for chosen in SEEDS:
    no_finding(chosen, OPTIONS)
if not OPTIONS:
    no_finding("3", "fail_alloc=any,2000,1,499")
    same_again(4)
    calls_of_the_table()
    for bug in proof.rows():
        tap.is_(table.problems(bug), None,
                f"make fuzz-proof: the place of {bug.name} is there")
tap.done()
