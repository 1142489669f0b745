#!/usr/bin/python3
"""coverage.py FOLDER: the lines that the programs built there have executed, a row
for each folder and file of the kernel, from gcov's counters."""

import collections
import glob
import json
import os
import subprocess
import sys


def lines(notes):
    """{file: {line: executed}} of one object."""
    run = subprocess.run(["gcov", "--json-format", "--stdout", notes],
                         capture_output=True, text=True, check=True)
    found = collections.defaultdict(dict)
    for text in filter(None, run.stdout.split("\n")):
        for file in json.loads(text)["files"]:
            for line in file["lines"]:
                number = line["line_number"]
                found[file["file"]][number] = \
                    found[file["file"]].get(number, 0) + line["count"]
    return found


def main(folder):
    executed = collections.defaultdict(collections.Counter)
    for notes in sorted(glob.glob(f"{folder}/**/*.gcno", recursive=True)):
        if not os.path.exists(notes[:-len("gcno")] + "gcda"):
            print(f"coverage: no test links {notes[len(folder) + 1:-len('.gcno')]}.c")
        for path, counts in lines(notes).items():
            if not path.startswith(("/", "tests/", "build/")):
                executed[path].update(counts)
    rows = collections.defaultdict(lambda: [0, 0])
    for path, counts in executed.items():
        for name in (path, os.path.dirname(path), "all"):
            rows[name][0] += sum(1 for count in counts.values() if count)
            rows[name][1] += len(counts)
    for name in sorted(rows):
        done, total = rows[name]
        print(f"{name:<40} {done:>6} of {total:>6} lines  {100 * done / total:5.1f} %")


main(sys.argv[1])
