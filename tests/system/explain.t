#!/usr/bin/python3
"""tools/explain: words of a dump, with the manual's fields and the kernel's words.

What it says of a descriptor in the kernel's own format must be what the kernel
says of it, so each entry of a real walk is asked.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap


def explain(words):
    run = subprocess.run(["build/host/explain", *words.split()], text=True,
                         capture_output=True)
    return run.returncode, run.stdout + run.stderr


SAYS = (
    ("fsr 0x817", 0, r"a write\n(?s:.*)domain +0x1 (?s:.*)Cause: page translation "
     r"fault; DFAR holds the address"),
    ("fsr 406", 0, r"Cause: asynchronous external abort; DFAR does not hold"),
    ("ifsr 0xd", 0, r"Cause: section permission fault; IFAR holds"),
    ("fsr 0xa07", 0, r"Cause: translation fault at level 3\. Pagewalk never"),
    ("fsr 0x404", 0, r"Cause: unknown fault status"),
    ("pte 0", 0, r"Nothing is mapped"),
    ("pte 0x1234aaff afe=0 tre=0", 0, r"AP\[2:0\] 7: both read\n"),
    ("pte 0x1234001e afe=0 tre=0", 0, r"AP\[2:0\] 1: the kernel reads and writes, "
     r"User mode nothing\n(?s:.*)write-back, no write-allocate"),
    ("pte 0x12340001", 0, r"large page of 64 KiB at 0x12340000"),
    ("pgd 0x61234421", 0, r"table at 0x61234400(?s:.*)domain +1\n"),
    ("pgd 0x20240c2a", 0, r"supersection of 16 MiB at 0x1220000000"),
    ("ttbr 0x6000406a", 0, r"base +0x60004000(?s:.*)This is what Pagewalk writes"),
    ("ttbr 0x60004000", 0, r"inner: not cached(?s:.*)other bits: 6 is 0 here"),
    ("sctlr 0x00c5187d", 0, r"other bits: 29 is 0 here, 28 is 0 here"),
    ("dacr 5", 0, r"in User mode and while it copies"),
    ("dacr 3", 0, r"D0 +0x3 +manager"),
    ("cpsr 0x60000193", 0, r"interrupts are masked(?s:.*)Mode: Supervisor"),
    ("fsr 123456789", 2, r"'123456789' is not a hexadecimal number"),
    ("fsr", 2, r"usage: tools/explain WHAT VALUE"),
    ("far 0", 2, r"'far' is unknown"),
    ("pte 0 tex=1", 2, r"usage: tools/explain"),
)

for words, status, pattern in SAYS:
    got, output = explain(words)
    tap.ok(got == status and re.search(pattern, output),
           f"tools/explain {words}", f"status {got}\n{output}")

# words of all kinds of bits, of all kinds of words
said = "".join(explain(f"{what} {word & 0xffffffff:x} {options}")[1]
               for what in ("fsr", "ifsr", "pgd", "pte", "ttbr", "sctlr", "dacr",
                            "cpsr")
               for word in (*(1 << bit for bit in range(0, 32, 3)),
                            *(n * 0x9e3779b1 for n in range(12)), 0xffffffff)
               for options in ("", "afe=0 tre=0"))
tap.is_([line for line in said.splitlines() if len(line) > 80], [],
        "it fits into 80 columns")

with open("README.md") as file:
    readme = file.read()
example = "\n".join("    " + line for line in
                    explain("fsr 0x817")[1].splitlines())
tap.has(readme, "    $ tools/explain fsr 0x817\n" + example,
        "README shows what it prints")

boot = machine.boot("quiet init=/bin/tour")
entries = re.findall(r"^ *level ([12]) .*: 0x([0-9a-f]{8})  (\S.*)$", boot.console,
                     re.M)
tap.ok(len(entries) >= 6, "the tour shows entries of both levels", boot)
for level, desc, said in sorted(set(entries)):
    words = ("pgd " if level == "1" else "pte ") + desc
    _, output = explain(words)
    tap.has(output, f"In Pagewalk's dumps: {said}\n",
            f"tools/explain {words}: as the kernel says it")
tap.done()
