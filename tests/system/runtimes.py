#!/usr/bin/python3
"""Debian's larger programs give the answers that tools/debian/runtimes.sh knows.

`make runtimes` runs it: some minutes, and more to fetch than `make check` should.
Where Debian cannot be reached there is nothing to test.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import debian
import machine
import tap


def main():
    archive, why = debian.archive(debian.RUNTIMES)
    if not archive:
        print(f"1..0 # SKIP Debian's packages cannot be fetched: {why}")
        return
    debian.report(machine.boot("init=/init runtimes", memory="768M",
                               initrd=archive))
    tap.done()


main()
