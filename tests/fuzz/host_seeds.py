#!/usr/bin/env python3
"""host_seeds.py FOLDER ARCHIVE KERNEL - what the parsers' fuzzers begin with.

Writes FOLDER/PARSER/NAME for elf, cpio, dtb, atags and cmdline, from what the
build and the emulator make: the programs and the shape of ARCHIVE, and the
device tree that QEMU gives to KERNEL. All are small, for a fuzzer has more from
a thousand short runs than from a long one.
"""

import os
import struct
import subprocess
import sys

MEMBERS = 12          # of the archive
MEMBER_BYTES = 40     # of each file of it
HEADER_BYTES = 1024   # of a program: its headers
CMDLINES = (
    "quiet init=/bin/tour shell",
    "mem=64M init=/test/mmap one two=2 trace=fault,switch fail_alloc=any,1,1",
    "ramfs_size=0x1000k fail_alloc=pages,100,1 init=/x -- a b",
    "init=/x " + " ".join("abcdefghijklmnopqrstuvwxyz012345"),
    'rdinit=/y "A=b c" module.x=1 HOME=/tmp "init=/z" -- quiet "d e"',
    "trace=all fail_alloc=any@do_mremap,3,1 mem=3g \t\nquiet",
)


def write(folder, parser, name, data):
    path = os.path.join(folder, parser)
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, name), "wb") as file:
        file.write(data)


# ---- archives ----------------------------------------------------------------

def members(archive):
    """(header, name, data) of each entry."""
    at = 0
    while True:
        header = archive[at:at + 110]
        size, name_bytes = int(header[54:62], 16), int(header[94:102], 16)
        name = archive[at + 110:at + 110 + name_bytes]
        at = (at + 110 + name_bytes + 3) & ~3
        yield header, name, archive[at:at + size]
        if name == b"TRAILER!!!\0":
            return
        at = (at + size + 3) & ~3


def member(header, name, data):
    def pad(part):
        return part + b"\0" * (-len(part) % 4)
    header = header[:54] + b"%08x" % len(data) + header[62:94] + \
        b"%08x" % len(name) + header[102:]
    return pad(header + name) + pad(data)


def small_archive(entries):
    kept = entries[:MEMBERS] + entries[-1:]
    return b"".join(member(header, name, data[:MEMBER_BYTES])
                    for header, name, data in kept)


def odd_archive(entries):
    """What a build's archive lacks: links of both kinds, devices, sums."""
    end, ino = entries[-1][0], iter(range(1, 99))

    def entry(name, mode, data=b"", nlink=1, number=None, magic=b"070701"):
        fields = (number or next(ino), mode, 0, 0, nlink, 0, len(data), 0, 0,
                  5, 1, 0, sum(data) if magic == b"070702" else 0)
        header = magic + b"".join(b"%08x" % field for field in fields)
        return member(header, name + b"\0", data)
    parts = [entry(b"d", 0o40755), entry(b"d/a", 0o100644, b"", 2, 77),
             entry(b"d/b", 0o100644, b"both", 2, 77), entry(b"l", 0o120777, b"d"),
             entry(b"l/c", 0o100644, b"through the link"),
             entry(b"dev/x", 0o20644), entry(b"f", 0o10600),
             entry(b"s", 0o100644, b"summed", magic=b"070702")]
    trailer = member(end, b"TRAILER!!!\0", b"")
    return b"".join(parts) + trailer + bytes(64) + \
        entry(b"d/a", 0o100644, b"again") + trailer


def archives(folder, entries):
    write(folder, "cpio", "built", small_archive(entries))
    write(folder, "cpio", "odd", odd_archive(entries))


# ---- programs ----------------------------------------------------------------

def programs(folder, entries):
    """The file's size, then its headers: tests/fuzz/host_elf.c."""
    elves = [(name, data) for _, name, data in entries
             if data[:4] == b"\x7fELF"]
    for name, data in elves[:6]:
        write(folder, "elf", os.path.basename(name.decode().rstrip("\0")),
              struct.pack("<Q", len(data)) + data[:HEADER_BYTES])
    data = bytearray(elves[0][1][:HEADER_BYTES])
    data[16] = 3    # ET_DYN
    write(folder, "elf", "pie", struct.pack("<Q", len(elves[0][1])) + data)
    write(folder, "elf", "script", struct.pack("<Q", 9) + b"#!/bin/sh")


# ---- boot arguments ------------------------------------------------------------

def device_tree(folder, kernel):
    """QEMU's own, without the room that it leaves for a loader."""
    path = os.path.join(folder, "qemu.dtb")
    subprocess.run([os.environ.get("QEMU", "qemu-system-arm"), "-M",
                    f"virt,dumpdtb={path}", "-cpu", "cortex-a15", "-nic",
                    "none", "-display", "none", "-kernel", kernel, "-initrd",
                    kernel, "-append", CMDLINES[0]], check=True,
                   stderr=subprocess.DEVNULL)
    with open(path, "rb") as file:
        tree = file.read()
    os.remove(path)
    words = struct.unpack(">10I", tree[:40])
    write(folder, "dtb", "virt",
          tree[:max(words[2] + words[9], words[3] + words[8])])
    write(folder, "dtb", "small", small_tree())


def small_tree():
    names = [b"#address-cells", b"#size-cells", b"reg", b"bootargs",
             b"linux,initrd-start", b"linux,initrd-end", b"method"]
    strings = b"".join(name + b"\0" for name in names)

    def prop(name, data):
        return struct.pack(">III", 3, len(data), strings.index(name + b"\0")) \
            + data + b"\0" * (-len(data) % 4)

    def node(name, body):
        name += b"\0"
        return struct.pack(">I", 1) + name + b"\0" * (-len(name) % 4) + body \
            + struct.pack(">I", 2)
    tree = node(b"", prop(names[0], struct.pack(">I", 1)) +
                prop(names[1], struct.pack(">I", 1)) +
                node(b"chosen", prop(names[3], b"quiet init=/x\0") +
                     prop(names[4], struct.pack(">I", 0x64000000)) +
                     prop(names[5], struct.pack(">Q", 0x64000123))) +
                node(b"psci", prop(names[6], b"smc\0")) +
                struct.pack(">I", 4) +
                node(b"memory@60000000",
                     prop(names[2], struct.pack(">II", 0x60000000, 1 << 28)))) \
        + struct.pack(">I", 9)
    strings += bytes(-len(strings) % 4)
    reserved = 40 + len(tree) + len(strings)
    return struct.pack(">10I", 0xd00dfeed, reserved + 32, 40,
                       40 + len(tree), reserved, 17, 16, 0, len(strings),
                       len(tree)) + tree + strings + \
        struct.pack(">4Q", 0x68000000, 4096, 0, 0)


def tag(number, *words):
    return struct.pack(f"<{2 + len(words)}I", 2 + len(words), number, *words)


def atags(folder):
    text = CMDLINES[0].encode()
    text += b"\0" * (4 - len(text) % 4)
    words = struct.unpack(f"<{len(text) // 4}I", text)
    core, end = tag(0x54410001, 1, 4096, 0), bytes(8)
    write(folder, "atags", "whole", core + tag(0x54410002, 1 << 27, 0x60000000)
          + tag(0x54420005, 0x64000000, 12345) + tag(0x54410009, *words) + end)
    write(folder, "atags", "banks", core + b"".join(
        tag(0x54410002, 1 << 24, 0x60000000 + (n << 24)) for n in range(8)) + end)


def main():
    folder, archive, kernel = sys.argv[1:]
    with open(archive, "rb") as file:
        entries = list(members(file.read()))
    archives(folder, entries)
    programs(folder, entries)
    device_tree(folder, kernel)
    atags(folder)
    for n, line in enumerate(CMDLINES):
        write(folder, "cmdline", f"line{n}", line.encode())


if __name__ == "__main__":
    main()
