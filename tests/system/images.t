#!/usr/bin/python3
"""Programs that are none: execve refuses, the message names file and reason."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import cpio
import elf
import machine
import tap
from elf import PF_R, PF_W, PF_X, Segment

SCRATCH = f"{machine.OUT}/system"
GOOD = elf.program()


def with_segment(segment):
    """A good program with one more segment."""
    return elf.program(elf.whole(1, (segment,)))


REFUSED = {
    "an empty file": b"",
    "text": b"hello, world\n" * 20,
    "wrong magic": elf.program(magic=b"\x7fELG"),
    "an x86 program": elf.program(machine=elf.EM_386),
    "an object file": elf.program(kind=1),
    "half an ELF header": GOOD[:30],
    "program headers cut off": GOOD[:60],
    "program headers of a wrong size": elf.program(phentsize=56),
    "no segment at all": elf.program([]),
    "a segment at TASK_SIZE":
        with_segment(Segment(0xC0000000, 16)),
    "a segment across TASK_SIZE":
        with_segment(Segment(0xBFFFF000, 16, 0x2000, PF_R | PF_W)),
    "a segment in the vectors page":
        with_segment(Segment(0xFFFF0000, 16)),
    "a segment in page 0":
        with_segment(Segment(0, 16)),
    "a segment below the first page that may be mapped":
        with_segment(Segment(0x1000, 16)),
    "a size that wraps":
        with_segment(Segment(0x20000, 16, 0xFFFFFFF0, PF_R | PF_W)),
    "address plus size that wraps":
        with_segment(Segment(0xFFFFF000, 0, 0x2000, PF_R | PF_W)),
    "more in the file than in memory":
        with_segment(Segment(0x20000, 64, 16, PF_R | PF_W)),
    "an offset that wraps":
        with_segment(Segment(0x20000, 16, 16, PF_R, offset=0xFFFFF000)),
    "offset and address of different remainders":
        with_segment(Segment(0x20010, 16, 16, PF_R, offset=4)),
    "an entry where nothing is": elf.program(entry=0x500000),
    "an entry that may not be executed":
        elf.program([Segment(elf.BASE, len(GOOD), None, PF_W)]),
    "an interpreter whose path has one byte":
        with_segment(Segment(0, 1, kind=elf.PT_INTERP)),
}


def boot(name, image):
    os.makedirs(SCRATCH, exist_ok=True)
    archive = f"{SCRATCH}/image.cpio"
    with open(archive, "wb") as file:
        file.write(cpio.archive({"bad/program": image}))
    return machine.boot("init=/bad/program", initrd=archive)


def refused():
    for name, image in REFUSED.items():
        result = boot(name, image)
        tap.ok(result.status == 255 and "/bad/program" in result.console,
               f"{name}: refused, the file is named", result)


def accepted():
    result = boot("good", GOOD)
    tap.is_(result.status, 42, "the good program these were made from", result)
    result = boot("bss", with_segment(
        Segment(0x20000, 0, 0x100000, PF_R | PF_W)))
    tap.is_(result.status, 42, "a segment that is all bss", result)


refused()
accepted()
tap.done()
