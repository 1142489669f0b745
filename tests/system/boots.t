#!/usr/bin/python3
"""Whole boots: memory sizes, command lines, ways to end, ways to start."""

import os
import random
import re
import shlex
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import cpio
import elf
import fdt
import machine
import tap

TESTS = f"{machine.OUT}/test-initramfs.cpio"
SCRATCH = f"{machine.OUT}/system"
GDB = os.environ.get("GDB", "gdb-multiarch")
RAM = {"vexpress-a9": 0x60000000, "vexpress-a15": 0x80000000,
       "virt": 0x40000000}


def write(name, data):
    os.makedirs(SCRATCH, exist_ok=True)
    path = f"{SCRATCH}/{name}"
    with open(path, "wb") as file:
        file.write(data)
    return path


def memory_sizes():
    """The same program, the same answers, whatever the memory."""
    programs = ["/bin/layout", "/bin/faults", "/test/fork", "/test/mmap"]
    for program in programs:
        for memory in ("64M", "128M", "512M", "1G"):
            boot = machine.boot(f"quiet init={program}", initrd=TESTS,
                                memory=memory)
            tap.is_(boot.status, 0, f"{program} with {memory}", boot)


def exit_codes():
    for code in (0, 1, 7, 127, 255):
        boot = machine.boot(f"init=/test/status exit {code}", initrd=TESTS)
        tap.is_(boot.status, code, f"init's exit({code}) is QEMU's", boot)
    for crime in ("null", "text", "data", "kernel", "stack"):
        boot = machine.boot(f"init=/bin/crash self {crime}")
        tap.is_(boot.status, 139, f"init commits '{crime}': 128 + SIGSEGV",
                boot)
    boot = machine.boot("init=/bin/crash self undefined")
    tap.is_(boot.status, 132, "init runs nonsense: 128 + SIGILL", boot)


def arguments():
    boot = machine.boot("init=/test/status one two=2 quiet three",
                        initrd=TESTS)
    tap.has(boot.console, "argument 0: /test/status", "argv[0] is the path")
    tap.has(boot.console, "argument 1: one", "a word becomes an argument")
    tap.ok("argument 3:" not in boot.console and
           "argument 2: three" in boot.console,
           "known options and words with = do not", boot)


def without_semihosting():
    boot = machine.boot("init=/bin/false", semihosting=False)
    tap.is_(boot.status, 0, "no semihosting: powers off", boot)
    boot = machine.boot("init=/bin/hello", semihosting=False)
    tap.has(boot.console, "Hello from user mode", "and ran init before")


def command_lines():
    loud = machine.boot("init=/bin/hello")
    quiet = machine.boot("quiet init=/bin/hello")
    tap.ok(len(quiet.console) < len(loud.console) / 4 and
           "Hello from user mode" in quiet.console,
           "quiet: little but the program's output", quiet)
    boot = machine.boot("mem=32M init=/bin/cat /proc/meminfo")
    total = [int(line.split()[1]) for line in boot.console.splitlines()
             if line.startswith("MemTotal:")]
    tap.ok(total and 16 * 1024 < total[0] <= 32 * 1024,
           "mem=32M limits the memory", boot)
    boot = machine.boot("frobnicate=1 init=/bin/hello")
    tap.has(boot.console, "frobnicate", "an unknown option is named")
    tap.is_(boot.status, 0, "and init runs", boot)
    boot = machine.boot("init=/test/arguments one NAME=value quiet -- two "
                        "--opt=3", initrd=TESTS)
    said = [line for line in boot.console.splitlines()
            if re.match(r"argv|env", line)]
    tap.is_(said, ["argv[0] /test/arguments", "argv[1] one", "argv[2] two",
                   "argv[3] --opt=3", "env HOME=/", "env TERM=linux",
                   "env PATH=/bin", "env NAME=value"],
            "words and variables that are no options reach init", boot)
    boot = machine.boot(None)
    tap.is_(boot.status, 0, "no command line at all", boot)


def no_init():
    boot = machine.boot("init=/bin/nothing")
    tap.is_(boot.status, 255, "init missing: status 255", boot)
    tap.has(boot.console, "/bin/nothing", "and a message that names it")
    boot = machine.boot("init=bin/hello")
    tap.ok(boot.status == 255 and "init=bin/hello expects an absolute path"
           in boot.console and "Hello" not in boot.console,
           "a relative path of init is named and not run", boot)
    boot = machine.boot("init=/etc")
    tap.is_(boot.status, 255, "init is a directory: status 255", boot)


def someone_elses_program():
    archive = write("other.cpio", cpio.archive({"any/program": elf.program()}))
    boot = machine.boot("init=/any/program", initrd=archive)
    tap.is_(boot.status, 42, "a hand-made ELF in a hand-made archive", boot)
    boot = machine.boot("rdinit=/none init=/any/program", initrd=archive)
    tap.is_(boot.status, 42, "rdinit= gives way to init=", boot)
    boot = machine.boot("rdinit=/any/program init=/none", initrd=archive)
    tap.is_(boot.status, 42, "and is asked first", boot)
    boot = machine.boot("", initrd=archive)
    tap.is_(boot.status, 255, "an archive without any usual init", boot)
    archive = write("usual.cpio", cpio.archive({"init": b"no program",
                                                "bin/sh": elf.program()}))
    boot = machine.boot("", initrd=archive)
    tap.is_(boot.status, 42, "of the usual names the first that runs", boot)
    tap.has(boot.console, "/init: ", "after a word on the one that does not")


def built_in_archive():
    boot = machine.boot("init=/bin/hello", initrd=None)
    tap.has(boot.console, "Hello from user mode",
            "no -initrd: the built-in archive")


def other_ways_to_start():
    kernel = f"{machine.OUT}/pagewalk.elf"
    boot = machine.boot("init=/bin/hello", kernel=kernel, initrd=None)
    tap.is_(boot.status, 0, "the ELF image, no loader's help", boot)
    tap.has(boot.console, "Hello from user mode",
            "takes its command line by semihosting, its archive built in")
    boot = machine.boot(kernel=None, initrd=None, semihosting=False, extra=[
        "-bios", f"{machine.OUT}/nor.bin", "-semihosting-config",
        "enable=on,target=native,arg=pagewalk,arg=init=/bin/hello"])
    tap.is_(boot.status, 0, "a boot from NOR flash", boot)
    tap.has(boot.console, "Hello from user mode", "up to init")
    boot = careless_loader(init="/test/registers", initrd=TESTS)
    tap.is_(boot.status, 0,
            "no register that it left open is open to programs", boot)


def other_machines():
    """More cores than we use, and no secure world."""
    for start in ({}, {"kernel": f"{machine.OUT}/pagewalk.elf"}):
        boot = machine.boot("init=/bin/hello", extra=["-smp", "4"], **start)
        tap.is_(boot.status, 0,
                f"four cores, {start.get('kernel', 'the raw image')}", boot)
    boot = machine.boot("init=/bin/hello",
                        extra=["-M", f"{machine.BOARD},secure=off"])
    tap.is_(boot.status, 0, "started in the non-secure world", boot)
    tap.ok(re.search(r"^erratum 751472: .*left to the loader", boot.console,
                     re.M), "errata it may not mend are named", boot)
    boot = machine.boot("init=/bin/hello")
    tap.ok(re.search(r"^mended erratum 751472: ", boot.console, re.M),
           "in the secure world they are mended", boot)
    flash = f"if=pflash,format=raw,readonly=on,file={machine.OUT}/nor.bin"
    boot = machine.boot(kernel=None, initrd=None, extra=[
        "-drive", flash, "-semihosting-config",
        "enable=on,target=native,arg=pagewalk,arg=init=/bin/hello"])
    tap.is_(boot.status, 0, "from a flash drive", boot)


def careless_loader(*options, init="/bin/hello", **kwargs):
    """Boot by tests/system/careless.S, which has the image elsewhere."""
    image = (f"loader,file={machine.OUT}/pagewalk.bin,force-raw=on,"
             f"addr={RAM[machine.BOARD] + 0x1000000:#x}")
    return machine.boot(f"init={init}", kernel=f"{machine.OUT}/careless.bin",
                        extra=["-device", image, *options], **kwargs)


def outer_cache():
    """The L2C-310 as reset leaves it, and as the careless loader does."""
    on = r"^L2 cache: L2C-310 release 0x8, 128 KiB in 8 ways, on$"
    boot = machine.boot("init=/bin/hello")
    tap.ok(re.search(on, boot.console, re.M), "the L2 cache is turned on", boot)
    for secure, says in (("on", on), ("off", "^L2 cache: on, by secure firm")):
        boot = careless_loader("-M", f"{machine.BOARD},secure={secure}")
        tap.ok(boot.status == 0 and re.search(says, boot.console, re.M),
               f"a loader left it on, secure={secure}", boot)


def image_elsewhere():
    """No loader at all: the image, wherever it was put, moves to its place."""
    size = os.path.getsize(f"{machine.OUT}/pagewalk.bin")
    top = RAM[machine.BOARD] + (128 << 20)
    for offset, what in ((0x100000, "U-Boot's own default, above its place"),
                         (0x8000, "where a zImage goes, below"),
                         (0x10000, "in its place"),
                         (0x200000, "a little farther"),
                         (0x10004, "one word above"),
                         (0xfffc, "one word below"),
                         ((top - size) % (128 << 20) & ~0xfff, "RAM's end")):
        address = RAM[machine.BOARD] + offset
        boot = machine.boot(kernel=None, initrd=None, semihosting=False, extra=[
            "-device", f"loader,file={machine.OUT}/pagewalk.bin,force-raw=on,"
            f"addr={address:#x},cpu-num=0", "-semihosting-config",
            "enable=on,target=native,arg=pagewalk,arg=init=/bin/hello"])
        tap.ok(boot.status == 0 and "Hello from user mode" in boot.console,
               f"loaded at {address:#x}: {what}", boot)


def by_a_debugger():
    """The machine stands at reset; gdb puts the ELF's parts where they are linked,
    the program counter at its entry, 0 into r2, and lets it go."""
    console = write("gdb-console", b"")
    line = machine.command(kernel=None, initrd=None, semihosting=False, extra=[
        "-monitor", "none", "-serial", f"file:{console}", "-S", "-gdb", "stdio",
        *machine.COUNTED, "-semihosting-config",
        "enable=on,target=native,arg=pagewalk,arg=init=/bin/hello"])
    said = subprocess.run(
        [GDB, "-batch", "-nx", "-ex", "set architecture arm", "-ex",
         f"set remotetimeout {machine.SECONDS}", "-ex",  # 2 s without
         f"target extended-remote | exec {shlex.join(line)}", "-ex",
         f"load {machine.OUT}/pagewalk.elf", "-ex", "set $r2 = 0", "-ex",
         "continue"], capture_output=True, text=True, timeout=machine.SECONDS,
        env=machine.environment()).stdout
    with open(console, encoding="utf-8", errors="replace") as file:
        printed = file.read()
    tap.ok(f"Start address {RAM[machine.BOARD] + 0x10000:#x}" in said and
           "Hello from user mode" in printed,
           "gdb's load starts the image", (said, printed))


def older_cores():
    """This board's UART is where these machines have theirs."""
    for kind, core in (("realview-eb", "arm926"), ("realview-eb", "arm1136"),
                       ("realview-eb-mpcore", "arm11mpcore")):
        text = "cannot start: this core is older than ARMv7-A."
        said = machine.says([
            machine.QEMU, "-M", kind, "-cpu", core, "-nographic",
            "-kernel", f"{machine.OUT}/pagewalk.bin"], text)
        tap.has(said, text, f"{core} gets a sentence")


def placed(list_at, the_list, initrd_at=None, image_at=0x10000,
           archive=f"{machine.OUT}/initramfs.cpio"):
    """What boots with r2 = list_at: the offset into RAM where the_list lies."""
    base = RAM[machine.BOARD]
    # ldr r2, [pc, #4]; ldr pc, [pc, #4]: the fourth and the fifth word
    stub = struct.pack("<5I", 0xe59f2004, 0xe59ff004, 0, base + list_at,
                       base + image_at)
    parts = [(write("stub", stub), 0x7000000, ",cpu-num=0"),
             (write("list", the_list), list_at, ""),
             (f"{machine.OUT}/pagewalk.bin", image_at, "")]
    if initrd_at:
        parts.append((archive, initrd_at, ""))
    extra = [word for path, at, more in parts for word in (
        "-device", f"loader,file={path},force-raw=on,addr={base + at:#x}{more}")]
    return {"kernel": None, "initrd": None, "extra": extra}


def loaded(*what, **kwargs):
    return machine.boot(**placed(*what), **kwargs)


def atags(mebibytes, initrd=None, command="init=/bin/hello", initrd_bytes=None):
    def tag(number, *words):
        return struct.pack(f"<{2 + len(words)}I", 2 + len(words), number,
                           *words)
    base = RAM[machine.BOARD]
    text = command.encode() + b"\0" * (4 - len(command) % 4)
    blob = tag(0x54410001) + tag(0x54410002, mebibytes << 20, base)
    if initrd:
        size = os.path.getsize(f"{machine.OUT}/initramfs.cpio")
        blob += tag(0x54420005, base + initrd, initrd_bytes or size)
    return blob + tag(0x54410009, *struct.unpack(f"<{len(text) // 4}I", text)) \
        + bytes(8)


def list_anywhere():
    """The list and the archive may lie anywhere but in the image's place."""
    for at, memory, what in ((0x100, 128, "in front of the image"),
                             (0x7fff000, 128, "in RAM's last page"),
                             (0x3ffff000, 1024, "beyond lowmem")):
        boot = loaded(at, atags(memory), memory=f"{memory}M")
        tap.ok("Boot arguments: ATAGs" in boot.console and boot.status == 0,
               f"ATAGs {what}", boot)
    end = os.path.getsize(f"{machine.OUT}/pagewalk.bin") + 0x10000
    base = RAM[machine.BOARD]
    tree = fdt.tree([
        ("memory", {"reg": fdt.cells(base, 128 << 20)}, []),
        ("chosen", {"bootargs": b"init=/bin/hello\0"}, [])])
    roomy = tree[:4] + struct.pack(">I", 1 << 20) + tree[8:]
    bss = end + 0x1000 & ~3
    for at, image, the_list, what in (
            (bss, 0x10000, atags(128), "the .bss of an image in its place"),
            (bss, 0x8000, atags(128), "the .bss of one that lies below it"),
            (0x20000, 0x1000000, atags(128), "an image's place"),
            (0x20000, 0x1000000, roomy, "that place: a tree of 1 MiB, it says"),
            (0xff00, 0x1000000, tree, "the word where that place begins")):
        boot = loaded(at, the_list, None, image)
        tap.ok("init=/bin/hello" in boot.console and boot.status == 0,
               f"a list in {what}", boot)
    text = "r2 points to where the image has its place."
    tap.has(machine.says(machine.command(
        **placed(bss, atags(128), None, 0x800)), text), text,
            "a list in .bss, and an image where it would be kept")
    for kib, at, image, says in (
            (58, 0x20000, 0x1000000, "Command line: init=/bin/hello"),
            (62, 0x20000, 0x1000000, text), (40, bss, 0x8000, text)):
        long = fdt.tree([
            ("memory", {"reg": fdt.cells(base, 128 << 20)}, []),
            ("filler", {"bytes": bytes(kib << 10)}, []),
            ("chosen", {"bootargs": b"init=/bin/hello\0"}, [])])
        tap.has(machine.says(machine.command(
            **placed(at, long, None, image)), says), says,
                f"a tree of {kib} KiB, kept whole or not at all: {says}")
    boot = loaded(0x20000, tree[:-100] + bytes(100), None, 0x1000000)
    tap.has(boot.console, "unusable", "a tree that has been cut off")
    archive = os.path.getsize(f"{machine.OUT}/initramfs.cpio") >> 10
    for at, memory, says in (
            (0x4000000, 128, f"archive {archive} KiB"),
            (0x4000001, 128, "initrd: copied from 0x64000001"),
            (0x38000000, 1024, "initrd: copied from 0x98000000"),
            (0x2ff80000, 1024, "initrd: copied from 0x8ff80000"),
            (0x6000000, 64, "is in no bank of RAM")):
        boot = loaded(0x100, atags(memory, at), at,
                      memory=f"{max(memory, 128)}M")
        tap.ok(says in boot.console and boot.status == 0,
               f"an archive at RAM + {at:#x}: {says}", boot)


def archive_in_the_way():
    """An archive in the place of an image that comes from elsewhere, or of the
    .bss of one that is there, is moved to where the list leaves room."""
    base, half = RAM[machine.BOARD], 512 << 10
    end = os.path.getsize(f"{machine.OUT}/pagewalk.bin") + 0x10000

    def files(kib):
        data = random.Random(kib).randbytes(kib << 10)
        blob = cpio.archive({"any/program": elf.carrying(data)})
        return write(f"carrying-{kib}.cpio", blob), len(blob)

    def by_atags(at, image, kib, initrd_bytes=None):
        path, size = files(kib)
        return loaded(0x100, atags(64, at, "rdinit=/any/program",
                                   initrd_bytes or size), at, image, path)

    for at, image, kib, what in (
            (0x20000, 0x1000000, 512, "whole"),
            (0x20002, 0x1000000, 512, "whole, at no word's address"),
            (0x4000, 0x1000000, 512, "its tail alone"),
            (end - half, 0x1000000, 4096, "its head alone"),
            (0x8000, 0x1000000, 4096, "it is longer than the image"),
            (0x20000, 0x100000, 512, "the image's old place reaches there"),
            (0x20000, 0x400000, 3072, "the image lies where it would go"),
            (end + 0x1000, 0x10000, 512, "in .bss of an image in its place"),
            (end + 0x1000, 0xfffc, 512, "the same, one word below")):
        boot = by_atags(at, image, kib)
        tap.is_(boot.status, 42, f"an archive in the image's place: {what}", boot)
    says = "lay in the image's place and was over"
    boot = by_atags(0x20000, 0x1000000, 512, 61 << 20)
    tap.has(boot.console, says, "longer than the room behind the image")

    def by_tree(at, bytes, initrd, taken, kib=512, own=True):
        """bytes: of an address. taken: offset and length of what is reserved;
        own: the archive is, too, as U-Boot does it."""
        path, size = files(kib)
        nodes = [(f"memory@{base:x}", {"reg": fdt.cells(base, 64 << 20)}, []),
                 ("reserved-memory", {}, [
                     (f"r{n}", {"reg": fdt.cells(base + start, length)}, [])
                     for n, (start, length) in enumerate(taken)]),
                 ("chosen", {
                     "bootargs": b"rdinit=/any/program\0", "linux,initrd-start":
                     (base + initrd).to_bytes(bytes, "big"), "linux,initrd-end":
                     (base + initrd + size).to_bytes(bytes, "big")}, [])]
        return loaded(at, fdt.tree(nodes, [(base + 0x900000, 0x1000), *(
            [(base + initrd, size)] if own else [])]), initrd, 0x1000000, path)

    for at, bytes, initrd, taken, what, *kib in (
            (0x2000000, 8, 0x20000, [], "a device tree names it"),
            (0x2000000, 4, 0x20000, [], "by one cell"),
            (0x20000, 8, 0x40000, [], "and lies there itself"),
            (0x90000, 8, 0x1000, [], "and is copied to where the archive was"),
            (end + 0x60000 & ~7, 8, 0x20000, [], "and lies where it would go"),
            (0x20000, 8, 0x1000, [], "it lies where the list is copied to", 32),
            (0x2000000, 8, 0x20000, [(end + 0x40000, 0x600000),
                                     (end + 0x660000, 0x1000)],
             "more behind the image is reserved")):
        for own in (True, False):
            boot = by_tree(at, bytes, initrd, taken, *kib, own=own)
            tap.is_(boot.status, 42, f"an archive in the image's place: {what}"
                    f"{', and reserves it' if own else ''}", boot)
            kept = sorted((int(start, 16), int(kib) << 10) for kib, start in
                          re.findall(r"(\d+) KiB at (0x\w+) are res", boot.console))
            tap.ok(len(kept) == 1 + len(taken) + own and all(
                a + length <= b for (a, length), (b, _) in zip(kept, kept[1:])),
                f"nothing lies where something is reserved: {what}", boot)
    boot = by_tree(0x2000000, 8, 0x20000, [
        (mib << 20, 2 << 20) for mib in range(5, 64, 4)], 4096, False)
    tap.has(boot.console, says, "no room between what is reserved is as long")
    free = re.search(r"archive serves; load it at (0x\w+) or ab", boot.console)
    free = int(free[1], 16) - base if free else 0x4000000
    path, size = files(512)
    boot = loaded(0x100, atags(64, free, "rdinit=/any/program", size), free,
                  0x1000000, path)
    tap.is_(boot.status, 42, f"the sentence says where there is room: "
            f"RAM + {free:#x}", boot)
    behind = base + (63 << 20)
    boot = by_tree(0x2000000, 8, 0x20000, [
        (5 << 20, 55 << 20), (63 << 20, (1 << 64) - 4096 - behind)], 4096, False)
    tap.has(boot.console, says, "nor is a page that ends where 64 bits do")
    boot = by_tree(0x2000000, 8, 0x20000, [(-base, (1 << 64) - 1)])
    tap.has(boot.console, "the image's place is reserved for somebody else",
            "all is reserved: the search for room ends")
    lost = atags(1024, -0x8000000, "init=/bin/hello", 0x9000000)
    boot = loaded(0x100, lost, 0x20000, 0x1000000, memory="1G")
    tap.has(boot.console, "is in no bank of RAM",
            "one that begins outside of RAM is not read")
    endless = atags(64)[:8] + struct.pack("<2I", 0x40000000, 0x54410007)
    boot = loaded(0x100, endless, 0x20000, 0x1000000)
    tap.has(boot.console, "ATAG 0x54410007 has a length of 1073741824 words",
            "an item of 4 GiB, which leads to itself, ends the list")


def reserved_memory():
    """What a device tree keeps for others is neither given out nor, with
    no-map, mapped; empty banks and those above 4 GiB do not count."""
    base = RAM[machine.BOARD]
    banks = fdt.cells(base, 0x4000000, base + 0x5000000, 0, base + 0x6000000,
                      0x2000000, 0x200000000, 0x40000000)
    def boot_with(dsp, memreserve):
        return loaded(0x6800000, fdt.tree([
            ("memory", {"reg": banks}, []),
            ("reserved-memory", {}, [
                ("firmware", {"reg": fdt.cells(base + 0x2000000, 0x100000),
                              "no-map": b""}, []), *dsp]),
            ("chosen", {"bootargs": b"init=/bin/hello\0"}, [])], memreserve))
    boot = boot_with([("dsp", {"reg": fdt.cells(base + 0x3000000, 0x80000)},
                       [])], [(base + 0x7000000, 0x10000)])
    for says in (f"64 MiB at {base:#x}", f"32 MiB at {base + 0x6000000:#x}",
                 "memory at 8192 MiB, 1024 MiB long, lies above 4 GiB",
                 f"1024 KiB at {base + 0x2000000:#x} are reserved and not map",
                 f"512 KiB at {base + 0x3000000:#x} are reserved",
                 f"64 KiB at {base + 0x7000000:#x} are reserved"):
        tap.has(boot.console, says, says)
    tap.ok(" 0 MiB" not in boot.console.replace(": 0 MiB used", ""),
           "an empty bank is no bank", boot)
    said = [re.search(r"Memory: (\d+) pages of RAM = (\d+) reserved",
                      console) for console in (boot.console,
                                               boot_with([], []).console)]
    tap.ok(all(said) and int(said[0][1]) == (95 << 20) >> 12,
           "pages with no-map are no RAM", boot)
    tap.ok(all(said) and int(said[0][2]) - int(said[1][2]) == 0x90000 >> 12,
           "other reserved pages are RAM, but not free", boot)


def uart_node(at, irq):
    return {"compatible": b"arm,pl011\0", "reg": fdt.cells(at, 0x1000),
            "interrupts": struct.pack(">3I", 0, irq, 4)}


def second_uart(*options, tree, append="quiet init=/bin/sh"):
    """What the machine's first UART said, and what the second one did: it is
    typed at, and heard if the shell ends with 7."""
    first = f"{SCRATCH}/first-uart"
    line = machine.command(append, extra=[
        "-monitor", "none", "-serial", f"file:{first}", "-serial", "stdio",
        *tree, *options])
    child = pexpect.spawn(line[0], line[1:], encoding="utf-8",
                          timeout=machine.SECONDS, env=machine.environment())
    if not child.expect([r"\$ $", pexpect.EOF, pexpect.TIMEOUT]):
        child.sendline("exit 7")
        child.expect([pexpect.EOF, pexpect.TIMEOUT])
    child.close(force=True)
    with open(first, encoding="utf-8", errors="replace") as file:
        return file.read(), child.before, child.exitstatus


def devices_of_a_tree():
    """The board's table has the first of four UARTs. A tree that says another is
    believed: output moves there, and its interrupt brings what is typed."""
    base = RAM[machine.BOARD]
    def tree(console, *nodes):
        return ["-dtb", write("devices.dtb", fdt.tree([
            ("aliases", {"serial1": b"/serial@1000a000\0"}, []),
            ("memory", {"reg": fdt.cells(base, 128 << 20)}, []),
            ("chosen", {"stdout-path": console}, []), *nodes]))]
    uarts = [("serial@10009000", uart_node(0x10009000, 5), []),
             ("serial@1000a000", uart_node(0x1000a000, 6), [])]
    said, _, status = second_uart(tree=tree(b"serial1:115200n8\0", *uarts),
                                  append="init=/bin/sh")
    tap.has(said, "console: from 0x10009000 to the UART at 0x1000a000",
            "stdout-path by an alias: the console moves, and says so before")
    tap.is_(status, 7, "a program reads what is typed there", said)
    said, _, status = second_uart(
        tree=tree(b"/serial@10009000\0", *uarts),
        append="init=/bin/sh earlycon=pl011,0x1000a000")
    tap.ok(status == 7 and "to the UART at 0x1000a000" in said,
           "earlycon= names another UART than the tree", said)
    boot = machine.boot("init=/bin/hello", extra=tree(
        b"/console\0", ("console", {"compatible": b"acme,uart\0"}, [])))
    tap.ok("device tree: the console, /console, is no UART that this image "
           "drives (arm,pl011)" in boot.console and boot.status == 0,
           "a console without a driver is reported, the board's is used",
           boot)
    in_ram = base + 0x1000000
    boot = machine.boot(f"init=/bin/hello earlycon=pl011,{in_ram:#x}",
                        extra=tree(b"/serial\0", ("serial", uart_node(
                            in_ram + 0x1000, 5), [])))
    tap.ok(f"/serial: {in_ram + 0x1000:#x} lies in RAM: left out; expected "
           "registers" in boot.console and boot.status == 0,
           "a tree's UART in RAM is named, and RAM is not mapped as a device",
           boot)
    tap.has(boot.console, f"command line: earlycon=: {in_ram:#x} lies in RAM",
            "nor is earlycon='s")
    boot = machine.boot("init=/bin/hello earlycon=uart8250,mmio32,0x1000a000")
    tap.ok("earlycon= expects pl011,ADDRESS" in boot.console and
           boot.status == 0, "earlycon= of another kind of UART", boot)


def links_of_a_tree():
    """A tree made by dtc, where the console's interrupt goes through the numbers of
    its bus, and clocks are nodes of their own."""
    blob = f"{SCRATCH}/vexpress.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", blob,
                    "tests/system/vexpress.dts"], check=True)
    said, heard, status = second_uart(tree=["-dtb", blob],
                                      append="init=/bin/sh")
    tap.has(said, "the console has interrupt 38, not the board's 37",
            "an interrupt through an interrupt-map")
    tap.is_(status, 7, "it is the right one: what is typed arrives", heard)
    tap.has(said, "the timer's clock has 125000000 Hz, not the board's 100000000",
            "the rate of the timer's clock, by the private timer's node")
    tap.has(said, "the console's clock has 14745600 Hz, not the board's 24000000",
            "and of the UART's")
    tap.has(said, "/serial@210009000: 0x0000000210009000 lies above 4 GiB",
            "a device that no mapping reaches has a sentence")


def tree_and_table_agree():
    """QEMU's own tree has what this board's table has; altered, it has not."""
    boot = machine.boot("init=/bin/hello")
    tap.ok("Boot arguments: device tree" in boot.console and
           "the board's" not in boot.console and boot.status == 0,
           "tree and table agree about each device", boot)
    path = write("virt.dtb", b"")
    subprocess.run([machine.QEMU, *machine.MACHINE, "-nographic", "-machine",
                    f"dumpdtb={path}"], check=True, capture_output=True)
    with open(path, "rb") as file:
        tree = file.read()
    altered = write("altered.dtb", tree.replace(b"arm,pl011\0", b"acme,5501\0"))
    boot = machine.boot("init=/bin/hello", extra=["-dtb", altered])
    tap.ok("is no UART that this image drives (arm,pl011)" in boot.console and
           boot.status == 0, "a UART of an unknown kind: a sentence", boot)


def more_than_4g():
    boot = machine.boot("init=/bin/hello", memory="4G")
    tap.ok("Memory: 3071 MiB at 0x40000000" in boot.console and
           boot.status == 0, "4 GiB from 1 GiB on: those below 4 GiB", boot)


def too_small():
    boot = machine.boot("mem=1M init=/bin/hello")
    tap.is_(boot.status, 255, "too little memory: a panic, status 255", boot)
    tap.has(boot.console, "too small", "the log reports that it is too small")


memory_sizes()
exit_codes()
arguments()
without_semihosting()
command_lines()
no_init()
someone_elses_program()
built_in_archive()
# virt has no flash of ours, no secure world, gives an ELF no memory size, and
# has a device tree of its own where an image without a loader goes.
if machine.BOARD == "vexpress-a9":
    other_ways_to_start()
    outer_cache()
    other_machines()
    image_elsewhere()
    by_a_debugger()
    older_cores()
    list_anywhere()
    archive_in_the_way()
    reserved_memory()
    devices_of_a_tree()
    links_of_a_tree()
else:
    tree_and_table_agree()
    more_than_4g()
too_small()
tap.done()
