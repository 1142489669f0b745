#!/usr/bin/python3
"""The core of a program that crashed, in the hands of a debugger.

tests/user/coredump prints the bytes of one on the console; gdb opens them with
the program beside and says where it was, and where its threads were.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap
from user_programs import ARCHIVE

SCRATCH = f"{machine.OUT}/system"
CORE = f"{SCRATCH}/core"
PROGRAM = f"{machine.USER_OUT}/test/coredump.debug"
GDB = os.environ.get("GDB", "gdb-multiarch")
COMMANDS = ["backtrace", "info registers r5 pc", "x/i $pc", "print/x *(int *)page",
            "info threads", "info auxv", "info proc mappings"]


def write_core(console):
    """The lines "OFFSET:BYTES" as a file; lines of zeroes are not printed."""
    os.makedirs(SCRATCH, exist_ok=True)
    with open(CORE, "wb") as file:
        for at, text in re.findall(r"^([0-9a-f]{8}):([0-9a-f]+)$", console, re.M):
            file.seek(int(at, 16))
            file.write(bytes.fromhex(text))


boot = machine.boot("quiet init=/test/coredump print", initrd=ARCHIVE)
write_core(boot.console)
words = [word for command in COMMANDS for word in ("-ex", command)]
said = subprocess.run([GDB, "-nx", "-batch", PROGRAM, CORE, *words], text=True,
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                      stdin=subprocess.DEVNULL, check=False).stdout
for what, pattern in (
        ("the signal", r"terminated with signal SIGSEGV"),
        ("the function that crashed", r"^#0 .*\bcrash_here\b"),
        ("its callers, from the stack", r"^#[2-9].* in_child\b"),
        ("the instruction at pc", r"=> 0x[0-9a-f]+ <.*>:\s+str\s+r5"),
        ("a register", r"^r5\s+0x50414745\b"),
        ("a page of anonymous memory", r"= 0x50414745$"),
        ("three threads", r"^\s+3\s+LWP"),
        ("the auxiliary vector", r"AT_PAGESZ .*\b4096$"),
        ("the files that were mapped", r"/test/coredump$")):
    tap.ok(re.search(pattern, said, re.M), f"gdb finds {what}", said)
tap.done()
