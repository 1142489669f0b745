#!/usr/bin/env python3
"""The memory of a machine as it was when it ended, as a core that gdb opens.

make dump CMD=...: dump.py CORE COMMAND ... boots COMMAND as process 1 under gdb,
stops where process 1 or the machine ends, and has QEMU write all RAM. To that come
program headers for what the tables map: the linear map, vmalloc space with its
stacks, and the memory of the process that ran. Nothing of it is copied: they name
the same bytes once more.

    gdb-multiarch -x tools/gdb/pagewalk.py build/vexpress-a9/pagewalk.elf CORE
"""

import os
import re
import shlex
import struct
import subprocess
import sys

PAGE = 4096
EHDR, PHDR = struct.Struct("<16sHHIIIIIHHHHHH"), struct.Struct("<8I")
PT_LOAD, PT_NOTE = 1, 4
# In process 1 its memory is still there.
ENDS = ("panic", "do_exit if $pid() == 1", "semihosting_exit", "board_power_off")


def write_memory(core, command):
    """Boot and stop at the end. Returns the physical address of the first-level
    table that is in use."""
    out = os.environ["OUT"]
    name = command[0] if "/" in command[0] else f"/bin/{command[0]}"
    qemu = [os.environ.get("QEMU", "qemu-system-arm"),
            *shlex.split(os.environ["QEMU_MACHINE"]), "-display", "none",
            "-monitor", "none", "-serial", f"file:{core}.log", "-semihosting",
            "-kernel", f"{out}/pagewalk.bin",
            "-initrd", f"{out}/initramfs.cpio",
            "-append", " ".join([f"init={name}", *command[1:]])]
    # Before the connection: on a busy host QEMU takes longer than gdb's 2 s.
    script = ["set pagination off", "set remotetimeout 100",
              f"target remote | exec {shlex.join(qemu)} -S -gdb stdio",
              "source tools/gdb/pagewalk.py",
              "hbreak start_kernel", "continue",
              *(f"tbreak {place}" for place in ENDS), "continue",
              f"monitor dump-guest-memory {core}",
              "python task = current()['thread_info']['mm'] or None",
              "python mm = task.dereference() if task else value('init_mm')",
              "python print('TABLE', int(mm['pgd']), phys_offset())",
              "kill"]
    line = [os.environ.get("GDB", "gdb-multiarch"), "-nx", "-batch"]
    for step in script:
        line += ["-ex", step]
    run = subprocess.run([*line, f"{out}/pagewalk.elf"], text=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False,
                         env=dict(os.environ, QEMU_AUDIO_DRV="none"))
    found = re.search(r"^TABLE (\d+) (\d+)", run.stdout, re.M)
    if not found or not os.path.exists(core):
        sys.exit(f"dump: no core was written:\n{run.stdout}")
    os.chmod(core, 0o644)               # QEMU lets only the owner read it
    return int(found[1]) - int(found[2])


class Core:
    """The file that QEMU wrote: RAM by physical address."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = bytearray(file.read())
        self.header = list(EHDR.unpack_from(self.bytes))
        offset, count = self.header[5], self.header[10]
        headers = [PHDR.unpack_from(self.bytes, offset + n * PHDR.size)
                   for n in range(count)]
        self.notes = [h for h in headers if h[0] == PT_NOTE]
        self.loads = [h for h in headers if h[0] == PT_LOAD]

    def place(self, pa):
        """Where the byte at pa lies in the file, or None."""
        for _, offset, _, start, size, *_ in self.loads:
            if start <= pa < start + size:
                return offset + pa - start
        return None

    def words(self, pa, count):
        return struct.unpack_from(f"<{count}I", self.bytes, self.place(pa))

    def mapped(self, pgd):
        """(va, pa, bytes) of what the tables map in RAM, in order."""
        for first, desc in enumerate(self.words(pgd, 4096)):
            if desc & 3 == 2:
                yield first << 20, desc & 0xFFF00000, 1 << 20
            elif desc & 3 == 1:
                for second, entry in enumerate(
                        self.words(desc & 0xFFFFFC00, 256)):
                    if entry & 3:
                        yield (first << 20 | second << 12,
                               entry & 0xFFFFF000, PAGE)

    def ranges(self, pgd):
        """The same, neighbours joined, without what is no RAM."""
        joined = []
        for va, pa, size in self.mapped(pgd):
            if self.place(pa) is None:
                continue
            last = joined[-1] if joined else None
            if last and last[0] + last[2] == va and last[1] + last[2] == pa:
                last[2] += size
            else:
                joined.append([va, pa, size])
        return joined

    def write(self, path, ranges):
        """With program headers for the ranges, behind all that is there."""
        headers = self.notes + [(PT_LOAD, self.place(pa), va, pa, size, size,
                                 7, PAGE) for va, pa, size in ranges]
        self.header[5], self.header[10] = len(self.bytes), len(headers)
        self.header[6] = self.header[11] = self.header[12] = 0  # no sections
        self.header[13] = 0
        self.bytes[:EHDR.size] = EHDR.pack(*self.header)
        for header in headers:
            self.bytes += PHDR.pack(*header)
        with open(path, "wb") as file:
            file.write(self.bytes)


def main():
    core, command = sys.argv[1], sys.argv[2:]
    if os.path.exists(core):
        os.remove(core)
    pgd = write_memory(core, command)
    memory = Core(core)
    ranges = memory.ranges(pgd)
    memory.write(core, ranges)
    print(f"{core}: {sum(size for *_, size in ranges) >> 20} MiB in "
          f"{len(ranges)} ranges; the console is {core}.log\n"
          f"gdb-multiarch -x tools/gdb/pagewalk.py "
          f"{os.environ['OUT']}/pagewalk.elf {core}")


main()
