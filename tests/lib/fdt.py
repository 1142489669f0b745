"""Flattened device trees, made by hand. A node is (name, {property: bytes},
[nodes]); see the Devicetree Specification, chapter 5."""

import struct


def cells(*numbers):
    """Numbers of two cells each."""
    return struct.pack(f">{len(numbers)}Q", *numbers)


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def node_bytes(node, strings):
    name, properties, children = node
    out = struct.pack(">I", 1) + pad(name.encode() + b"\0")
    for prop, data in properties.items():
        if prop not in strings:
            strings[prop] = sum(len(other) + 1 for other in strings)
        out += struct.pack(">III", 3, len(data), strings[prop]) + pad(data)
    for child in children:
        out += node_bytes(child, strings)
    return out + struct.pack(">I", 2)


def tree(nodes, memreserve=()):
    """A blob; the root counts in two cells. memreserve: (base, bytes)."""
    strings = {}
    root = ("", {"#address-cells": b"\0\0\0\2", "#size-cells": b"\0\0\0\2"},
            nodes)
    body = node_bytes(root, strings) + struct.pack(">I", 9)
    names = pad(b"".join(name.encode() + b"\0" for name in strings))
    taken = cells(*(number for pair in memreserve for number in pair), 0, 0)
    at = 40 + len(taken)
    return struct.pack(">10I", 0xd00dfeed, at + len(body) + len(names), at,
                       at + len(body), 40, 17, 16, 0, len(names),
                       len(body)) + taken + body + names
