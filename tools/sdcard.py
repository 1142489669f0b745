#!/usr/bin/env python3
"""sdcard.py OUTPUT NAME=FILE ... - an image for an SD card from which U-Boot
boots: one partition, FAT32, with these files and boot.scr, which U-Boot runs by
itself where its environment has bootcmd=run distro_bootcmd, as most have.

mtools (mformat, mcopy) write the file system; nobody need be root.
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile

import uimage

START = 1 << 20   # bytes before the partition: some boards' ROM reads there
SIZE = 64 << 20   # a power of two, which QEMU wants of a card
FAT32_LBA = 0x0c

# What U-Boot's own variables say of the board is used: where the kernel, the
# archive and the device tree go. The archive is loaded last: its length counts.
SCRIPT = """\
echo Pagewalk: image, archive and device tree from ${devtype} ${devnum}
test -n "${bootargs}" || setenv bootargs init=/bin/tour
if test -n "${fdt_addr}"; then setenv tree ${fdt_addr};
else setenv tree ${fdtcontroladdr}; fi
if test -n "${fdt_addr_r}"; then
if load ${devtype} ${devnum}:${distro_bootpart} ${fdt_addr_r} board.dtb;
then setenv tree ${fdt_addr_r}; fi; fi
load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} pagewalk.bin
load ${devtype} ${devnum}:${distro_bootpart} ${ramdisk_addr_r} initramfs.cpio
bootz ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${tree}
"""


def main():
    output, *files = sys.argv[1:]
    if not shutil.which("mformat"):
        sys.exit("sdcard: mtools is not installed; make setup installs it")
    sector = 512
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", FAT32_LBA,
                        b"\xfe\xff\xff", START // sector,
                        (SIZE - START) // sector)
    with open(output, "wb") as file:
        file.truncate(SIZE)
        file.seek(446)
        file.write(entry + bytes(48) + b"\x55\xaa")
    partition = f"{output}@@{START}"
    # mtools look at no settings of the user's and check no geometry.
    mtools = dict(os.environ, MTOOLSRC="/dev/null", MTOOLS_SKIP_CHECK="1")
    subprocess.run(["mformat", "-i", partition, "-F", "-T",
                    str((SIZE - START) // sector), "-h", "64", "-s", "32",
                    "-v", "PAGEWALK", "::"], check=True, env=mtools)
    with tempfile.TemporaryDirectory() as folder:
        script = f"{folder}/boot.scr"
        with open(script, "wb") as file:
            file.write(uimage.uimage("script", 0, SCRIPT.encode()))
        for name, path in [("boot.scr", script)] + [
                word.split("=", 1) for word in files]:
            subprocess.run(["mcopy", "-i", partition, path, f"::{name}"],
                           check=True, env=mtools)


if __name__ == "__main__":
    main()
