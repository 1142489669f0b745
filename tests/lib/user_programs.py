"""The programs of tests/user/: which there are, and what each must print."""

import os
import re
import subprocess

import machine

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "user")
BINARIES = f"{machine.USER_OUT}/test"
ARCHIVE = f"{machine.OUT}/test-initramfs.cpio"
TAP_LINE = re.compile(r"^(ok |not ok |1\.\.|# |Bail out!)")
# Nobody else can be asked what these must print. Each with the reason.
NOT_COMPARED = {
    "linux_init": "it is process 1 of a Linux itself",
    "init_lives": "it must be process 1, and it signals everybody",
    "ramfs_full": "it fills the file system that it runs on",
    "rounds": "it runs other programs and asks our kernel's audit",
    "status": "it ends as its arguments say, for tests of whole boots",
    "arguments": "it prints what a command line hands to process 1",
    "oom": "it takes all memory, of the emulator's host too",
    "oom_bomb": "it takes all memory, of the emulator's host too",
    "oom_choice": "it takes all memory, of the emulator's host too",
    "oom_exit": "it takes all memory, of the emulator's host too",
    "oom_locks": "it takes all memory, of the emulator's host too",
    "oom_threads": "it takes all memory, of the emulator's host too",
    "pressure": "it counts the pages of a machine with little memory",
    "soak": "it counts our kernel's structures and asks its audit",
    "stress": "it counts our kernel's structures and asks its audit",
    "procfs": "it reads every file of /proc; Linux has some that block",
    "tty_hog": "it measures in instructions, which the emulator does not count",
    "long_calls": "what it is for is measured from outside",
    "long_sigio": "the emulator's processes cannot share their memory",
    "long_trees": "if it breaks off, its 20,000 directories stay on the host",
    "long_texts": "it measures in instructions, which the emulator does not count",
    "long_threads": "what it is for is measured from outside",
    "long_timers": "the emulator's processes cannot share their memory",
    "long_walks": "the emulator's processes cannot share their memory",
    "work": "it asks our kernel's audit after an allocation has failed",
    "ask_who": "it asks about the frames of a machine of 16 MiB",
    "fault_around": "Linux has its setting in debugfs",
    "realtime": "a host that stands still would use up what such tasks may have",
    "fair": "how long things take is exact by counted instructions only",
    "fail": "what it prints depends on which allocation fails",
    "reports": "it counts our kernel's reports in its log",
}


# Part of every program, and none by itself.
HELPERS = {"check"}


def names():
    found = sorted(file[:-2] for file in os.listdir(SOURCES)
                   if file.endswith(".c"))
    return [name for name in found
            if name not in NOT_COMPARED and name not in HELPERS]


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


if __name__ == "__main__":
    print("\n".join(names()))
