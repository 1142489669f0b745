#!/usr/bin/python3
"""Debian's own programs, unmodified, give the answers they give on Linux.

tools/debian/try.sh asks them, in the archive that tools/debian/fetch.py makes
of the packages. Where Debian cannot be reached there is nothing to test.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

ARCHIVE = "build/debian/archive.cpio"


def archive():
    """The archive's name, or None and why it cannot be made."""
    clean = {name: value for name, value in os.environ.items()
             if name not in ("T", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    made = subprocess.run(["make", ARCHIVE], capture_output=True, text=True,
                          env=clean)
    return ("", made.stderr) if made.returncode else (ARCHIVE, "")


def main():
    name, why = archive()
    if not name:
        print("1..0 # SKIP Debian's packages cannot be fetched: "
              + " ".join(why.split())[:200])
        return
    boot = machine.boot("init=/init try", memory="512M", initrd=name)
    results = re.findall(r"^(not ok|ok) \d+ - (.*)\n((?:#.*\n)*)",
                         boot.console, re.MULTILINE)
    for result, text, detail in results:
        tap.ok(result == "ok", text, detail)
    planned = re.search(r"^1\.\.(\d+)$", boot.console, re.MULTILINE)
    tap.ok(planned and int(planned[1]) == len(results),
           "the script comes to its end", boot)
    tap.done()


main()
