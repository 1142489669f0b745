#!/usr/bin/python3
"""Archives with faults: what could be read is there, the rest is named."""

import os
import random
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import cpio
import elf
import machine
import tap

SCRATCH = f"{machine.OUT}/system"
INIT = cpio.member("init", elf.program())
LATER = cpio.member("later", b"x" * 1000)


def boot(data):
    os.makedirs(SCRATCH, exist_ok=True)
    archive = f"{SCRATCH}/archive.cpio"
    with open(archive, "wb") as file:
        file.write(data)
    return machine.boot("init=/init", initrd=archive)


# The program comes first and must run; then the fault must be named.
FAULTY = {
    "cut off in a header": INIT + LATER[:50],
    "cut off in a name": INIT + LATER[:112],
    "cut off in the data": INIT + LATER[:600],
    "no trailer": INIT,
    "a wrong magic": INIT + cpio.member("later", b"x", magic=b"070707"),
    "a header that is no number":
        INIT + LATER[:54] + b"zzzzzzzz" + LATER[62:] + cpio.trailer(),
    "a size beyond the end":
        INIT + cpio.member("later", b"x", size=0x7FFFFFF0) + cpio.trailer(),
    "a size that wraps":
        INIT + cpio.member("later", b"x", size=0xFFFFFFFF) + cpio.trailer(),
    "a name that never ends":
        INIT + cpio.member("later", b"x", name_size=0xFFFFFFFF),
    "a name of no bytes":
        INIT + cpio.member("later", b"x", name_size=0) + cpio.trailer(),
}


def faulty():
    for name, data in FAULTY.items():
        result = boot(data)
        named = any(word in result.console.lower()
                    for word in ("archive", "initramfs", "cpio"))
        tap.ok(result.status == 42 and named,
               f"{name}: what came before runs, the fault is named", result)


def gzip(data, level=9, strategy=zlib.Z_DEFAULT_STRATEGY, flags=0, more=b""):
    """A file of gzip's, with what flags promise behind its head (RFC 1952)."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    packed = deflate.compress(data) + deflate.flush()
    return (b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + more + packed
            + struct.pack("<II", zlib.crc32(data), len(data)))


def packed():
    rest = random.Random(1)
    noise = bytes(rest.randrange(256) for _ in range(100000))
    words = b" ".join(rest.choice([b"page", b"table", b"fault", b"frame"])
                      for _ in range(50000))
    whole = (cpio.member("noise", noise) + cpio.member("words", words) + INIT
             + cpio.trailer())
    head = b"\3\0abc" + b"name\0" + b"comment\0" + b"\0\0"
    for name, data in {
            "codes of its own": gzip(whole),
            "stored blocks": gzip(whole, level=0),
            "the fixed code": gzip(whole, strategy=zlib.Z_FIXED),
            "no references": gzip(whole, strategy=zlib.Z_HUFFMAN_ONLY),
            "all that its head can have": gzip(whole, flags=0x1e, more=head),
    }.items():
        result = boot(data)
        tap.is_(result.status, 42, f"packed by gzip, {name}: init runs", result)
    good = gzip(whole)
    middle = len(good) // 2
    for name, data in {
            "a bit that is wrong": good[:middle] +
            bytes([good[middle] ^ 4]) + good[middle + 1:],
            "a wrong check": good[:-8] + b"abcd" + good[-4:],
            "cut short": good[:middle],
            "a head and nothing else": good[:10] + bytes(2),
            "a length of nothing": good[:-4] + bytes(4),
            "a length that is too small": good[:-4] + struct.pack("<I", 70000),
            "a length beyond all memory": good[:-4] + b"\0\0\0\xf0",
    }.items():
        result = boot(data)
        named = "the gzip data is damaged" in result.console or \
            "KiB of gzip data" in result.console
        tap.ok(result.status == 255 and named,
               f"packed by gzip, {name}: named, and no init", result)


def useless():
    for name, data in {"garbage": b"\xa5" * 5000,
                       "only a trailer": cpio.trailer()}.items():
        result = boot(data)
        tap.is_(result.status, 255, f"{name}: no init, status 255", result)


def unusual():
    result = boot(cpio.member(".", mode=cpio.S_IFDIR | 0o755) +
                  cpio.member("./init", elf.program()) + cpio.trailer())
    tap.is_(result.status, 42, "names that begin with ./", result)
    result = boot(cpio.member("/init", elf.program()) + cpio.trailer())
    tap.is_(result.status, 42, "names that begin with /", result)
    result = boot(cpio.member("real", elf.program()) +
                  cpio.member("init", b"real", mode=cpio.S_IFLNK | 0o777) +
                  cpio.trailer())
    tap.is_(result.status, 42, "init is a symbolic link", result)
    result = boot(cpio.member("init", b"old") + INIT + cpio.trailer())
    tap.is_(result.status, 42, "a name given twice: the last one counts",
            result)
    result = boot(INIT + cpio.trailer() + b"\0" * 512)
    tap.is_(result.status, 42, "zeroes behind the trailer", result)
    result = boot(cpio.member("loop", b"loop", mode=cpio.S_IFLNK | 0o777) +
                  cpio.member("init", b"loop", mode=cpio.S_IFLNK | 0o777) +
                  cpio.trailer())
    tap.is_(result.status, 255, "a symbolic link to itself", result)


faulty()
useless()
packed()
unusual()
tap.done()
