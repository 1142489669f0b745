#!/usr/bin/env python3
"""How deep the kernel's stacks get: `make stacks`.

Runs programs of tests/user and prints the most bytes of a kernel stack that
were in use at once, of 8192, and in which function.

    stacks.py [PROGRAM...]     of /test; without any, those that try much
    stacks.py --doc            the same, written to docs/figures/stacks too
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import figures
import machine

OUT = machine.OUT
STACK = 8192
PROGRAMS = ["exec", "fuzz", "job", "long_walks", "oom", "procfs", "sigframe",
            "signal", "work"]


def tool(name):
    return os.environ.get(name.upper(), f"arm-none-eabi-{name}")


def fault_vectors():
    """Where their code begins and ends."""
    out = subprocess.run([tool("nm"), f"{OUT}/pagewalk.elf"], check=True,
                         capture_output=True, text=True).stdout
    at = {name: address for address, _, name in map(str.split, out.splitlines())}
    return at["vector_dabt"], at["vector_unexpected"]


def measure(program):
    """(bytes, function) of a boot with that program."""
    output = f"{OUT}/stack-{program}"
    begin, end = fault_vectors()
    boot = machine.boot(f"quiet init=/test/{program}",
                        initrd=f"{OUT}/test-initramfs.cpio",
                        extra=["-plugin", f"{OUT}/stack.so,from={begin},"
                                          f"to={end},out={output}"])
    if boot.status is None:
        sys.exit(f"{program}: {boot}"[-3000:])
    with open(output) as file:
        deep, address = file.read().split()
    name = subprocess.run([tool("addr2line"), "-f", "-e", f"{OUT}/pagewalk.elf", address],
                          check=True, capture_output=True,
                          text=True).stdout.splitlines()[0]
    return int(deep), name


def main():
    words = [word for word in sys.argv[1:] if word != "--doc"]
    rows = []
    for program in words or PROGRAMS:
        deep, name = measure(program)
        rows.append((program, deep))
        print(f"{program:<12} {deep:>5} of {STACK}  in {name}", flush=True)
    if "--doc" in sys.argv:
        figures.write("stacks", rows, **figures.how(machine.QEMU, "stacks"))


if __name__ == "__main__":
    main()
