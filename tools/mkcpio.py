#!/usr/bin/env python3
"""mkcpio.py OUT member ... - write a newc cpio archive.

A member is "path=file" (a regular file; executable if the file is) or "path"
(a directory). Order is kept; the same members give the same bytes: no dates,
no owners, numbers instead of inodes.
"""

import os
import sys

S_IFDIR, S_IFREG = 0o040000, 0o100000


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def member(number, path, mode, data):
    name = path.encode() + b"\0"
    fields = (number, mode, 0, 0, 2 if mode & S_IFDIR else 1, 0, len(data),
              0, 0, 0, 0, len(name), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    return pad(header + name) + pad(data)


def from_argument(number, argument):
    path, equals, source = argument.partition("=")
    if not equals:
        return member(number, path, S_IFDIR | 0o755, b"")
    with open(source, "rb") as file:
        data = file.read()
    rights = 0o755 if os.access(source, os.X_OK) else 0o644
    return member(number, path, S_IFREG | rights, data)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    parts = [from_argument(number, argument)
             for number, argument in enumerate(sys.argv[2:], 1)]
    parts.append(member(0, "TRAILER!!!", 0, b""))
    with open(sys.argv[1], "wb") as archive:
        archive.write(b"".join(parts))


if __name__ == "__main__":
    main()
