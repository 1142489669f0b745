#!/usr/bin/python3
"""The rules of the house: floors, headers alone, lengths, no leftovers."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap

lint = subprocess.run(["make", "-s", "lint"], text=True,
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
tap.is_(lint.returncode, 0, "make lint finds nothing", lint.stdout)
tap.done()
