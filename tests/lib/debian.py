"""Debian's own programs: the archive, and what a script in it answered."""

import os
import re
import subprocess

import tap

ARCHIVE = "build/debian/archive.cpio"
RUNTIMES = "build/debian/runtimes.cpio"


def archive(name=ARCHIVE):
    """The archive's name and "", or None and why it cannot be made."""
    clean = {word: value for word, value in os.environ.items()
             if word not in ("T", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    made = subprocess.run(["make", name], capture_output=True, text=True,
                          env=clean)
    if made.returncode:
        return None, " ".join(made.stderr.split())[:200]
    return name, ""


def report(boot):
    """The TAP of the script (tools/debian/answers.sh) as this program's own."""
    results = re.findall(r"^(not ok|ok) \d+ - (.*)\n((?:#.*\n)*)",
                         boot.console, re.MULTILINE)
    for result, text, detail in results:
        tap.ok(result == "ok", text, detail)
    planned = re.search(r"^1\.\.(\d+)$", boot.console, re.MULTILINE)
    tap.ok(planned and int(planned[1]) == len(results),
           "the script comes to its end", boot)
