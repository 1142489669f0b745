"""The programs of tests/user/: which there are, and what each must print."""

import os
import re
import subprocess

import machine

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "user")
BINARIES = f"{machine.OUT}/user/test"
ARCHIVE = f"{machine.OUT}/test-initramfs.cpio"
TAP_LINE = re.compile(r"^(ok |not ok |1\.\.|# |Bail out!)")
# Helpers of other tests: they print nothing to compare.
NOT_COMPARED = {"rounds", "status", "oom", "pressure", "stress", "procfs",
                "work", "fail", "fuzz", "linux_init"}


def names():
    found = sorted(name for name in os.listdir(BINARIES)
                   if not name.endswith(".debug"))
    return [name for name in found if name not in NOT_COMPARED]


def tap_lines(text):
    return [line for line in text.splitlines() if TAP_LINE.match(line)]


def expected_lines(name):
    """Linux's answer: NAME.expected, or else what qemu-arm says."""
    path = os.path.join(SOURCES, f"{name}.expected")
    if os.path.exists(path):
        with open(path) as file:
            return file.read().splitlines()[1:]
    run = subprocess.run(["qemu-arm", f"{BINARIES}/{name}"], text=True,
                         capture_output=True, timeout=machine.SECONDS)
    return tap_lines(run.stdout)
