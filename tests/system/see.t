#!/usr/bin/python3
"""see in the shell: the picture has what maps and who say, fits a terminal, is
drawn again and again, and leaves the terminal as it was."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import machine
import tap

PROMPT = r"\$ $"
ANSI = re.compile(r"\033\[[0-9;?]*[A-Za-z]")


def session():
    line = machine.command("quiet init=/bin/sh", memory="32M")
    child = pexpect.spawn(line[0], line[1:], encoding="utf-8",
                          codec_errors="replace", timeout=machine.SECONDS,
                          env=machine.environment())
    child.delaybeforesend = None
    child.expect(PROMPT)
    return child


def run(child, line):
    child.sendline(line)
    child.expect(PROMPT)
    return child.before.replace("\r", "").split("\n", 1)[1]


def fits(picture, name):
    rows = picture.rstrip("\n").split("\n")
    tap.ok(len(rows) <= 24 and max(map(len, rows)) <= 80,
           f"{name}: 24 rows of 80 columns", picture)


def still(child):
    """Printed once into a pipe, and compared with what others say: all in one
    line, as each line that is typed may bring the shell a page for its history."""
    said, *pictures = run(child, "; echo ----; ".join([
        "maps 1", "see 1 | cat", "see tables 1 | cat", "see frames | cat"
    ])).split("----\n")
    maps = re.findall(r"^  (\w+)-.*?(\d+) of (\d+) pages", said, re.M)
    picture = pictures[0]
    fits(picture, "see 1")
    rows = re.findall(r"^(\w{8}) .{4} .{14} ([#+=.]*) (\d+) of (\d+)$", picture,
                      re.M)
    tap.is_([(start, mapped, pages) for start, _, mapped, pages in rows],
            [row for row in maps if row[0] < "c0000000"],
            "see 1: each VMA with its pages, as maps counts them")
    tap.ok(all(len(cells) - cells.count(".") == int(mapped)
               for _, cells, mapped, pages in rows if int(pages) <= 36),
           "see 1: a cell for each page of a small VMA", picture)

    mapped = sum(int(row[1]) for row in maps if row[0] < "c0000000")
    picture = pictures[1]
    fits(picture, "see tables 1")
    used = re.findall(r"^TTBR0 \+ 0x\w{4}: 0x\w{8}  table domain 1: (\d+) ",
                      picture, re.M)
    cells = "".join(re.findall(r"^  0x\w{8} ([wxr.]{64})$", picture, re.M))
    tap.is_((sum(map(int, used)), len(cells) - cells.count(".")),
            (mapped, mapped), "see tables 1: an entry for each mapped page",
            picture)
    # what lies at 0x00010000 is executed
    first = re.search(r"^  0x00000000 \.{16}x", picture, re.M)
    tap.ok(first, "see tables 1: the text is executable", picture)

    picture = pictures[2]
    fits(picture, "see frames")
    legend = "\n".join(row for row in picture.split("\n") if row[1:2] == " ")
    totals = dict(re.findall(r"\S (\S[^\n]{0,15}?\S) +(\d+)(?= |$)", legend,
                             re.M))
    tap.is_((sum(map(int, totals.values())), totals.get("sh[1]")),
            (8192, str(mapped)), "see frames: each frame has an owner, and the "
            "shell has those of its pages", picture)
    tap.has(run(child, "see 99 | cat"), "no process 99",
            "a process that is not there is named")
    tap.has(run(child, "see"), "usage: see PID", "see alone says how")


def moving(child):
    """At the terminal it is drawn until q is typed."""
    for line in "see 1", "see frames", "see tables 1":
        child.sendline(line)
        pictures = []
        for _ in range(3):
            child.expect_exact("q ends")
            pictures.append(ANSI.sub("", child.before.split("\033[H")[-1]))
        fits(pictures[-1].replace("\r", ""), f"{line}, drawn again")
        child.send("q")
        child.expect(PROMPT)
    tap.is_(run(child, "echo the terminal echoes").strip(), "the terminal echoes",
            "after q the terminal is as before")
    child.sendline("sleep 1000 & see 1")
    child.expect_exact("q ends")
    child.send("\x03")
    child.expect(PROMPT)
    child.sendline("kill %1; exit")
    child.expect(pexpect.EOF)
    child.close()
    tap.is_(child.exitstatus, 0, "^C ends it, too")


child = session()
still(child)
moving(child)
tap.done()
