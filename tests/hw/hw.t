#!/usr/bin/python3
"""The kernel's own instructions, assembly included, keep hardware.md's rules.

A plugin (check.h) follows each boot: tables, TLB operations, the order of a
switch, DACR, code that is fetched, devices, what comes before the MMU is on. At
the end each kind of event must have been met, for a rule that nothing touches is
not checked. HW_FIRST=1 ends at the first boot that fails. The emulator is Debian's QEMU 10; where it cannot be had, and on
boards other than the first, the test is left out.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap
import user_programs

PLUGIN = ["-plugin", f"{machine.OUT}/hw.so"]
ELSEWHERE = 0x61000000
IMAGE = (f"loader,file={machine.OUT}/pagewalk.bin,force-raw=on,"
         f"addr={ELSEWHERE:#x}")
PROGRAMS = """fork first_access exec mmap mprotect mremap shm thread signal vfp
    exclusive truncate process_vm uffd uffd_calls proc""".split()
checked = {}


def emulator():
    """Does it run here? It is fetched when first asked for."""
    if not os.path.exists(machine.QEMU_10):
        subprocess.run([sys.executable, "tools/debian/fetch.py", "emulator",
                        machine.QEMU_10.rsplit("/", 3)[0]], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return machine.runs(machine.QEMU_10)


def judge(what, boot):
    lines = [line for line in boot.errors.splitlines()
             if line.startswith("hw: ")]
    rules = [line for line in lines if line.startswith("hw: rule ")]
    for number, event in re.findall(r"^hw: checked (\d+) (.*)$",
                                    "\n".join(lines), re.M):
        checked[event] = checked.get(event, 0) + int(number)
    good = tap.ok(boot.status == 0 and not rules and "hw: 0 broken" in lines,
           f"{what}: no rule is broken", "\n".join(rules[:20]) or boot)
    if not good and os.environ.get("HW_FIRST"):
        sys.exit(1)


def main():
    if machine.BOARD != "vexpress-a9" or not emulator():
        print("1..0 # SKIP QEMU 10 for vexpress-a9 is not to be had here")
        return
    machine.QEMU = machine.QEMU_10
    for program in PROGRAMS:
        judge(program, machine.boot(f"quiet init=/test/{program}",
                                    initrd=user_programs.ARCHIVE, extra=PLUGIN))
    # User memory is open there: no write of DACR brings an ISB behind the switch.
    judge("pipe, in an image without software PAN", machine.boot(
        "quiet init=/test/pipe", initrd=user_programs.ARCHIVE, extra=PLUGIN,
        kernel=f"{machine.OUT}/nopan/pagewalk.bin"))
    judge("the careless loader", machine.boot(
        "init=/bin/hello", kernel=f"{machine.OUT}/careless.bin",
        extra=["-device", IMAGE, "-plugin", f"{PLUGIN[1]},from={ELSEWHERE:#x}"]))
    tap.ok(len(checked) > 8 and all(checked.values()),
           "each kind of event was met: " +
           ", ".join(f"{n} {event}" for event, n in checked.items()))
    tap.done()


main()
