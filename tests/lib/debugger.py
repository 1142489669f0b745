"""A session of gdb's with the project's commands: what it prints for each step."""

import os
import re
import shlex
import subprocess

import machine

GDB = os.environ.get("GDB", "gdb-multiarch")
START = ["set pagination off", "set confirm off", "set width 0",
         "set remotetimeout 300", "source tools/gdb/pagewalk.py"]


def gdb(elf, *steps, core=None):
    """What gdb prints for each step, in order; ECHO lines keep them apart."""
    line = [GDB, "-nx", "-batch"]
    for n, step in enumerate((*START, *steps, "kill")):
        line += ["-ex", f"echo \\n@{n}\\n", "-ex", step]
    run = subprocess.run([*line, elf, *([core] if core else [])], text=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, errors="replace",
                         env=machine.environment())
    said = run.stdout.replace(os.getcwd() + "/", "")
    parts = re.split(r"^@(\d+)\n", said, flags=re.M)
    said = dict(zip(map(int, parts[1::2]), parts[2::2]))
    return [said.get(n + len(START), "") for n in range(len(steps))]


def qemu(append, *extra):
    """The step that boots the image of `make debug`, stopped at its beginning."""
    line = machine.command(append, kernel=f"{machine.OUT}/nopan/pagewalk.bin",
                           extra=[*machine.COUNTED, "-display", "none",
                                  "-monitor", "none", "-serial", "null",
                                  "-S", "-gdb", "stdio", *extra])
    line.remove("-nographic")
    return "target remote | exec " + shlex.join(line)


def make_core(path, *command):
    """Have `make dump` write a core; the finished process."""
    return subprocess.run(
        ["python3", "tools/dump.py", path, *command], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=dict(machine.environment(), OUT=machine.OUT, GDB=GDB,
                 QEMU_MACHINE=shlex.join(machine.MACHINE)))
