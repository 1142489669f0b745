#!/usr/bin/env python3
"""Symbol table for backtraces.

    kallsyms.py FIRST.elf > kallsyms.S       from the first link
    kallsyms.py --check FIRST.elf FINAL.elf  the text did not move in between

--check also refuses a long-branch veneer in the boot section: it would jump
into the high half before the MMU is on.
"""
import subprocess
import sys

NM = "arm-none-eabi-nm"
STUBS = ("_veneer", "_from_arm", "_from_thumb")


def symbols(elf):
    """[(address, type, name)] ascending."""
    out = subprocess.run([NM, "-n", elf], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    rows = (line.split() for line in out.splitlines())
    return [(int(r[0], 16), r[1], r[2]) for r in rows if len(r) == 3]


def is_veneer(name):
    """Made by the linker, which orders them differently in each link."""
    return name.startswith("__") and name.endswith(
        ("_veneer", "_from_arm", "_from_thumb"))


def text_symbols(elf):
    """One name an address, inside [_stext, _etext]; no mapping symbols."""
    syms = symbols(elf)
    where = {name: address for address, _, name in syms}
    low, high = where["_stext"], where["_etext"]
    table = {}
    for address, kind, name in syms:
        inside = low <= address < high and kind in "tTwW"
        if inside and not is_veneer(name) and \
                not name.startswith(("$", ".L", "_stext")):
            table.setdefault(address, name)
    table[high] = ""
    return sorted(table.items())


def emit(table):
    names = "".join(name + "\0" for _, name in table)
    print("\t.section .kallsyms, \"a\"\n\t.balign 4")
    print(f"\t.global kallsyms_count\nkallsyms_count:\n\t.word {len(table)}")
    print("\t.global kallsyms\nkallsyms:")
    offset = 0
    for address, name in table:
        print(f"\t.word 0x{address:08x}, {offset}")
        offset += len(name) + 1
    print("\t.global kallsyms_names\nkallsyms_names:")
    for name in names.split("\0")[:-1]:
        print(f"\t.asciz \"{name}\"")


def check(first, final):
    if text_symbols(first) != text_symbols(final):
        sys.exit(f"kallsyms: {final}: text moved between the two links")
    where = {name: address for address, _, name in symbols(final)}
    for address, _, name in symbols(final):
        in_boot = where["__boot_start"] <= address < where["__boot_end"]
        if in_boot and name.endswith("_veneer"):
            sys.exit(f"kallsyms: {name}: code that runs before the MMU is on "
                     "calls into the high half")


if sys.argv[1] == "--check":
    check(sys.argv[2], sys.argv[3])
else:
    emit(text_symbols(sys.argv[1]))
