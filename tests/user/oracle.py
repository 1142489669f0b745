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
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap
from user_programs import ARCHIVE, expected_lines, names, tap_lines

SECONDS = 600
# Linux takes 32 arguments for init, and panics before the console if there are more.
PROGRAMS_A_BOOT = 24
# What these programs print of a kernel's own files differs on purpose.
OURS_ALONE = {"proc"}


def boot_linux(kernel, dtb, chosen):
    """What Linux's console said."""
    line = [machine.QEMU, "-M", "vexpress-a9", "-m", "512M", "-smp", "1",
            "-nographic", "-no-reboot", "-kernel", kernel, "-dtb", dtb,
            "-initrd", ARCHIVE, "-append",
            "console=ttyAMA0 quiet panic=-1 rdinit=/test/linux_init -- "
            + " ".join(chosen)]
    try:
        run = subprocess.run(line, stdin=subprocess.DEVNULL, timeout=SECONDS,
                             capture_output=True, env=machine.environment())
        console = run.stdout
    except subprocess.TimeoutExpired as late:
        console = late.stdout or b""
    return console.decode("utf-8", "replace").replace("\r", "")


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
        tap.ok(False, f"{name}: came to its end on Linux", console)
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


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    chosen = sys.argv[3:] or [name for name in names()
                              if name not in OURS_ALONE]
    for first in range(0, len(chosen), PROGRAMS_A_BOOT):
        part = chosen[first:first + PROGRAMS_A_BOOT]
        console = boot_linux(sys.argv[1], sys.argv[2], part)
        said = answers(console)
        for name in part:
            compare(name, said.get(name), console)
    tap.done()


main()
