#!/usr/bin/python3
"""BREAK and a letter: the kernel answers, whatever programs do.

QEMU's -nographic sends a BREAK for Ctrl-A b.
"""

import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import machine
import tap

BREAK = "\x01b"


def start(program):
    line = machine.command(f"quiet init={program}")
    child = pexpect.spawn(line[0], line[1:], encoding="utf-8",
                          codec_errors="replace", timeout=machine.SECONDS,
                          env=machine.environment())
    child.delaybeforesend = None
    return child


def answers(child, keys, pattern, what, other=pexpect.TIMEOUT):
    """Asked again while it answers other: a program is not there yet."""
    found = 1
    for _ in range(30):
        child.send(keys)
        found = child.expect([pattern, other, pexpect.EOF])
        if found != 1 or other is pexpect.TIMEOUT:
            break
    tap.is_(found, 0, what, child.before)


# A program that never reads, nor ends: no process looks at the terminal.
busy = start("/bin/twins")
busy.expect("being recorded")
answers(busy, BREAK + "h", r"commands after BREAK: t all tasks",
        "h: all letters")
answers(busy, BREAK + "?", r"commands after BREAK: t all tasks",
        "an unknown letter: all letters, too")
answers(busy, BREAK + "t", r"(?s)twins, pid 1, parent 0.*\] \w*schedule\w*\+0x"
        r".*twins, pid 3, parent 1: running",
        "t: all tasks, those that sleep with the functions they are in")
answers(busy, BREAK + "m", r"memory: \d+ of \d+ pages free", "m: memory")
answers(busy, BREAK + "l", r"no process's mmap_lock or page_table_lock is held",
        "l: locks")
busy.kill(signal.SIGKILL)
busy.wait()

shell = start("/bin/sh")
shell.expect(r"\$ $")
shell.sendline("cat")
shell.expect("\n")  # from here on the terminal echoes
shell.send("typed\n")
shell.expect("typed.*typed")
answers(shell, BREAK + "t", r"(?s)cat, pid \d+, parent 1: sleeping.*"
        r"\] tty_read\+0x", "t: who waits for the terminal waits in tty_read",
        other=r"cat, pid \d+, parent 1: running")
answers(shell, BREAK + "wxyz\n", r"(?s)no task is blocked.*\nxyz\s+xyz\s",
        "w: nobody is blocked; and the letter is no input of the program's")
answers(shell, "t\n", r"\nt\s+t\s|^t\s+t\s", "without a BREAK a letter is input")
shell.send("\x03")
shell.expect(r"\$ $")
shell.sendline("exit 4")
shell.expect(pexpect.EOF)
shell.close()
tap.is_(shell.exitstatus, 4, "the shell goes on")
tap.done()
