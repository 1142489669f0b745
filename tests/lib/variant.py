"""Another build of the same sources, and the same tests run in it."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import machine
import tap

# What must be built, below OUT, for the tests of target/, user/ and system/.
GOALS = ("pagewalk.elf", "pagewalk.bin", "pagewalk-tests.bin",
         "initramfs.cpio", "test-initramfs.cpio", "careless.bin",
         "latency.so", "stack.so", "fuzz/fuzz")
# And for the rounds of tests/user/programs.t.
FOR_ROUNDS = "nopan/pagewalk.bin"
# To make: the programs were built before the test was run, once for all.
SAME_PROGRAMS = f"USER_OUT={machine.USER_OUT}"
# What a make that runs us says to its own children, and to its own tests.
OF_MAKE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "T",
           "TEST_PROGRAMS", "TEST_KTESTS", "QEMU_MACHINE")


def run(line, **variables):
    """(status, output) of a command with these variables in its environment."""
    kept = {name: value for name, value in os.environ.items()
            if name not in OF_MAKE}
    done = subprocess.run(line, env=dict(kept, **variables), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def build(what, out, *options, rounds=False):
    """One result: does it build? options as for make, like BOARD=virt."""
    goals = [f"{out}/{goal}" for goal in GOALS]
    if rounds:
        goals.append(f"{out}/{FOR_ROUNDS}")
    status, output = run(["make", *options, f"OUT={out}", SAME_PROGRAMS, *goals])
    return tap.is_(status, 0, f"{what} builds", output)


def passes(tests, where, out, **variables):
    """One result for each test program. variables: BOARD, CPU."""
    on = machine.machine_of(**{"BOARD": machine.BOARD, **variables})
    for test in tests:
        status, output = run([test], OUT=out, BUILT_BY_MAKE="yes",
                             QEMU_MACHINE=on, USER_OUT=machine.USER_OUT,
                             **{"BOARD": machine.BOARD, **variables})
        failed = "\n".join(line for line in output.splitlines()
                           if not line.startswith("ok "))
        tap.is_(status, 0, f"{test} {where}", failed)
