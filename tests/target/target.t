#!/usr/bin/python3
"""Boots the image of in-kernel tests: once for all that survive themselves,
once for each that must end in a panic. With names as arguments, or in
TEST_KTESTS: only these, each in a boot of its own."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

IMAGE = f"{machine.OUT}/pagewalk-tests.bin"


def boot(command_line):
    return machine.boot("quiet " + command_line, kernel=IMAGE)


def survivors(which):
    result = boot(f"init=/{which}")
    lines = result.console.splitlines()
    done = [m for m in (re.match(r"(not )?ok \d+ - (.*)", line)
                        for line in lines) if m]
    for match in done:
        tap.ok(not match[1], match[2], "\n".join(
            line for line in lines if line.startswith("#")))
    ended = which != "all" or f"1..{len(done)}" in lines
    tap.ok(ended and done and result.status in (0, 1),
           f"{which}: ran to the end", result)


def deadly(chosen):
    """Those of the chosen, or of all, that must die; returns their names."""
    listing = boot("init=/list").console
    found = dict(re.findall(r"^(\w+) dies with: (.*)$", listing, re.M))
    for name, text in found.items():
        if chosen and name not in chosen:
            continue
        result = boot(f"init=/only {name}")
        tap.ok(result.status == 255 and text in result.console,
               f"{name}: status 255, and says \"{text}\"", result)
    return set(found)


names = sys.argv[1:] or os.environ.get("TEST_KTESTS", "").split()
if names:
    dead = deadly(names)
    for test in names:
        if test not in dead:
            survivors(f"only {test}")
else:
    survivors("all")
    deadly(names)
tap.done()
