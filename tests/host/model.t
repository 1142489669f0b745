#!/usr/bin/python3
"""The MMU model: can each of its rules fail, and does our code keep them under
more than one adversary?

Every program that runs on the model is run again with other seeds, each with
another number of speculative walks per thousand operations: few leave old
entries alone for long, many fill the TLB again at once.
"""

import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap
from fresh import refuse_stale

PROGRAMS = "build/host"
# Beside seed 1, which every program is run with anyway.
SEEDS = [int(seed) for seed in os.environ.get("MODEL_SEEDS", "2 3 4").split()]
# Walks per thousand operations, in turn.
ADVERSARIES = (20, 250, 900)
SECONDS = 300


def read(pattern):
    return "".join(open(path).read() for path in sorted(glob.glob(pattern)))


def literals(source, function):
    """What a string argument of function says, %d and the like as %."""
    calls = re.findall(rf'\b{function}\((?:[^"();]*,)?\s*'
                       r'((?:"(?:[^"\\]|\\.)*"\s*)+)', source)
    texts = ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call))
             for call in calls)
    return [re.sub(r"%0?\d*[a-z]", "%", text) for text in texts]


def rules_have_crimes():
    """Each model_violation is expected somewhere, by words of its own."""
    rules = literals(read("tests/host/mmu_model*.c"), "model_violation")
    expected = literals(read("tests/host/test_*.c"), "expect_violation")
    broken = set()
    for text in expected:
        # A number in the text stands where the rule has a %.
        words = re.sub(r"\b(0x|\d)[0-9a-f]*\b",
                       lambda n: "0x%" if n[1] == "0x" else "%", text)
        named = {rule for rule in rules if text in rule or words in rule}
        if len(named) == 1:
            broken |= named
    never = [rule for rule in rules if rule not in broken]
    tap.ok(len(rules) > 35 and not never,
           f"each of the {len(rules)} rules is broken by a test",
           "\n".join(never))


def programs():
    """Those that run on the model, on the plain machine and the meaner one."""
    strict = sorted(glob.glob(f"{PROGRAMS}/test_*-strict"))
    return [path for name in strict
            for path in (name.removesuffix("-strict"), name)]


def other_adversaries():
    for seed in SEEDS:
        adversary = ADVERSARIES[(seed - 2) % len(ADVERSARIES)]
        failed = []
        for program in programs():
            run = subprocess.run(
                [f"./{program}"], text=True, timeout=SECONDS,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=dict(os.environ, HOST_SEED=str(seed),
                         HOST_ADVERSARY=str(adversary)))
            if run.returncode:
                failed.append(f"{program}:\n{run.stdout[-1500:]}")
        tap.ok(programs() and not failed,
               f"HOST_SEED={seed} HOST_ADVERSARY={adversary}: "
               f"{len(programs())} programs", "\n".join(failed))


refuse_stale()
rules_have_crimes()
other_adversaries()
tap.done()
