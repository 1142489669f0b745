#!/usr/bin/python3
"""The tour: status 0, on small and large machines, and true to the last line; at a
terminal no page is larger than a screen."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import machine
import tap

CLAIMS = [
    "every address above lies in a VMA with fitting rights",
    "no page was mapped before it or a neighbour was touched",
    "both reads got the same frame: the shared zero page",
    "no copy: the last owner keeps the frame",
    "same user address, different frames",
    "same kernel address, same descriptor in both tables",
    "all lie above PAGE_OFFSET",
    "the access faulted and the entry was copied",
]


MORE = "Enter: more of this stop; q: the shell"


def alone():
    for memory in ("64M", "128M", "1G"):
        boot = machine.boot("init=/bin/tour", memory=memory)
        tap.is_(boot.status, 0, f"the tour with {memory}", boot)
        tap.ok("FALSE" not in boot.console and "FAILED" not in boot.console,
               "nothing in it is false", boot)
        missing = [c for c in CLAIMS if f"+ {c}" not in boot.console]
        tap.is_(missing, [], "it shows what it is for", boot)
        tap.is_([line for line in boot.console.split("\n") if len(line) > 80],
                [], "the messages of the boot and the tour fit into 80 columns")


def spawn(append):
    line = machine.command(append)
    child = pexpect.spawn(line[0], line[1:], encoding="utf-8",
                          timeout=machine.SECONDS, env=machine.environment())
    child.delaybeforesend = None
    return child


def pages(child, keys=None):
    """What is on the screen at each question until the shell's prompt, if somebody
    presses Enter each time; {question: keys} for other keys."""
    seen = []
    while child.expect([r"-- (Enter[^\n]*?) -- $", r"\$ $"]) == 0:
        question = child.match[1]
        seen.append((child.before + child.match[0], question))
        child.send((keys or {}).get(question, "") + "\n")
    seen.append((child.before + child.after, "the shell"))
    return seen


def check_sizes(seen):
    """The page behind the boot's messages, the first, begins in the middle."""
    for text, question in seen:
        text = text[text.find("\n---- 1. ") + 1:].replace("\r", "")
        rows = text.split("\n")
        if rows[0] == "":
            rows.pop(0)  # where Enter was typed
        tap.ok(len(rows) <= 24 and max(map(len, rows)) <= 80,
               f"24 rows of 80 columns before: {question}",
               f"{len(rows)} rows, {max(map(len, rows))} columns\n{text}")


def stops(seen):
    """The stops that were asked for, by the questions before them."""
    return [int(question.split()[2]) for _, question in seen
            if question.startswith("Enter: stop")]


def with_shell():
    """Somebody presses Enter at each page."""
    child = spawn("init=/bin/tour shell")
    seen = pages(child)
    check_sizes(seen)
    tap.is_(stops(seen), list(range(2, 9)), "at a terminal it waits at each stop")
    tap.ok(len(seen) > 8, "it also waits inside stops that need more than a screen")
    tap.has(seen[-1][0], "end: 8 of 8 programs", "the tour comes to its end")
    child.send("tour 3\n")
    seen = pages(child)
    tap.is_([question for _, question in seen],
            [MORE] * 2 + ["the shell"],
            "tour 3, typed in the shell, waits, too")
    child.send("tour 3\n")
    seen = pages(child, {MORE: "q"})
    tap.is_([question for _, question in seen], [MORE, "the shell"],
            "and q inside of it leads back to the shell")
    tap.ok("FAILED" not in seen[-1][0] and "Case 3" not in seen[-1][0],
           "where nothing is shown of its rest", seen[-1][0])
    child.send("tour\n")
    seen = pages(child, {"Enter: stop 3 of 8; q: the shell": "q"})
    tap.is_(stops(seen), [2, 3], "tour waits after each page, until q")
    tap.has(seen[-1][0], "end: 2 of 2 programs", "which ends it")
    child.send("tour 3 < /dev/null\n")
    tap.is_(len(pages(child)), 1,
            "tour does not wait if its input is no terminal")
    child.send("faults\n")
    tap.is_(len(pages(child)), 1, "a program outside of the tour does not wait")
    child.send("exit\n")
    child.expect(pexpect.EOF)
    child.close()
    tap.is_(child.exitstatus, 0, "the tour, a shell, exit: status 0")


def to_the_shell(question, asked, good):
    """q at the first question that reads like this."""
    child = spawn("quiet init=/bin/tour shell")
    seen = pages(child, {question: "q"})
    tap.is_(stops(seen), asked, f"{question}: q goes there")
    tap.has(seen[-1][0], f"end: {good} of {good} programs",
            "what was made was good")
    child.send("exit\n")
    child.expect(pexpect.EOF)
    child.close()
    tap.is_(child.exitstatus, 0, "q, a shell, exit: status 0")


alone()
with_shell()
to_the_shell("Enter: stop 3 of 8; q: the shell", [2, 3], 2)
to_the_shell(MORE, [], 1)
tap.done()
