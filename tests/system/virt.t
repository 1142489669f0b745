#!/usr/bin/python3
"""The second board: built by the same Makefile, it passes the same tests.

All of target/, user/ and of system/ what boots something, and the more telling
part of it on the second core that the board can have: there QEMU drops exactly what a TLB operation names, enforces
PXN, and aborts accesses to nothing; the first board's forgives. And what only
this one can do: leave out VFP and NEON, start in HYP mode.
"""

import glob
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "tools"))
import pexpect
import machine
import tap
import uimage
import variant

OUT = "build/virt"
# Of Debian's u-boot-qemu.
UBOOT = "/usr/lib/u-boot/qemu_arm/u-boot.bin"
# They look at sources, or are about one board or build, or take long and say
# nothing of a board.
NOT_HERE = {"docs", "lint", "uapi", "core", "virt", "debug", "debian", "dynamic",
            "fuzz", "explain", "trace", "boards", "nopan",
            "gdb", "outputs", "tlb"}
SYSTEM = sorted(path for path in glob.glob("tests/system/*.t")
                if os.path.basename(path)[:-2] not in NOT_HERE)
# On the second core, what a core can be different in: how it starts, its tables
# and caches under load. VIRT_ALL=1 (make check-all): everything.
SECOND_CORE = ["tests/system/boots.t", "tests/system/lives.t",
               "tests/system/stress.t", "tests/system/tour.t"]
EVERYTHING = ["tests/user/programs.t", *SYSTEM]
# Machine and core options, and what the console must say then.
MACHINES = (
    ("virt", "neon=on", "vfp: 32 double registers, NEON"),
    ("virt", "neon=off", "vfp: 32 double registers, no NEON"),
    ("virt", "vfp=off,neon=off", "this core has no VFP unit"),
    ("virt,virtualization=on", "neon=on", "ends with status 0"),
    ("virt,secure=on", "neon=on", "ends with status 0"),
    ("virt", "cntfrq=24000000", "clock: virtual counter of 24000000 Hz"),
    ("virt", "cntfrq=19200000", "ends with status 0"),
    ("virt", "cntfrq=6144000", "ends with status 0"),
)


def machines():
    for kind, core, says in MACHINES:
        _, output = variant.run([
            machine.QEMU, "-M", kind, "-m", "128M", "-cpu",
            f"cortex-a15,{core}", "-nic", "none", "-nographic",
            "-semihosting", "-kernel", f"{OUT}/pagewalk.bin",
            "-append", "init=/bin/true"])
        tap.has(output, says, f"-M {kind} -cpu cortex-a15,{core}")


def cores():
    """Each ARMv7-A core by its number; another one, and ARMv8, get a sentence.
    QEMU's A15 serves for all: only MIDR says what it is."""
    for midr, name in ((0x410fc0d1, "Cortex-A12"), (0x411fc0e1, "Cortex-A17")):
        _, output = variant.run([
            "timeout", "120", machine.QEMU, "-M", "virt", "-m", "128M",
            "-cpu", f"cortex-a15,midr={midr:#x}", "-nic", "none",
            "-nographic", "-semihosting", "-kernel", f"{OUT}/pagewalk.bin",
            "-append", "init=/bin/true"])
        tap.ok("PAGEWALK" in output and "ends with status 0" in output,
               f"{name} is known", output)
    for core, text in (
            ("cortex-a15,midr=0x511f04d0", "Unknown core, MIDR 0x511f04d0"),
            ("cortex-a15,midr=0x511f04d0", "The machine ends with status 0"),
            ("max", "cannot start: this is an ARMv8 core")):
        said = machine.says([
            machine.QEMU, "-M", "virt", "-m", "128M", "-cpu", core, "-nic",
            "none", "-nographic", "-semihosting", "-kernel",
            f"{OUT}/pagewalk.bin", "-append", "init=/bin/true"], text)
        tap.has(said, text, f"{core}: {text}")


def uboot_header():
    """As U-Boot's image_check_hcrc and image_check_dcrc read it."""
    data = b"a kernel of ours"
    image = uimage.uimage("kernel", 0x60010000, data)
    words = struct.unpack(">7I", image[:28])
    tap.is_(words[0], 0x27051956, "it begins with U-Boot's magic number")
    blank = image[:4] + bytes(4) + image[8:64]
    tap.is_(words[1], zlib.crc32(blank), "the header's sum is right")
    tap.is_((words[3], words[6], image[64:]),
            (len(data), zlib.crc32(data), data), "so is that of what follows")
    tap.is_((words[4], words[5]), (0x60010000, 0x60010000),
            "it is moved to its place and entered there")


def made(goal, file):
    """`make GOAL BOARD=virt`, which makes this file of OUT."""
    status, output = variant.run(["make", "BOARD=virt", f"OUT={OUT}",
                                  variant.SAME_PROGRAMS, f"{OUT}/{file}"])
    return tap.is_(status, 0, f"make {goal} BOARD=virt", output)


def uboot_card():
    """No key is pressed: U-Boot finds boot.scr, which loads all and boots."""
    if not os.path.exists(UBOOT):
        tap.diag("u-boot-qemu is not installed: U-Boot has booted nothing")
        return
    if not made("sdcard", "sdcard.img"):
        return
    text = "1. A program's address space"
    said = machine.says([
        machine.QEMU, "-M", "virt", "-cpu", "cortex-a15", "-m", "128M", "-nic",
        "none", "-nographic", "-bios", UBOOT, "-drive",
        f"if=none,file={OUT}/sdcard.img,format=raw,readonly=on,id=card",
        "-device", "virtio-blk-device,drive=card"], text)
    tap.has(said, "Boot arguments: device tree", "bootz hands over a tree")
    tap.has(said, text, "and the tour begins")


def uboot_bootm():
    """Image, archive and tree lie in RAM; U-Boot takes its header off the image,
    moves that to its place, and hands over the rest."""
    if not os.path.exists(UBOOT):
        tap.diag("u-boot-qemu is not installed: bootm has booted nothing")
        return
    if not made("uimage", "pagewalk.uimage"):
        return
    archive = f"{OUT}/initramfs.cpio"
    child = pexpect.spawn(machine.QEMU, [
        "-M", "virt", "-cpu", "cortex-a15", "-m", "128M", "-nic", "none",
        "-nographic", "-semihosting", "-no-reboot", "-bios", UBOOT, "-device",
        f"loader,file={OUT}/pagewalk.uimage,force-raw=on,addr=0x42000000",
        "-device", f"loader,file={archive},force-raw=on,addr=0x44000000"],
        encoding="utf-8", timeout=machine.SECONDS, env=machine.environment())
    child.expect([r"Hit any key", pexpect.EOF, pexpect.TIMEOUT])
    said = child.before
    for line in (" setenv bootargs init=/bin/hello", "bootm 0x42000000 "
                 f"0x44000000:{os.path.getsize(archive):x} ${{fdtcontroladdr}}"):
        if child.isalive():
            child.sendline(line)
        child.expect(["=> ", pexpect.EOF, pexpect.TIMEOUT])
        said += child.before
    child.expect([pexpect.EOF, pexpect.TIMEOUT])
    said += child.before
    child.close(force=True)
    size = os.path.getsize(archive) >> 10
    tap.ok("Boot arguments: device tree" in said and
           f"archive {size} KiB" in said and "Hello from user mode" in said and
           child.exitstatus == 0, "bootm: image, archive and tree", said)


def pending_abort():
    """By HCR.VA, before the kernel has vectors: it is not the kernel's."""
    _, output = variant.run([
        machine.QEMU, "-M", "virt,virtualization=on", "-m", "128M", "-cpu",
        "cortex-a15", "-nic", "none", "-nographic", "-semihosting",
        "-kernel", f"{OUT}/careless.bin", "-append", "init=/bin/hello",
        "-device", f"loader,file={OUT}/pagewalk.bin,force-raw=on,"
        "addr=0x41000000"])
    tap.has(output, "pending at start: left by the firmware or the loader",
            "an asynchronous abort that the loader left is reported")
    tap.has(output, "Hello from user mode", "and survived")


def power_off():
    """By PSCI, in the way the device tree asks for: HVC, then SMC."""
    for kind in ("virt", "virt,virtualization=on"):
        status, output = variant.run([
            "timeout", str(machine.SECONDS), machine.QEMU, "-M", kind, "-m", "128M", "-cpu",
            "cortex-a15", "-nic", "none", "-nographic",
            "-kernel", f"{OUT}/pagewalk.bin", "-append", "init=/bin/true"])
        tap.is_(status, 0, f"-M {kind}: power off", output)


if machine.BOARD == "virt":
    print("1..0 # SKIP this is the board it is about")
    sys.exit(0)
every = bool(os.environ.get("VIRT_ALL"))
if variant.build("BOARD=virt", OUT, "BOARD=virt", rounds=every):
    second = EVERYTHING if every else SECOND_CORE
    # What a program leaves behind it leaves on every board.
    no_rounds = "" if every else "1"
    for cpu, tests in (("cortex-a15", EVERYTHING), ("cortex-a7", second)):
        variant.passes(["tests/target/target.t", *tests], f"on {cpu}", OUT,
                       BOARD="virt", CPU=cpu, NO_ROUNDS=no_rounds)
    machines()
    cores()
    uboot_header()
    uboot_card()
    uboot_bootm()
    power_off()
    pending_abort()
tap.done()
