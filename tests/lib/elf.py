"""ELF programs made by hand, good and bad. Nothing here needs a compiler."""

import struct

EM_ARM, EM_386 = 40, 3
ET_DYN = 3
PT_LOAD, PT_INTERP = 1, 3
PF_X, PF_W, PF_R = 1, 2, 4
HEADER, PHDR = 52, 32
BASE = 0x10000
PAGE = 4096

# mov r0, #42; mov r7, #1 (exit); svc 0
EXIT_42 = struct.pack("<III", 0xE3A0002A, 0xE3A07001, 0xEF000000)


class Segment:
    def __init__(self, vaddr, filesz, memsz=None, flags=PF_R | PF_X, offset=0,
                 kind=PT_LOAD):
        self.vaddr, self.filesz, self.flags = vaddr, filesz, flags
        self.memsz = filesz if memsz is None else memsz
        self.offset, self.kind = offset, kind

    def pack(self):
        return struct.pack("<8I", self.kind, self.offset, self.vaddr, self.vaddr,
                           self.filesz, self.memsz, self.flags, PAGE)


def program(segments=None, code=EXIT_42, machine=EM_ARM, entry=None,
            magic=b"\x7fELF", elf_class=1, kind=2, phentsize=PHDR):
    """A whole file: headers, then the code. One segment maps all of it."""
    count = 1 if segments is None else len(segments)
    start = HEADER + PHDR * count
    total = start + len(code)
    if segments is None:
        segments = [Segment(BASE, total)]
    header = struct.pack("<4s5B7xHHIIIIIHHHHHH", magic, elf_class, 1, 1, 0, 0,
                         kind, machine, 1,
                         BASE + start if entry is None else entry,
                         HEADER, 0, 0x05000200, HEADER, phentsize, count,
                         0, 0, 0)
    return header + b"".join(s.pack() for s in segments) + code


def whole(count=1, extra=()):
    """The segment that maps the whole file of `count` headers, and extra ones."""
    total = HEADER + PHDR * (count + len(extra)) + len(EXIT_42)
    return [Segment(BASE, total), *extra]


# data = r0; end = r3 = r0 + bytes; for (sum = r1 = 0; r0 != r3; r0 += 4)
# sum = *r0 ^ (sum ror 1); exit(sum == r4 ? 42 : 1)
SUM_UP = struct.pack("<14I", 0xE28F0038, 0xE59F302C, 0xE59F402C, 0xE0833000,
                     0xE3A01000, 0xE4902004, 0xE02210E1, 0xE1500003, 0x1AFFFFFB,
                     0xE1510004, 0x03A0002A, 0x13A00001, 0xE3A07001, 0xEF000000)


def carrying(data):
    """A program with so many words of data, which ends with 42 if all of it
    is as it was here, and where."""
    total = 0
    for (word,) in struct.iter_unpack("<I", data):
        total = word ^ (total >> 1 | (total & 1) << 31)
    return program(code=SUM_UP + struct.pack("<II", len(data), total) + data)
