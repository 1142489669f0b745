#!/usr/bin/python3
"""walk, maps and who take the name of a function or an object for an address.

It is what the program's symbol table says, moved by where a position-independent
program was loaded. A word that is a number, too, is the symbol. Programs without
symbols, and a file whose section headers lie, are answered with a sentence.
"""

import os
import re
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import cpio
import machine
import pexpect
import tap

SCRATCH = f"{machine.OUT}/system/symbols"
PROMPT = r"\$ $"
# It only waits, by pause(); "face" is a number, too, "twice" an object that is
# static in one file and global in another.
SOURCE = """
static __attribute__((used)) int waits[3000] = { 1 };
__attribute__((used)) int face = 7;
static __attribute__((used)) void thumb(void) { __asm__("nop"); }
void _start(void)
{
	register int nr __asm__("r7") = 29;

	thumb();
	for (;;)
		__asm__ volatile("svc 0" : : "r"(nr) : "r0", "memory");
}
__attribute__((used)) static int twice = 1;
"""
OTHER = "__attribute__((used)) int twice = 2;\n"
E_SHOFF, E_SHNUM = 32, 48  # offsets in the ELF header


def tool(name, *arguments):
    return subprocess.run([f"{os.environ.get('CROSS_COMPILE', 'arm-none-eabi-')}"
                           f"{name}", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def link(name, *options):
    """A program of the two sources: its path."""
    path = f"{SCRATCH}/{name}"
    tool("gcc", "-mcpu=cortex-a9", "-mthumb", "-O1", "-nostdlib", "-fno-common",
         "-Wl,--build-id=none", "-Wl,-z,max-page-size=4096", *options, "-o", path,
         f"{SCRATCH}/one.c", f"{SCRATCH}/two.c")
    return path


def values(path):
    """{name: value} of nm; of a name that is there twice the global one."""
    found = {}
    for line in tool("nm", path).splitlines():
        value, kind, name = line.rsplit(" ", 2)
        if value.strip() and (kind.isupper() or name not in found):
            found[name] = int(value, 16)
    return found


def archive():
    """The programs that are asked about, in an archive with ours."""
    os.makedirs(SCRATCH, exist_ok=True)
    for name, text in ("one.c", SOURCE), ("two.c", OTHER):
        with open(f"{SCRATCH}/{name}", "w") as file:
            file.write(text)
    link("fixed", "-Wl,-Ttext=0x20100")
    link("pie", "-fPIE", "-Wl,-pie,--no-dynamic-linker")
    tool("objcopy", "--strip-all", f"{SCRATCH}/pie", f"{SCRATCH}/stripped")
    files = {}
    for name in "fixed", "pie", "stripped":
        with open(f"{SCRATCH}/{name}", "rb") as file:
            files[f"bin/{name}"] = file.read()
    # A table of sections that begins in the file and ends behind the memory.
    for name, offset, number in (("behind", 0xFFFFFFF0, 40),
                                 ("long", 0x34, 0xFFFF)):
        bad = bytearray(files["bin/pie"])
        struct.pack_into("<I", bad, E_SHOFF, offset)
        struct.pack_into("<H", bad, E_SHNUM, number)
        files[f"bin/{name}"] = bytes(bad)
    for name in "sh", "walk", "maps", "who", "ps":
        with open(f"{machine.USER_OUT}/bin/{name}", "rb") as file:
            files[f"bin/{name}"] = file.read()
    files |= {"proc/.": b"", "dev/.": b"", "tmp/.": b""}
    path = f"{SCRATCH}/archive.cpio"
    with open(path, "wb") as file:
        file.write(cpio.archive(files))
    return path


class Shell:
    def __init__(self):
        line = machine.command("quiet init=/bin/sh", initrd=archive())
        self.child = pexpect.spawn(line[0], line[1:], encoding="utf-8",
                                   timeout=machine.SECONDS,
                                   env=machine.environment())
        self.child.delaybeforesend = None
        self.child.expect(PROMPT)

    def run(self, line):
        self.child.sendline(line)
        self.child.expect(PROMPT)
        return self.child.before.replace("\r", "").split("\n", 1)[1]

    def start(self, name):
        """In the background; its pid, once it runs that program."""
        pid = re.search(r"\] (\d+)", self.run(f"{name} &"))[1]
        while f" {name}\n" not in self.run("ps"):
            pass
        return pid

    def address(self, pid, word):
        """Where walk looks for that word."""
        found = re.match(r"address +0x(\w+)", self.run(f"walk {pid} {word}"))
        return int(found[1], 16) if found else None

    def first_vma(self, pid):
        return int(re.search(r"^ *(\w+)-", self.run(f"maps {pid}"), re.M)[1], 16)


def of_our_programs(shell):
    nm = values(f"{machine.USER_OUT}/bin/sh.debug")
    for name, what in (("main", "a function"), ("find_job", "one of a library"),
                       ("built_in", "a static array"),
                       ("history", "a static array without data in the file"),
                       ("printf", "one of Newlib's")):
        tap.is_(shell.address(1, name), nm[name], f"walk 1 {name}: {what}")
    for line, wanted, text in (
            ("maps 1 main", rf"0x{nm['main']:08x} lies in\n  00010000-\w+ r-xp .*"
             r" /bin/sh .*pages present\n", "the VMA that holds it, alone"),
            ("who 1 last_status", r".* mapped 1 time\n  sh\[1\]  0x"
             rf"{nm['last_status'] & ~0xFFF:08x}  rw-p .*\n",
             "the frame that it lies in is the shell's"),
            ("maps self main", r".*\n.* r-xp .* /bin/maps .*\n",
             "self is the command itself")):
        answer = shell.run(line)
        tap.ok(re.fullmatch(wanted, answer), f"{line}: {text}",
               f"wanted {wanted!r} in\n{answer}")


def of_ones_own(shell):
    for name in "fixed", "pie":
        pid = shell.start(name)
        nm = values(f"{SCRATCH}/{name}")
        bias = shell.first_vma(pid) if name == "pie" else 0
        tap.ok(bool(bias) == (name == "pie"), f"{name}: loaded at {bias:#x}")
        for word, value in (("_start", nm["_start"] & ~1),
                            ("thumb", nm["thumb"] & ~1), ("waits", nm["waits"]),
                            ("face", nm["face"]), ("twice", nm["twice"])):
            tap.is_(shell.address(pid, word), value + bias, f"{name}: {word}")
        tap.is_(shell.address(pid, "0xface"), 0xFACE,
                f"{name}: 0xface is a number")
        tap.is_(shell.address(pid, "beef"), 0xBEEF,
                f"{name}: so is what names nothing there")


def of_none(shell):
    for name, why in (("stripped", "not a hexadecimal address, and /bin/stripped "
                       "has no symbols"), ("behind", "n"), ("long", "n")):
        pid = shell.start(name)
        tap.has(shell.run(f"walk {pid} waits"), f"walk: waits is {why}",
                f"{name}: there are no symbols")
        tap.is_(shell.address(pid, "face"), 0xFACE, f"{name}: face is a number")
    for line, answer in (
            ("walk 1 zzz", "walk: zzz is neither a hexadecimal address nor a "
             "symbol of /bin/sh"),
            ("who 1 0x10000000g", "who: 0x10000000g is neither"),
            ("maps 1 123456789", "maps: 123456789 is neither"),
            ("maps 999 main", "maps: no process 999"),
            ("walk 999 main", "walk: no process 999"),
            ("maps 1 0", "maps: no VMA of process 1 holds 0x00000000")):
        tap.has(shell.run(line), answer, f"$ {line}")


session = Shell()
of_our_programs(session)
of_ones_own(session)
of_none(session)
tap.done()
