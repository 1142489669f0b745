"""Each board of board/: build it, boot it, see how far it comes. `make boards`
prints a table of that, tests/system/boards.t demands it."""

import glob
import os
import re
import shlex
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import machine
import variant
from user_programs import expected_lines, tap_lines

# Address spaces, sleep and time, signals, a terminal, floating point.
PROGRAMS = ("fork", "mmap", "sleep", "signal", "pty", "vfp")
STAGES = "PAGEWALK"
TOUR_ENDS = "The tour's end: 8 of 8 programs showed what they claim"


def names():
    return sorted(path.split("/")[1] for path in glob.glob("board/*/board.mk"))


def setting(board, name):
    """A variable of its board.mk."""
    with open(f"board/{board}/board.mk") as file:
        found = re.search(rf"^{name} :?\??= *(.*)$", file.read(), re.M)
    return found[1] if found else ""


class Board:
    def __init__(self, name):
        self.name = name
        self.out = f"build/{name}"
        self.options = [f"BOARD={name}", f"OUT={self.out}"]
        if self.out != machine.OUT:
            self.options.append(variant.SAME_PROGRAMS)

    def build(self, *goals):
        """What make said, if it failed."""
        status, output = variant.run(
            ["make", *self.options, *(f"{self.out}/{goal}" for goal in goals),
             "board-dtb"])
        return output if status else None

    def qemu(self):
        return [machine.QEMU, *shlex.split(
            machine.machine_of(BOARD=self.name, OUT=self.out)), "-nographic"]

    def command(self, append, archive="initramfs.cpio", semihosting=True):
        return [*self.qemu(), "-no-reboot", "-kernel",
                f"{self.out}/pagewalk.bin", "-initrd",
                f"{machine.OUT}/{archive}", "-append", append,
                *(["-semihosting"] if semihosting else [])]

    def boot(self, *args, **kwargs):
        """(status, console); status 124: it did not end. As for command()."""
        status, output = variant.run(
            ["timeout", str(machine.SECONDS), *self.command(*args, **kwargs),
             *machine.COUNTED],
            QEMU_AUDIO_DRV="none")
        return status, output.replace("\r", "")


def stage(console):
    """The letters that the start left, from the last "P" on its own line."""
    found = re.search(r"^P[AGEWLK]*", console, re.M)
    return found[0] if found else ""


def program_holds(board, name):
    """Linux's lines, and nothing else? (status, console) otherwise, or None."""
    status, console = board.boot(f"quiet init=/test/{name}",
                                 "test-initramfs.cpio")
    if status == 0 and tap_lines(console) == expected_lines(name):
        return None
    return status, console


def row(name):
    """One line of the table."""
    board = Board(name)
    if board.build("pagewalk.bin"):
        return [name, "-", "does not build", "", "", ""]
    status, console = board.boot("init=/bin/tour")
    tour = "8 of 8" if status == 0 and TOUR_ENDS in console else "no"
    right = sum(program_holds(board, test) is None for test in PROGRAMS)
    off = board.boot("quiet init=/bin/true", semihosting=False)[0]
    return [name, setting(name, "BOARD_CORE"), stage(console), tour,
            f"{right} of {len(PROGRAMS)}", "off" if off == 0 else "waits"]


def main():
    heads = ["board", "core", "stages", "tour", "programs", "without a host"]
    chosen = sys.argv[1:] or names()
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    wrong = 0
    for name in chosen:
        cells = row(name)
        wrong += cells[2:5] != [STAGES, "8 of 8",
                                f"{len(PROGRAMS)} of {len(PROGRAMS)}"]
        print("| " + " | ".join(cells) + " |", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
