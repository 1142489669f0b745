#!/usr/bin/python3
"""The boards of board/: each builds, starts, runs the tour and our programs as
on Linux, and hears its console. BOARDS= names them; without it one that differs
from the first in all it can: RAM at 0, another core and interrupt controller,
four cores at once. BOARDS_ALL=1, as in `make check-all`: all, or those
that BOARDS= names, with the tests of target/ and user/ on each.
"""

import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import boards
import machine
import tap
import variant

GOALS = ["pagewalk.bin", "pagewalk.elf"]
ARCHIVES = ["pagewalk-tests.bin", "initramfs.cpio", "test-initramfs.cpio",
            variant.FOR_ROUNDS]
# Nothing on these boards can do that, or, on sabrelite, QEMU has not got it.
NEVER_OFF = {"xilinx-zynq-a9", "cubieboard", "sabrelite"}
TESTS = ["tests/target/target.t", "tests/user/programs.t"]


def whole(name, board):
    """Boots to the end; no stage is missing."""
    status, console = board.boot("init=/bin/tour")
    tap.is_(boards.stage(console), boards.STAGES, f"{name}: each stage of the "
            "start leaves its letter", console)
    tap.ok(status == 0 and boards.TOUR_ENDS in console,
           f"{name}: the tour, to its end", console)
    for program in boards.PROGRAMS:
        wrong = boards.program_holds(board, program)
        tap.ok(not wrong, f"{name}: {program} as on Linux", wrong)


def hears(name, board):
    """Input by interrupt: what is typed arrives, each key once."""
    line = board.command("quiet init=/bin/sh")
    child = pexpect.spawn(line[0], line[1:], encoding="utf-8",
                          timeout=machine.SECONDS, env=machine.environment())
    words = "the quick brown fox 0123456789"
    found = child.expect([r"\$ $", pexpect.EOF, pexpect.TIMEOUT])
    child.sendline(f"echo {words}; exit 7")
    if not found:	# what the shell says is a line of its own, the echo is not
        found = child.expect([rf"\n{words}\r", pexpect.EOF, pexpect.TIMEOUT])
    if not found:
        child.expect(pexpect.EOF)
    child.close(force=True)
    tap.is_((found, child.exitstatus), (0, 7),
            f"{name}: a program reads what is typed",
            child.before)


def powers_off(name, board):
    """Without a host that listens: by its own devices."""
    if name in NEVER_OFF:
        return
    status, console = board.boot("quiet init=/bin/true", semihosting=False)
    tap.is_(status, 0, f"{name}: switches itself off", console)


def no_frequency(board):
    """A loader that says nothing: no CNTFRQ, no list. RAM is not looked for."""
    os.makedirs(f"{board.out}/system", exist_ok=True)
    path = f"{board.out}/system/no_frequency"
    base = 0x80000000
    with open(path, "wb") as file:	# mov r0, #0; mcr CNTFRQ; ldr pc, [pc, #-4]
        file.write(struct.pack("<4I", 0xe3a00000, 0xee0e0f10, 0xe51ff004,
                               base + 0x10000))
    _, console = variant.run([
        "timeout", str(machine.SECONDS), *board.qemu(),
        "-device", f"loader,file={path},force-raw=on,"
        f"addr={base + 0x7000000:#x},cpu-num=0", "-device",
        f"loader,file={board.out}/pagewalk.bin,force-raw=on,"
        f"addr={base + 0x10000:#x}", "-semihosting-config",
        "enable=on,target=native,arg=pagewalk,arg=init=/bin/hello"])
    tap.has(console, "clock: virtual counter of 24000000 Hz, from the board's "
            "table", "a CNTFRQ of 0: the board says how fast it counts")
    tap.has(console, "Memory: 128 MiB at 0x80000000",
            "no list: the board says how much RAM there is")
    tap.has(console, "Hello from user mode", "and init runs")


def relative():
    """A board that has no folder, by the image of one that has: its device tree
    says where the interrupt controller is, and the console."""
    out = "build/imx7"
    status, output = variant.run(
        ["make", "BOARD=mcimx6ul-evk", f"OUT={out}", "UART_PA=0x30860000",
         variant.SAME_PROGRAMS, f"{out}/pagewalk.bin"])
    if status == 0:
        status, output = variant.run(
            ["dtc", "-q", "-O", "dtb", "-o", f"{out}/imx7.dtb",
             "tests/system/imx7.dts"])
    if not tap.is_(status, 0, "an image and a tree for an i.MX 7", output):
        return
    _, console = variant.run([
        "timeout", str(machine.SECONDS), machine.QEMU, "-M", "mcimx7d-sabre",
        "-m", "512M", "-nographic", "-semihosting", "-no-reboot", "-kernel",
        f"{out}/pagewalk.bin", "-initrd", f"{machine.OUT}/initramfs.cpio",
        "-dtb", f"{out}/imx7.dtb", "-append", "init=/bin/tour",
        *machine.COUNTED])
    tap.has(console, "interrupt controller at 0x31001000, not at the board's "
            "0x00a01000", "the tree has the interrupt controller elsewhere")
    tap.has(console, boards.TOUR_ENDS, "and the tour ends there")


def chosen():
    if os.environ.get("BOARDS_ALL") and not os.environ.get("BOARDS"):
        return [name for name in boards.names() if name != machine.BOARD]
    return os.environ.get("BOARDS", "raspi2b").split()


for name in chosen():
    board = boards.Board(name)
    every = ARCHIVES if os.environ.get("BOARDS_ALL") else []
    failed = board.build(*GOALS, *every)
    if not tap.ok(not failed, f"{name} builds", failed):
        continue
    whole(name, board)
    hears(name, board)
    powers_off(name, board)
    if name == "vexpress-a15":
        no_frequency(board)
    if name == "mcimx6ul-evk":
        relative()
    if every:
        variant.passes(TESTS, f"on {name}", board.out, BOARD=name)
tap.done()
