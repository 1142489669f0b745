#!/usr/bin/python3
"""The second board: built by the same Makefile, it passes the same tests.

Here the tests inside the kernel and the tour, on both cores it can have, and
what only this one can do: leave out VFP and NEON, start in HYP mode.
`make BOARD=virt check` runs all.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

OUT = "build/virt"
TESTS = ["tests/target/target.t", "tests/system/tour.t"]


def run(*line, **variables):
    env = dict(os.environ, BOARD="virt", OUT=OUT, **variables)
    done = subprocess.run(line, env=env, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


if machine.BOARD == "virt":
    print("1..0 # SKIP this is the board it is about")
    sys.exit(0)
for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(name, None)
status, output = run("make", "BOARD=virt", f"OUT={OUT}", "all",
                     f"{OUT}/pagewalk-tests.bin")
if tap.is_(status, 0, "BOARD=virt builds", output):
    for cpu in ("cortex-a15", "cortex-a7"):
        for test in TESTS:
            status, output = run(test, CPU=cpu)
            tap.is_(status, 0, f"{test} on {cpu}", output)
    for kind, core, says in (
            ("virt", "neon=on", "vfp: 32 double registers, NEON"),
            ("virt", "neon=off", "vfp: 32 double registers, no NEON"),
            ("virt", "vfp=off,neon=off", "this core has no VFP unit"),
            ("virt,virtualization=on", "neon=on", "ends with status 0"),
            ("virt,secure=on", "neon=on", "ends with status 0")):
        _, output = run(machine.QEMU, "-M", kind, "-m", "128M", "-cpu",
                        f"cortex-a15,{core}", "-nic", "none",
                        "-nographic", "-semihosting",
                        "-kernel", f"{OUT}/pagewalk.bin",
                        "-append", "init=/bin/true")
        tap.has(output, says, f"-M {kind} -cpu cortex-a15,{core}")
tap.done()
