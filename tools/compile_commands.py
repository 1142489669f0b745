#!/usr/bin/env python3
"""compile_commands.py CROSS_CC < LINES - what clangd and clang-tidy ask for.

Reads the command lines of a make that only prints them, and writes, for each C
file, the first that compiles it, as clang understands it: Newlib is where
CROSS_CC has it, and options that gcc alone knows are left out. A header is
compiled like the first C file beside it: clangd would guess by the name, and
take proc/proc.h for a part of tests/user/proc.c.
"""
import glob
import json
import os
import shlex
import subprocess
import sys

# Of no use to an editor, or unknown to clang.
DROPPED = {"-c", "-MMD", "-MP", "-Werror", "-fno-toplevel-reorder",
           "-fno-record-gcc-switches", "-fno-tree-loop-distribute-patterns",
           "-mno-unaligned-access"}


def newlib(cross_cc):
    """Where the cross compiler looks for <...>, without the headers that
    belong to gcc itself: clang brings its own of these."""
    text = subprocess.run([cross_cc, "-E", "-v", "-x", "c", os.devnull],
                          check=True, capture_output=True, text=True,
                          env=dict(os.environ, LC_ALL="C")).stderr
    listed = text.split("#include <...> search starts here:")[1]
    folders = [os.path.normpath(folder) for folder in
               listed.split("End of search list")[0].split()]
    return [folder for folder in folders if "/lib/gcc/" not in folder]


def for_clang(words, target_options, cross_cc):
    """The command without what only concerns its output."""
    line = ["clang"]
    if words[0] == cross_cc:
        line += target_options
    rest = iter(words[1:])
    for word in rest:
        if word == "-o":
            next(rest)
        elif word not in DROPPED:
            line.append(word)
    return line


def entry(path, command):
    return {"directory": os.getcwd(), "file": path,
            "arguments": command + [path]}


def main():
    cross_cc = sys.argv[1]
    target_options = ["--target=arm-none-eabi"]
    for folder in newlib(cross_cc):
        target_options += ["-isystem", folder]
    commands = {}
    for text in sys.stdin:
        if not text.rstrip().endswith(".c"):
            continue
        words = shlex.split(text)
        source = words[-1]
        if "-o" in words:
            commands.setdefault(
                source, for_clang(words[:-1], target_options, cross_cc))
    for source, command in list(commands.items()):
        for header in glob.glob(f"{os.path.dirname(source)}/*.h"):
            commands.setdefault(header, [*command, "-x", "c-header"])
    json.dump([entry(*item) for item in commands.items()], sys.stdout,
              indent=1)


main()
