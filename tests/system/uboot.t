#!/usr/bin/python3
"""A board's own U-Boot, at the address it is linked for, boots the tour: that of
vexpress-a9, from a card. `make u-boot` builds it from Debian's sources.

Its environment has kernel_addr_r, RAM + 1 MiB, but no place for boot.scr and none
for an archive: these two are typed before the card boots by itself.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import boards
import machine
import tap
import variant

UBOOT = "build/cache/u-boot/u-boot"
CARD = f"{machine.OUT}/sdcard.img"


def typed(*lines):
    """(what the machine said, its status) after these lines at the prompt."""
    child = pexpect.spawn(machine.QEMU, [
        *machine.MACHINE, "-nic", "none", "-nographic", "-semihosting",
        "-no-reboot", "-kernel", UBOOT, "-drive",
        f"if=sd,file={CARD},format=raw,snapshot=on", *machine.COUNTED],
        encoding="utf-8", timeout=machine.SECONDS, env=machine.environment())
    child.expect(["Hit any key", pexpect.EOF, pexpect.TIMEOUT])
    said = child.before
    for line in (" ", *lines):
        if child.isalive():
            child.sendline(line)
        child.expect(["=> ", pexpect.EOF, pexpect.TIMEOUT])
        said += child.before
    if child.isalive():
        child.expect([pexpect.EOF, pexpect.TIMEOUT])
        said += child.before
    child.close(force=True)
    return said.replace("\r", ""), child.exitstatus


def tour(what, archive, *lines):
    said, status = typed(*lines)
    for text in (f"\n{boards.STAGES}\n", "Boot arguments: device tree", archive, boards.TOUR_ENDS):
        tap.has(said, text, f"{what}: {text.strip()}")
    tap.is_(status, 0, f"{what}: the machine ends with 0")


def main():
    if machine.BOARD != "vexpress-a9":
        print("1..0 # SKIP `make u-boot` is for vexpress-a9")
        return
    if not os.path.exists(UBOOT):
        print(f"1..0 # SKIP {UBOOT} is missing: make setup-u-boot u-boot")
        return
    status, output = variant.run(["make", CARD])
    if not tap.is_(status, 0, "the card is made", output):
        tap.done()
    tour("bootz by hand", "initramfs: ",
         "fatload mmc 0:1 ${kernel_addr_r} pagewalk.bin",
         "setenv bootargs init=/bin/tour",
         "bootz ${kernel_addr_r} - ${fdtcontroladdr}")
    size = os.path.getsize(f"{machine.OUT}/initramfs.cpio") >> 10
    tour("the card's script", f"archive {size} KiB",
         "setenv scriptaddr 0x63000000", "setenv ramdisk_addr_r 0x62000000",
         "run distro_bootcmd")
    tap.done()


main()
