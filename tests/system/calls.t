#!/usr/bin/python3
"""docs/system-calls.md is true: each of Linux's numbers, and what this image
does with it. tools/system_calls.py writes the table anew."""

import os
import sys

HERE = os.path.dirname(__file__)
sys.path[:0] = [os.path.join(HERE, "..", "lib"),
                os.path.join(HERE, "..", "..", "tools")]
import machine
import system_calls
import tap

ELF = f"{machine.OUT}/pagewalk.elf"


def number(row):
    return row.split("|")[1]


def main():
    if not os.path.exists(f"{system_calls.LINUX}/asm/unistd.h"):
        tap.ok(False, "Linux's headers for ARM are installed", "try `make setup`")
        tap.done()
        return
    with open(system_calls.DOCUMENT) as file:
        text = file.read()
    rows = text.partition(system_calls.HEAD)[2].splitlines()
    wanted = system_calls.table(ELF, text)[len(system_calls.HEAD):].splitlines()
    tap.ok(len(wanted) > 400, "Linux's header has more than 400 calls",
           f"found {len(wanted)}")
    tap.is_([row for row in rows if row not in wanted], [],
            "each row agrees with the image and with Linux's header")
    tap.is_([row for row in wanted if row not in rows], [],
            f"and no row is missing: tools/system_calls.py {ELF} writes them")
    tap.ok([number(row) for row in rows] == [number(row) for row in wanted],
           "in the order of the numbers, each once")
    tap.is_([row for row in rows if "| ENOSYS: ? |" in row], [],
            "each call that is not done has its reason")
    tap.done()


main()
