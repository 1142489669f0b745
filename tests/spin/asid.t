#!/usr/bin/python3
"""The ASID allocator on two cores: Spin tries every interleaving of asid.pml.

The model as it is must hold; with each error it can seed, Spin must find that
the property named here breaks. Then: is what the model quotes of
mmu/context.c still there?
"""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import tap

MODEL = os.path.join(HERE, "asid.pml")
SOURCE = "mmu/context.c"
WORK = "build/spin"
SECONDS = 300
# An assertion is known by what only its expression has.
PROPERTIES = {"stale": "tlb[", "moved": "context_id[", "empty": "asid<"}
# The errors of asid.pml, and the property that each breaks.
BROKEN = {
    "FORGETS_RUNNING": "stale",
    "NOT_RENEWED": "moved",
    "TWO_ROLL_OVERS": "moved",
    "FLUSHES_ONE_CORE": "stale",
    "NO_FLUSH": "stale",
    "NO_GLOBAL_TABLE": "stale",
    "NO_FIRST_ISB": "stale",
    "NO_SECOND_ISB": "stale",
    "TOO_FEW_ASIDS": "empty",
}


def output_of(*line):
    done = subprocess.run(line, cwd=WORK, text=True, timeout=SECONDS,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"{' '.join(line)}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def search(bug="0"):
    """What Spin's verifier says of the model with this error."""
    output_of("spin", "-a", f"-DBUG={bug}", MODEL)
    output_of("gcc", "-O1", "-w", "-DSAFETY", "-DCOLLAPSE", "-o", "pan",
              "pan.c")
    return output_of("./pan", "-m100000", "-w22")


def holds():
    report = search()
    complete = "errors: 0" in report and not re.search(
        r"Search not completed|max search depth too small", report)
    tap.ok(complete, "no interleaving breaks a property", report)
    states = re.search(r"(\d+) states, stored", report)
    tap.diag(f"{states and states[1]} states")


def broken():
    for bug, broken_property in BROKEN.items():
        report = search(bug)
        found = re.search(r"assertion violated (.*)", report)
        names = [name for name, sign in PROPERTIES.items()
                 if found and sign in found[1].replace(" ", "")]
        tap.is_(names[:1], [broken_property], f"{bug} breaks it", report)


def model():
    with open(MODEL) as file:
        return file.read()


def as_the_code():
    with open(SOURCE) as file:
        lines = [line.strip() for line in file]
    quoted = re.findall(r"/\* context\.c: (.*) \*/", model())
    gone = [text for text in quoted
            if not any(line.startswith(text) for line in lines)]
    tap.ok(len(quoted) > 20 and not gone,
           f"the {len(quoted)} statements that it quotes are in {SOURCE}",
           "\n".join(gone))
    names = re.findall(r"^#define (\w+)\t+\d+\t/\*", model(), re.M)
    tap.is_(sorted(BROKEN), sorted(names), "every error it can seed is tried")


os.makedirs(WORK, exist_ok=True)
holds()
broken()
as_the_code()
tap.done()
