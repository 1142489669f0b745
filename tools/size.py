#!/usr/bin/env python3
"""size.py SIZE OUT FOLDER ... - bytes and lines of each folder of the kernel."""
import glob
import os
import subprocess
import sys


def lines(folder):
    files = glob.glob(f"{folder}/**/*.[chS]", recursive=True)
    return sum(len(open(f, encoding="utf-8").readlines()) for f in files)


def sizes(size, folder, out):
    """text, data and bss of the folder's objects."""
    objects = [path for path in
               glob.glob(f"{out}/obj/{folder}/**/*.o", recursive=True)
               if os.path.exists(os.path.relpath(path, f"{out}/obj")[:-2])]
    if not objects:
        return [0, 0, 0]
    table = subprocess.run([size, "-t", *objects], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    return [int(n) for n in table.splitlines()[-1].split()[:3]]


def main():
    size, out, *folders = sys.argv[1:]
    print(f"{'folder':10}{'lines':>8}{'text':>10}{'data':>10}{'bss':>10}")
    total = [0] * 4
    for folder in ["include", *folders]:
        row = [lines(folder), *sizes(size, folder, out)]
        total = [a + b for a, b in zip(total, row)]
        print(f"{folder:10}" + "{:8}{:10}{:10}{:10}".format(*row))
    print(f"{'all':10}" + "{:8}{:10}{:10}{:10}".format(*total))
    subprocess.run([size, f"{out}/pagewalk.elf"], check=True)


main()
