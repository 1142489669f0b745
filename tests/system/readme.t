#!/usr/bin/python3
"""README.md promises nothing that is not held: its numbers are counted, its commands
exist, its example is run as it stands, and of each other promise a test is named."""

import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

# What README.md says, and the test that would fail if it were not so.
HELD = {
    "the same ELF runs on Linux and on Pagewalk": "tests/user/programs.t",
    "The arrow keys step through all events": "tests/system/view_browser.t",
    "as `make view CMD=faults` shows it": "tests/system/view.t",
    "`make run` then gives a tour": "tests/system/tour.t",
    "a BREAK on the serial line (in QEMU Ctrl-A b) and a letter": "tests/system/keys.t",
    "A line with a plus sign is a statement that the program has checked":
        "tests/system/outputs.t",
    "dynamic loader and libraries are in the archive": "tests/system/dynamic.t",
    "one that Pagewalk does not have returns ENOSYS and is named": "tests/system/calls.t",
    "`make sdcard BOARD=NAME` makes such a card": "tests/system/virt.t",
    "`make flash` for NOR flash": "tests/system/boots.t",
    "asks each program something and checks the answers": "tests/system/debian.t",
    "the VMAs of a process, and how many pages": "tests/system/shell.t",
    "as pictures, drawn anew while programs run": "tests/system/see.t",
    "in Linux's formats": "tests/system/proc.t",
    "and more of a command, in sentences": "tests/system/trace.t",
    "Tab completes": "tests/system/shell.t",
    "what a word of a dump means": "tests/system/explain.t",
    "whose backtraces go through an exception": "tests/system/gdb.t",
    "`make bench` counts what operations cost": "tests/bench/bench.t",
    "names the test that notices": "tests/mutants/table.t",
    "makes random system calls": "tests/system/fuzz.t",
    "builds and boots each board": "tests/system/boards.t",
    "links the kernel without its services": "tests/system/core.t",
    "exercises that belong to sittings and grade themselves": "labs/labs.t",
    "each of Linux's calls, done or not and why": "tests/system/calls.t",
}
FOLDERS = ["alloc", "board", "fs", "include", "inspect", "lib", "mm", "mmu", "proc",
           "run", "services", "startup", "tests", "tools", "trap", "user"]
NUMBERS = {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def commands_exist():
    """Every `make TARGET` of a document is a target."""
    rules = "".join(map(read, ["Makefile", *glob.glob("*/*.mk"),
                               *glob.glob("*/*/*.mk")]))
    known = set(re.findall(r"^([\w.-]+(?: [\w.-]+)*):", rules, re.M))
    targets = {word for rule in known for word in rule.split()}
    targets |= set(" ".join(re.findall(r"^\.PHONY: (.*)", rules, re.M)).split())
    used = {}
    for path in ["README.md", "CONTRIBUTING.md", *glob.glob("docs/*.md"),
                 *glob.glob("*/README.md")]:
        for words in re.findall(r"(?:^    |`)make((?: [\w.-]+(?![\w/=]))+)",
                                read(path), re.M):
            for word in words.split():
                if not word.startswith("-"):
                    used[word] = path
    tap.ok(len(used) > 30, "documents name commands", used)
    tap.is_({word: path for word, path in used.items()
             if word not in targets and not os.path.isfile(word)}, {},
            "and make has each of them")


def oracle_is_complete():
    """`make oracle` hands its script a kernel and a device tree."""
    run = subprocess.run(["make", "-n", "oracle"], text=True, check=False,
                         capture_output=True,
                         env={name: value for name, value in os.environ.items()
                              if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")})
    asked = re.search(r"user/oracle\.py (.*)", run.stdout)
    tap.is_([os.path.basename(path) for path in asked[1].split()] if asked else run.stderr,
            ["vmlinuz", "vexpress-v2p-ca9.dtb"], "make oracle asks Debian's Linux")


def numbers_hold(text):
    labs = re.search(r"has (\w+) exercises", text)[1]
    tap.is_(NUMBERS[labs], len(glob.glob("labs/*/README.md")), "so many labs")
    bugs = "".join(map(read, glob.glob("tests/mutants/*.mutants")))
    tap.ok("in over a hundred ways" in text and
           len(re.findall(r"^mutant ", bugs, re.M)) > 100, "so many seeded bugs")
    order = read("docs/reading-order.md").split("\n# Part ")[1]
    lines = sum(read(path).count("\n")
                for path in set(re.findall(r"`([\w./-]+\.[chS])`", order)))
    hours = lines / 1000    # docs/reading-order.md: a thousand lines an hour
    tap.ok("whose core can be read in a week" in text and 20 < hours <= 40,
           "the core is read in a week of work", f"{hours:.1f} hours")


def tables_hold(text):
    cells = " ".join(re.findall(r"^\| (.*) \|$", text, re.M))
    tap.is_([folder for folder in FOLDERS if f"`{folder}/`" not in cells], [],
            "each folder is in the tables")
    programs = set(re.findall(r"^\| `(\w+)[` ]", text, re.M)) - {"help"} # the shell's
    tap.is_([program for program in programs
             if not os.path.exists(f"user/bin/{program}.c")], [],
            "each program that README.md proposes exists")


def promises_are_held(text):
    plain = " ".join(text.split())
    tap.is_([promise for promise in HELD if promise not in plain], [],
            "README.md has each promise that is listed here")
    tap.is_([test for test in HELD.values() if not os.path.exists(test)], [],
            "and the tests that hold it exist")


def example_runs(text):
    """The block of "Run your own program", line by line, as a reader types it."""
    block = re.search(r"((?:^    .*\n)+)\nThe last line keeps QEMU", text, re.M)[1]
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath("build"), f"{folder}/build")
        with open(f"{folder}/program.c", "w", encoding="utf-8") as file:
            file.write("#include <stdio.h>\n"
                       "int main(int argc, char **argv)\n"
                       "{ printf(\"%s %s\\n\", argv[1], argv[2]); return 40 + argc; }\n")
        run = subprocess.run(["sh", "-ec", re.sub(r"^    ", "", block, flags=re.M)],
                             cwd=folder, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, check=False,
                             timeout=machine.SECONDS)
    tap.is_(run.returncode, 43, "the example's exit status is the program's",
            run.stdout + run.stderr)
    tap.ok("arg1 arg2" in run.stdout, "the example's program gets its arguments", run.stdout)
    tap.ok("does not exist here" not in run.stdout,
           "the example makes no call that is missing here", run.stdout)


readme = read("README.md")
commands_exist()
if machine.BOARD == "vexpress-a9":
    oracle_is_complete()
numbers_hold(readme)
tables_hold(readme)
promises_are_held(readme)
if machine.BOARD == "vexpress-a9" and machine.OUT == "build/vexpress-a9":
    example_runs(readme)
tap.done()
