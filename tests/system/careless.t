#!/usr/bin/python3
"""The careless loader (careless.S): registers, mode, masks, byte order, all wrong.

In Secure state and in Non-secure state, where start-up takes an exception by
vectors of its own. The image lies where it is not linked.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

RAM = {"vexpress-a9": 0x60000000, "virt": 0x40000000}
IMAGE = (f"loader,file={machine.OUT}/pagewalk.bin,force-raw=on,"
         f"addr={RAM[machine.BOARD] + 0x1000000:#x}")


def boot(*options):
    return machine.boot("init=/bin/hello", extra=["-device", IMAGE, *options],
                        kernel=f"{machine.OUT}/careless.bin")


def main():
    secure = boot()
    tap.is_(secure.status, 0, "a loader that leaves all registers wrong", secure)
    tap.has(secure.console, "32 double registers, NEON", "VFP is whole again")
    tap.has(secure.console, "Hello from user mode", "up to init")
    other = boot("-M", f"{machine.BOARD},secure=off")
    tap.is_(other.status, 0, "the same in Non-secure state", other)
    tap.done()


main()
