#!/usr/bin/env python3
"""oracle.py VMLINUZ DTB [NAME ...] - the programs of this folder on Linux.

Boots a Linux kernel for the board (Debian's armmp, say) with our archive, runs
the programs one after the other and compares what each prints with what
programs.t demands of Pagewalk: NAME.expected or, where there is none, what
qemu-arm says. NAME,ARGUMENT,... has arguments for the program; then Pagewalk is
booted, too, and asked now. `make oracle LINUX=vmlinuz DTB=vexpress-v2p-ca9.dtb` calls it.
With SHOW=1 the lines of each program are printed, too.
"""

import os
import re
import select
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap
from user_programs import (ARCHIVE, NOT_COMPARED, expected_lines, names,
                           tap_lines)

# For each program, and for Linux to come to the first one.
SECONDS = machine.SECONDS
# Linux takes 32 arguments for init, and panics before the console if there are more.
PROGRAMS_A_BOOT = 24
# linux_init's, around what a program prints.
MARK = re.compile(r"^(?:<<<|>>>) ", re.MULTILINE)
OURS_ALONE = {"proc": "what it prints of a kernel's own files differs on purpose"}


def boot_linux(kernel, dtb, chosen):
    """What Linux's console said until it ended, or one program took too long."""
    line = [machine.QEMU, "-M", "vexpress-a9", "-m", "512M", "-smp", "1",
            "-nographic", "-no-reboot", "-kernel", kernel, "-dtb", dtb,
            "-initrd", ARCHIVE, "-append",
            "console=ttyAMA0 quiet panic=-1 rdinit=/test/linux_init -- "
            + " ".join(chosen)]
    with subprocess.Popen(line, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=machine.environment()) as qemu:
        console = read_console(qemu.stdout)
        qemu.kill()
    return console


def read_console(pipe):
    """Read to the end, or until SECONDS have gone by without a new mark."""
    console, marks = "", 0
    deadline = time.monotonic() + SECONDS
    while select.select([pipe], [], [], max(0, deadline - time.monotonic()))[0]:
        piece = os.read(pipe.fileno(), 65536)
        if not piece:
            return console
        console += piece.decode("utf-8", "replace").replace("\r", "")
        if len(MARK.findall(console)) > marks:
            marks = len(MARK.findall(console))
            deadline = time.monotonic() + SECONDS
    return console + f"\n(nothing more within {SECONDS} s)"


def answers(console):
    """{name: (lines, wait status)} of the programs that came to their end."""
    parts = re.findall(r"^<<< ([\w,]+)\n(.*?)^>>> \1 (-?\d+)$", console,
                       re.MULTILINE | re.DOTALL)
    return {name: (tap_lines(text), int(status))
            for name, text, status in parts}


def wanted(name):
    if "," not in name:
        return expected_lines(name)
    boot = machine.boot(f"init=/test/{name.replace(',', ' ')}", initrd=ARCHIVE)
    return tap_lines(boot.console)


def compare(name, answer, console):
    if not answer:
        tap.ok(False, f"{name}: comes to its end on Linux",
               console.rpartition(f"<<< {name}\n")[2])
        return
    lines, status = answer
    if os.environ.get("SHOW"):
        tap.diag("\n".join(lines))
    want = wanted(name)
    differences = [f"Linux {got!r}, expected {expected!r}"
                   for got, expected in zip(lines, want) if got != expected]
    tap.ok(lines == want and status == 0, f"{name}: Linux agrees",
           "\n".join(differences) or
           f"{len(lines)} lines, {len(want)} expected, status {status:#x}")


def run(kernel, dtb, chosen):
    """Boot as often as it takes: a program that does not end costs a boot."""
    while chosen:
        console = boot_linux(kernel, dtb, chosen[:PROGRAMS_A_BOOT])
        started = len(re.findall("^<<< ", console, re.MULTILINE))
        if not started:
            tap.ok(False, "Linux starts the first program", console)
            return
        said = answers(console)
        for name in chosen[:started]:
            compare(name, said.get(name), console)
        chosen = chosen[started:]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    kernel, dtb, *chosen = sys.argv[1:]
    reasons = {**NOT_COMPARED, **OURS_ALONE}
    for name in chosen:
        if name.split(",")[0] in reasons:
            sys.exit(f"{name} is not for Linux: {reasons[name.split(',')[0]]}")
    run(kernel, dtb, chosen or [name for name in names()
                                if name not in OURS_ALONE])
    tap.done()


main()
