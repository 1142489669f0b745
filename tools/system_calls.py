#!/usr/bin/python3
"""system_calls.py IMAGE.elf - rewrite the table of docs/system-calls.md.

The numbers and names are those of Linux's own header for ARM; what is done is
what the image's sys_call_table calls. The reasons why a call is ENOSYS are
written by hand in the document and are kept; a call without one gets `?`.
"""

import glob
import os
import re
import struct
import subprocess
import sys

DOCUMENT = "docs/system-calls.md"
HEAD = "| number | name | done in, or ENOSYS and why |\n|---:|---|---|\n"
CROSS = os.environ.get("CROSS_COMPILE", "arm-none-eabi-")
# Of the package linux-libc-dev-armhf-cross.
LINUX = "/usr/arm-linux-gnueabihf/include"
# What stands in a row without a call, and what only stands for its neighbours.
NOTHING = {"sys_ni_syscall", "sys_ni_syscall_with_regs"}


def output(*command, stdin=""):
    return subprocess.run(command, input=stdin, capture_output=True, text=True,
                          check=True).stdout


def linux_calls():
    """{number: name} of every call that Linux's header has for the EABI."""
    macros = output(f"{CROSS}gcc", "-dM", "-E", "-x", "c", "-isystem", LINUX,
                    "-", stdin="#include <asm/unistd.h>\n")
    return {int(number): name for name, number in re.findall(
        r"#define __NR_(\w+) \(__NR_SYSCALL_BASE ?\+ ?(\d+)\)", macros)}


def section(elf, address, length):
    """The bytes of an ELF file of 32 bits that are loaded at address."""
    with open(elf, "rb") as file:
        data = file.read()
    start, = struct.unpack_from("<I", data, 28)
    size, count = struct.unpack_from("<HH", data, 42)
    for i in range(count):
        _, offset, virtual, _, in_file = struct.unpack_from(
            "<5I", data, start + i * size)
        if virtual <= address < virtual + in_file:
            at = offset + address - virtual
            return data[at:at + length]
    raise ValueError(f"{elf}: nothing at {address:#x}")


def definitions():
    """{function: the source file that defines it}, of every system call."""
    found = {}
    for path in glob.glob("*/**/*.[cS]", recursive=True):
        if path.startswith(("build/", "tests/")):
            continue
        with open(path) as file:
            for name in re.findall(r"^(?:s32|u32|void|ENTRY) (sys_\w+)\b",
                                   file.read(), re.MULTILINE):
                found.setdefault(name, path)
    return found


def our_calls(elf):
    """{number: source file} of the calls of which sys_call_table has a row."""
    names = {}
    for address, kind, name in re.findall(
            r"^(\w+)(?: \w+)? (\w) (sys_\w+)$", output(f"{CROSS}nm", elf),
            re.MULTILINE):
        names.setdefault(int(address, 16), name)
    at = next(at for at, name in names.items() if name == "sys_call_table")
    size = int(re.search(r"^\w+ (\w+) \w sys_call_table$",
                         output(f"{CROSS}nm", "-S", elf), re.MULTILINE)[1], 16)
    rows = struct.unpack(f"<{size // 4}I", section(elf, at, size))
    where = definitions()
    called = {number: names[row & ~1] for number, row in enumerate(rows) if row}
    return {number: where[name.removesuffix("_with_regs")]
            for number, name in called.items() if name not in NOTHING}


def reasons(text):
    return dict(re.findall(r"^\| \d+ \| (\w+) \| ENOSYS: (.*) \|$", text,
                           re.MULTILINE))


def table(elf, text):
    """The rows that the document should have; text is what it says now."""
    linux, ours, why = linux_calls(), our_calls(elf), reasons(text)
    return HEAD + "".join(
        f"| {number} | {name} | "
        + (f"`{ours[number]}`" if number in ours
           else f"ENOSYS: {why.get(name, '?')}") + " |\n"
        for number, name in sorted(linux.items()))


def with_table(elf, text):
    """text with its table replaced by that of the image."""
    return text.partition(HEAD)[0] + table(elf, text)


def main():
    with open(DOCUMENT) as file:
        text = with_table(sys.argv[1], file.read())
    with open(DOCUMENT, "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
