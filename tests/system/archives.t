#!/usr/bin/python3
"""Archives with faults: what could be read is there, the rest is named."""

import os
import sys

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
unusual()
tap.done()
