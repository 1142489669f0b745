#!/usr/bin/python3
"""gdb's commands (tools/gdb/pagewalk.py), on a machine that runs and on a core.

A backtrace must go from C through an exception to the program's main, by the
call-frame information of trap/entry.S; and each command must say what is so. The
image is the one without software PAN, which `make debug` boots.
"""

import os
import re
import shutil
import socket
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import machine
import tap
from debugger import GDB, gdb, make_core, qemu

DOC = "docs/debugger.md"


def answers(elf, *steps, core=None):
    """What gdb prints for each step, none of which is there twice."""
    return dict(zip(steps, gdb(elf, *steps, core=core)))


def frames(text):
    """The functions of a backtrace, innermost first."""
    return re.findall(r"^#\d+ +(?:0x\w+ in )?(\w+)", text, re.M)


def goes_through(text, *functions):
    names = iter(frames(text))
    return all(name in names for name in functions)


def running():
    said = answers(
        f"{machine.OUT}/nopan/pagewalk.elf",
        qemu("quiet init=/bin/faults trace=fault,switch"),
        "hbreak start_kernel", "continue", "tbreak sys_fork", "continue", "bt",
        "ps", "vmas", "pgd", "pgd 0", "pte &main", "page mem_map",
        "page init_task.stack", "who &main", "buddy", "slab", "trace 5", "locks",
        "fsr 0x817", "dmesg", "vmas 99", "program twins", "program",
        "tbreak do_wp_page", "continue", "backtrace", "locks ", "fsr")
    tap.ok(goes_through(said["bt"], "sys_fork", "vector_swi", "linux_syscall",
                        "fork", "main"),
           "bt in a system call goes on in the program, up to main", said["bt"])
    tap.ok(goes_through(said["backtrace"], "do_wp_page", "handle_mm_fault",
                        "do_DataAbort", "vector_dabt", "main"),
           "bt in a page fault goes on in the program", said["backtrace"])
    for step, pattern in (
            ("ps", r"^    1 running +0x\w+  faults$"),
            ("vmas", r"^\w+-\w+ r-x- faults$"),
            ("pgd", r"^0xbff00000  0x\w+  table at"),
            ("pgd 0", r"^0xc0000000  0x\w+  "),
            ("pte &main", r"^L2\[16\] = .*read-only, user, executable, nG, young"),
            ("page mem_map", r"^frame 0x\w+, struct page 0x\w+: "),
            ("page init_task.stack", r"^frame 0x\w+, .*: reserved"),
            ("who &main", r"^  faults\[1\] 0x00010000  page at"),
            ("slab", r"^vm_area_struct +\d+ +\d+ +\d+ "),
            ("trace 5", r"faults\[1\] pc 0x\w+ fault "),
            ("locks", r"^0 held$"),
            ("locks ", r"^spinlock page_table_lock of faults\[1\]: taken in "
                       r"\w+ \+ \d+\nmmap_lock of faults\[1\]: 1 readers$"),
            ("fsr 0x817", r"page translation fault"),
            ("fsr", r"^DFAR 0x\w+\n.*(?s:.)*page permission fault"),
            ("dmesg", r"^Starting /bin/faults as process 1"),
            ("vmas 99", r"no task has pid 99"),
            ("program twins", r"^symbols of .*/twins.debug"),
            ("program", r"^symbols of .*/faults.debug")):
        tap.ok(re.search(pattern, said[step], re.M), f"{step}: as it is",
               f"looked for {pattern!r} in\n{said[step]}")
    blocks = re.findall(r"^order +(\d+) +(\d+) ", said["buddy"], re.M)
    pages = sum(int(count) << int(order) for order, count in blocks)
    tap.has(said["buddy"], f"{pages} pages, and zone.free_pages is {pages}",
            "buddy: the blocks are all free pages that it counts")


def cores():
    with tempfile.TemporaryDirectory() as folder:
        core = f"{folder}/core"
        dump = make_core(core, "crash", "self", "null")
        if not tap.is_(dump.returncode, 0, "make dump writes a core",
                       dump.stdout):
            return
        said = answers(f"{machine.OUT}/pagewalk.elf", "bt", "vmas", "pte &main",
                       "who &main", "x/s init_task.comm", "locks", "fsr", "fsr 5",
                       core=core)
    tap.ok(goes_through(said["bt"], "do_exit", "vector_dabt", "write_null",
                        "main"),
           "its backtrace ends where the program crashed", said["bt"])
    for step, pattern in (("vmas", r"^\w+-\w+ r-x- crash$"),
                          ("pte &main", r"read-only, user, executable"),
                          ("who &main", r"^  crash\[1\] 0x00010000 "),
                          ("x/s init_task.comm", r'"swapper"'),
                          ("locks", r"\d held$"),
                          ("fsr", r"^a core has no system registers: give "),
                          ("fsr 5", r"Cause: section translation fault")):
        tap.ok(re.search(pattern, said[step], re.M), f"{step}, in a core",
               said[step])


def spawn(*line):
    return pexpect.spawn(line[0], list(line[1:]), encoding="utf-8",
                         timeout=machine.SECONDS, env=machine.environment())


def two_terminals():
    """make debug in one, make console in the other, Ctrl-C between."""
    with socket.socket() as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    prompt = r"\(gdb\) "
    debugger = spawn("sh", "tools/debug.sh", machine.OUT, str(port),
                     *machine.command("quiet init=/bin/sh",
                                      kernel=f"{machine.OUT}/nopan/pagewalk.bin"))
    debugger.expect(prompt)
    debugger.sendline("set remotetimeout 300")
    debugger.expect(prompt)
    debugger.sendline("continue")
    debugger.expect("start_kernel")
    debugger.expect(prompt)
    shell = spawn(sys.executable, "tools/console.py", f"{machine.OUT}/console")
    shell.expect("connected")
    debugger.sendline("continue")
    shell.expect(r"\$ $")
    shell.sendline("echo hello")
    tap.ok(shell.expect([r"\$ $", pexpect.TIMEOUT]) == 0,
           "make console: the shell runs a command", shell.before)
    debugger.sendintr()
    debugger.expect(prompt)
    debugger.sendline("ps")
    tap.ok(debugger.expect([r"  sh\s", pexpect.TIMEOUT]) == 0,
           "Ctrl-C stops the machine, and does not end it", debugger.before)
    debugger.expect(prompt)
    debugger.sendline("quit")
    shell.expect(["the machine has ended", pexpect.EOF, pexpect.TIMEOUT])
    tap.ok(debugger.expect([pexpect.EOF, pexpect.TIMEOUT]) == 0,
           "quit ends the debugger", debugger.before)


def documented():
    commands = re.findall(r"^class (\w+)\(Command\)",
                          open("tools/gdb/pagewalk.py").read(), re.M)
    text = open(DOC).read()
    missing = [name for name in commands if f"(gdb) {name.lower()}" not in text]
    tap.is_(missing, [], f"{DOC} shows each command")


documented()
if not shutil.which(GDB):
    tap.ok(True, f"gdb's commands # SKIP {GDB} is not installed (make setup)")
else:
    running()
    cores()
    two_terminals()
tap.done()
