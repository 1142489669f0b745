#!/usr/bin/env python3
"""uimage.py TYPE ADDRESS INPUT OUTPUT - put U-Boot's header of 64 bytes before
a file, as its mkimage does (U-Boot, include/image.h).

TYPE is kernel, ramdisk or script. A kernel is moved to ADDRESS and entered there
by bootm; for the others ADDRESS means nothing. The header has no date, so that
the same input makes the same output.
"""

import struct
import sys
import zlib

MAGIC = 0x27051956
LINUX, ARM, UNCOMPRESSED = 5, 2, 0
TYPES = {"kernel": 2, "ramdisk": 3, "script": 6}


def uimage(kind, address, data, name="Pagewalk"):
    if kind == "script":
        # A list of lengths comes first, and 0 ends it.
        data = struct.pack(">II", len(data), 0) + data

    def header(own_crc):
        return struct.pack(">7I4B32s", MAGIC, own_crc, 0, len(data), address,
                           address, zlib.crc32(data), LINUX, ARM, TYPES[kind],
                           UNCOMPRESSED, name.encode())
    return header(zlib.crc32(header(0))) + data


def main():
    kind, address, source, target = sys.argv[1:]
    with open(source, "rb") as file:
        data = file.read()
    with open(target, "wb") as file:
        file.write(uimage(kind, int(address, 0), data))


if __name__ == "__main__":
    main()
