#!/usr/bin/python3
"""The tour: status 0, on small and large machines, and true to the last line."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import machine
import tap

CLAIMS = [
    "every address above lies in a VMA with fitting rights",
    "no page was there before it was touched, or a neighbour",
    "both reads got the same frame: the shared zero page",
    "no copy: the last owner keeps the frame",
    "same user address, different frames",
    "same kernel address, same descriptor in both tables",
    "all lie above PAGE_OFFSET",
    "the access faulted and the entry was copied",
]


def alone():
    for memory in ("64M", "128M", "1G"):
        boot = machine.boot("init=/bin/tour", memory=memory)
        tap.is_(boot.status, 0, f"the tour with {memory}", boot)
        tap.ok("FALSE" not in boot.console and "FAILED" not in boot.console,
               "nothing in it is false", boot)
        missing = [c for c in CLAIMS if f"+ {c}" not in boot.console]
        tap.is_(missing, [], "it shows what it is for", boot)


def with_shell(leave=None):
    """Somebody presses Enter at each stop, or q at one of them."""
    line = machine.command("init=/bin/tour shell")
    child = pexpect.spawn(line[0], line[1:], encoding="utf-8",
                          timeout=machine.SECONDS, env=machine.environment())
    for stop in range(2, leave or 9):
        child.expect(f"Enter: stop {stop} of 8")
        child.sendline("")
    if leave:
        child.expect(f"Enter: stop {leave} of 8")
        child.sendline("q")
    made = leave - 1 if leave else 8
    tap.ok(child.expect([f"end: {made} of {made} programs", pexpect.TIMEOUT])
           == 0, f"at a terminal it waits; {made} stops", child.before)
    child.expect(r"\$ $")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    child.close()
    tap.is_(child.exitstatus, 0, "the tour, a shell, exit: status 0")


alone()
with_shell()
with_shell(leave=3)
tap.done()
