#!/usr/bin/python3
"""Boots the image of in-kernel tests: once for all that survive themselves,
once for each that must end in a panic."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

IMAGE = f"{machine.OUT}/pagewalk-tests.bin"


def boot(command_line):
    return machine.boot("quiet " + command_line, kernel=IMAGE)


def survivors():
    result = boot("init=/all")
    lines = result.console.splitlines()
    done = [m for m in (re.match(r"(not )?ok \d+ - (.*)", line)
                        for line in lines) if m]
    for match in done:
        tap.ok(not match[1], match[2], "\n".join(
            line for line in lines if line.startswith("#")))
    tap.ok(f"1..{len(done)}" in lines and done and result.status in (0, 1),
           "all of them ran to the end", result)


def deadly():
    listing = boot("init=/list").console
    for name, text in re.findall(r"^(\w+) dies with: (.*)$", listing, re.M):
        result = boot(f"init=/only {name}")
        tap.ok(result.status == 255 and text in result.console,
               f"{name}: status 255, and says \"{text}\"", result)


survivors()
deadly()
tap.done()
