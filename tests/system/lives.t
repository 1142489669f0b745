#!/usr/bin/python3
"""The counters that docs/lives.md shows are those of a run."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

LINE = re.compile(r"mm_users \d+, mm_count \d+: .*")


def lines(text):
    return LINE.findall(text)


def main():
    boot = machine.boot("init=/bin/lives")
    tap.is_(boot.status, 0, "lives: every claim holds", boot)
    with open("docs/lives.md") as file:
        documented = lines(file.read())
    tap.is_(lines(boot.console), documented, "docs/lives.md shows this run")
    tap.ok(len(documented) == 10, "all ten of them", documented)
    tap.done()


main()
