#!/usr/bin/python3
"""docs/performance.md cannot differ from what was measured: its tables are those of
the files in docs/figures/, and its text and README.md repeat none of their figures.
tests/bench/bench.t compares the files with a run."""

import glob
import os
import re
import sys

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", folder)
                for folder in ("bench", "lib")]
import figures
import tap

# A number of the text says of what it is: a count of instructions or of cycles
# stands in a table, which a script makes.
UNITS = ("MiB|KiB|bytes|VMAs|tasks|processes|threads|children|timers|others|"
         "descriptors|pages|times|TLBs|words|lines|entries|areas|ns|us|ms|s|%|MHz|"
         "GHz|baud|bits|levels|`STM`|were|touched pages")
NUMBER = re.compile(r"(?<![\w.,#-])\d[\d,]*\d{2}(?![\w-]|\.\d|,\d)(?:-bit| +(\S+))?")
SENSE = re.compile(rf"(?:{UNITS})\b|%")
# What a test holds the kernel to.
BOUNDS = {"10,000": "10000", "100,000": "100000"}


def prose(path):
    """The text without tables, code blocks and quoted names."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n## What was tuned")[0].splitlines()
    text = " ".join(line for line in lines
                    if not line.startswith(("    ", "|", "<!--")))
    text = text.replace("**", "")
    return re.sub(r"\*[^*]+\*|`[^`]*`|\([^()]*\.md[^()]*\)", "-", text)


def bare(path):
    """Numbers of three digits or more that say not what they count."""
    return [found[0] for found in NUMBER.finditer(prose(path))
            if not (found[1] and SENSE.match(found[1]))]


def measured():
    """Every figure of at least three digits, in its table's form."""
    return {word for row in figures.read("pagewalk").values() for word in row
            if len(word) > 2}


def text_repeats_nothing():
    with open("tests/system/latency.t", encoding="utf-8") as file:
        limits = file.read()
    text = bare(figures.DOC)
    bounds = [word for word in text if word.split()[0] in BOUNDS]
    tap.is_([word for word in text if word not in bounds], [],
            "a number of the text has a unit, or stands in a table instead")
    tap.is_([word for word in bounds
             if f": {BOUNDS[word.split()[0]]}" not in limits], [],
            "a bound that the text names is the one of tests/system/latency.t")
    tap.is_([(path, found) for path in glob.glob("docs/*.md") if path != figures.DOC
             for found in re.findall(r"\d[\d,]{2,} (?:instructions|cycles)",
                                     prose(path))], [],
            "no other document has a number of instructions")
    words = set(re.findall(r"\d+", prose("README.md")))
    tap.is_(sorted(words & measured()), [], "README.md repeats no figure")


# The rows of "Who gets the core", and where tests/user/fair.c checks them.
FAIR = {"longest | 2 ms": "longest <= 2000", "mean | 2 ms": "us <= 2000 * 20 * TRIPS",
        "at least | 125": "wakes >= 125", "of sleep | 5": "interrupts <= 5"}


def bounds_are_checked():
    with open("tests/user/fair.c", encoding="utf-8") as file:
        program = file.read()
    text = figures.document()
    tap.is_([row for row, check in FAIR.items()
             if f"{row} |" not in text or check not in program], [],
            "the bounds of the scheduler's table are those of tests/user/fair.c")


def all_programs_are_there():
    for name in ("latency", "stacks"):
        with open(f"tests/bench/{name}.py", encoding="utf-8") as file:
            listed = re.search(r"^PROGRAMS = \[(.*?)\]", file.read(), re.M | re.S)[1]
        tap.is_(list(figures.read(name)), re.findall(r'"(\w+)"', listed),
                f"docs/figures/{name} has each program of tests/bench/{name}.py")


def sources_are_named():
    for name in ("linux", "linux-little", "linux-tasks"):
        facts = figures.facts(name)
        tap.is_([fact for fact in ("lean", "configuration", "board", "program",
                                   "taken", "columns") if fact not in facts], [],
                f"docs/figures/{name} names the kernel and the date")
    for name in ("pagewalk", "pagewalk-a9", "linux-a9", "profile", "latency",
                 "stacks"):
        facts = figures.facts(name)
        tap.is_([fact for fact in ("command", "kernel", "emulator")
                 if facts.get(fact, "unknown") == "unknown"], [],
                f"docs/figures/{name} names the command that made it")


marks = [mark[1] for mark in figures.MARK.finditer(figures.document())]
tap.is_(sorted(marks), sorted(figures.TABLES), "each table is in the document, once")
tap.is_(figures.differences(), [],
        "the document has the figures of docs/figures/")
text_repeats_nothing()
bounds_are_checked()
all_programs_are_there()
sources_are_named()
tap.done()
