#!/usr/bin/python3
"""What is in the TLB while a command runs, by a model of it that follows the run.

make tlb CMD=...: tlb.py COMMAND ... boots QEMU with the plugin follow.c, runs
/bin/COMMAND as process 1 and prints

    look-ups, hits and walks of each address space and of the kernel's global
    entries, and how entries went: pushed out by others, or flushed
    TLB operations by kind, and what each has dropped
    stale hits: look-ups that found an entry which the tables no longer allow, with
    the store that changed the table, and who called the function it is in
    the entries, at one moment

From the environment: ENTRIES=, WAYS=: the TLB's size, 128 and 2 as a Cortex-A9's,
ENTRIES=0: without limit. AT=FUNCTION or FUNCTION:N: the moment is its last or its
Nth call; else the last exit_group. MUTANT=: a kernel with a bug of tests/mutants.
"""

import os
import re
import struct
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import machine

KERNEL = 0              # its row
IMAGE = 0xc0010000      # where the image lies
PAGE = 0xfffff000
TOOLS = os.environ.get("CROSS_COMPILE", "arm-none-eabi-")
OPERATIONS = {"TLBIALL": "every entry", "TLBIASID": "all of an ASID",
              "TLBIMVA": "a page of an ASID, or a global one",
              "TLBIMVAA": "a page of any ASID"}
DEFAULT_AT = "sys_exit_group"


def output_of(*line):
    return subprocess.run(line, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


# ---- the kernel ----------------------------------------------------------------

class Kernel:
    """An image without its suffix: symbols, lines, offsets, instructions."""

    def __init__(self, path):
        self.image, self.elf = f"{path}.bin", f"{path}.elf"
        rows = [line.split() for line in
                output_of(os.environ.get("NM", TOOLS + "nm"), "-n",
                          self.elf).splitlines()]
        self.functions = [(int(at, 16), name) for at, kind, name in rows
                          if kind in "tT" and not name.startswith("$")]
        self.places = {name: at for at, name in self.functions}
        with open(self.image, "rb") as file:
            self.text = file.read()

    def offset(self, member):
        """Of a member of struct task_struct, in bytes."""
        told = output_of(os.environ.get("GDB", "gdb-multiarch"), "-nx", "-batch",
                         "-ex", "print/d (int)&((struct task_struct *)0)->"
                         + member, self.elf)
        return int(told.split("=")[1])

    def function(self, address):
        """(start, name) of the function that an address is in."""
        best = (0, "?")
        for start, name in self.functions:
            if start > address:
                break
            best = start, name
        return best

    def lines(self, address):
        """'function, file:line' of an address: what is inlined there first."""
        told = output_of(TOOLS + "addr2line", "-f", "-i", "-e", self.elf,
                         hex(address)).splitlines()
        return [f"{name}, {os.path.relpath(place.split(' ')[0])}"
                for name, place in zip(told[::2], told[1::2])]

    def calls(self, back, inner):
        """Is back a return address behind a call that may have been inner's?"""
        at = back - 4 - IMAGE
        if back & 3 or not 0 <= at <= len(self.text) - 4:
            return False
        word, = struct.unpack_from("<I", self.text, at)
        if word & 0x0ffffff0 == 0x012fff30:     # BLX, of a register
            return self.function(back - 4)[0] >= IMAGE
        distance = (word & 0xffffff) - (word << 1 & 0x1000000)
        return (word & 0x0f000000 == 0x0b000000 and     # BL
                back + 4 + 4 * distance == inner)

    def callers(self, pc, stack):
        """Names of the functions that led to pc, the nearest first, as far as the
        stack has return addresses of theirs."""
        inner, names = self.function(pc)[0], []
        for word in stack:
            if self.calls(word, inner):
                inner, name = self.function(word - 4)
                names.append(name.split('.')[0])
        return names


# ---- the run ---------------------------------------------------------------------

class Row:
    """What an address space looked up; row 0: all that is global."""

    def __init__(self, words):
        numbers = [int(word) for word in words[:11]]
        (self.number, self.asid, self.tgid, self.hits, self.filled, self.faulted,
         self.evicted, self.dropped, self.stale, self.behind, self.left) = numbers
        self.comm = " ".join(words[11:])

    @property
    def walks(self):
        return self.filled + self.faulted

    @property
    def lookups(self):
        return self.hits + self.walks

    def __str__(self):
        if self.number == KERNEL:
            return "global: the kernel"
        who = f"{self.comm}[{self.tgid}]" if self.tgid else "no program yet"
        return f"ASID {self.asid}: {who}"


class Entry:
    def __init__(self, words):
        self.va, self.mask = int(words[0], 16), int(words[1], 16)
        self.asid, self.row = int(words[2]), int(words[3])
        self.first, self.second = int(words[4], 16), int(words[5], 16)
        self.hits, self.age, self.guilt = (int(word) for word in words[6:])


class Stale:
    """Hits of one entry after one store to the tables."""

    def __init__(self, words):
        self.count, self.writes, self.row = int(words[0]), int(words[1]), int(words[3])
        self.va, self.pc = int(words[2], 16), int(words[4], 16)
        self.running = int(words[5])
        self.held = [int(word, 16) for word in words[6:8]]
        self.now = [int(word, 16) for word in words[8:10]]
        self.store = None


class Store:
    def __init__(self, words):
        self.pc, self.at, self.old, self.new = (int(word, 16) for word in words[:4])
        self.running = int(words[4])
        self.stack = [int(word, 16) for word in words[5:]]


class Run:
    """What the plugin wrote."""

    def __init__(self, text):
        self.rows, self.operations, self.stale, self.entries = [], {}, [], []
        self.lookups = self.more = 0
        self.at = None
        for kind, *words in (line.split() for line in text.splitlines()):
            if kind == "lookups":
                self.lookups = int(words[0])
            elif kind == "row":
                self.rows.append(Row(words))
            elif kind == "op":
                self.operations[words[0]] = [int(word) for word in words[1:]]
            elif kind == "stale":
                self.stale.append(Stale(words))
            elif kind == "store":
                self.stale[-1].store = Store(words)
            elif kind == "more":
                self.more = int(words[0])
            elif kind == "at":
                self.at = [int(word) for word in words]
            elif kind == "entry":
                self.entries.append(Entry(words))


def run(kernel, command, entries=128, ways=2, at=DEFAULT_AT,
        archive=f"{machine.OUT}/initramfs.cpio"):
    """(how the boot ended, what was seen)"""
    output = f"{machine.OUT}/tlb.{os.getpid()}"
    function, _, call = at.partition(":")
    if function not in kernel.places:
        sys.exit(f"tlb: the kernel has no function {function}")
    options = dict(out=output, entries=entries, ways=ways,
                   tgid=kernel.offset("tgid"), comm=kernel.offset("comm"),
                   at=kernel.places[function], call=call or 0)
    plugin = ",".join(f"{name}={value}" for name, value in options.items())
    machine.QEMU = machine.QEMU_10
    boot = machine.boot(f"quiet init={command}", kernel=kernel.image,
                        initrd=archive,
                        extra=["-plugin", f"{machine.OUT}/tlb.so,{plugin}"])
    with open(output) as file:
        seen = Run(file.read())
    os.remove(output)
    return boot, seen


# ---- the report --------------------------------------------------------------------

def rights(entry_or_words):
    """Of a descriptor: who may do what (AFE is set)."""
    first, second = entry_or_words
    if first & 3 == 1 and not second & 3:
        return "nothing"
    if first & 3 == 0:
        return "nothing"
    if first & 3 == 1:
        user, read_only, never = second >> 5 & 1, second >> 9 & 1, second & 1
    else:
        user, read_only, never = first >> 11 & 1, first >> 15 & 1, first >> 4 & 1
    return (f"{'user' if user else 'kernel'} r{'-' if read_only else 'w'}"
            f"{'-' if never else 'x'}")


def frame(first, second):
    return second & PAGE if first & 3 == 1 else first & 0xfff00000


def described(words):
    said = rights(words)
    word = words[1] if words[0] & 3 == 1 else words[0]
    if said == "nothing":
        return f"0x{word:08x}: nothing"
    return f"0x{word:08x}: frame 0x{frame(*words):08x}, {said}"


def rows_text(seen):
    yield (f"{'':<28}{'look-ups':>10}{'hits':>10}{'walks':>7}{'no page':>9}"
           f"{'evicted':>8}{'flushed':>8}{'left':>6}{'stale':>7}")
    for row in seen.rows:
        yield (f"{str(row):<28}{row.lookups:>10}{row.hits:>10}{row.walks:>8}"
               f"{row.faulted:>8}{row.evicted:>8}{row.dropped:>8}{row.left:>6}"
               f"{row.stale:>7}")


def operations_text(seen):
    yield (f"{'TLB operation, which drops':<50}{'times':>7}{'user entries':>14}"
           f"{'global ones':>13}")
    for name, what in OPERATIONS.items():
        times, dropped, of_all = seen.operations[name]
        yield f"{name:<10}{what:<40}{times:>7}{dropped - of_all:>14}{of_all:>13}"


def store_text(store, kernel):
    """Where the tables were changed."""
    if not store:
        yield "No store has changed the tables: the ASID has others now. Left stale are"
        return
    lines = kernel.lines(store.pc)
    yield f"After the store at 0x{store.pc:08x} a flush is missing:"
    yield from (f"    {'in ' if i else '   '}{line}" for i, line in enumerate(lines))
    callers = kernel.callers(store.pc, store.stack)
    if callers:
        yield f"    called by {', '.join(callers)}"
    yield "It has left stale"


def place_text(one, seen):
    """One page."""
    writes = f", {one.writes} of them to write" if one.writes else ""
    yield (f"    0x{one.va:08x} of {seen.rows[one.row]}: {one.count} "
           f"hit{'s' if one.count > 1 else ''}{writes}, first at pc 0x{one.pc:08x}")
    if one.running not in (one.row, KERNEL):
        yield f"        used by {seen.rows[one.running]}"
    yield f"        in the TLB     {described(one.held)}"
    yield f"        in the tables  {described(one.now)}"
    if one.store:
        yield (f"        0x{one.store.old:08x} became 0x{one.store.new:08x} at "
               f"0x{one.store.at:08x}, by {seen.rows[one.store.running]}")


def behind_text(seen):
    """Rights that were raised and not flushed: law 5 allows one fault for each."""
    for row in seen.rows:
        if row.behind:
            yield (f"{row.behind} writes of {row} found an entry that is read-only "
                   "still: a fault each, without end if nothing flushes.")


def stale_text(seen, kernel):
    total = sum(row.stale for row in seen.rows)
    yield from behind_text(seen)
    if not total:
        yield ("No stale hit: each entry that was used said what the tables say, "
               "or allowed less.")
        return
    yield (f"{total} stale hits: the TLB had an entry that allows what the tables "
           "no longer do.")
    by_store = {}
    for one in seen.stale:
        key = one.store and (one.store.pc, *kernel.callers(one.store.pc,
                                                           one.store.stack))
        by_store.setdefault(key, []).append(one)
    for places in by_store.values():
        yield ""
        yield from store_text(places[0].store, kernel)
        for one in places:
            yield from place_text(one, seen)
    if seen.more:
        yield f"{seen.more} more hits at other places"


def entries_text(seen, at):
    if not seen.at:
        yield f"{at} was not called that often: no table of entries."
        return
    call, running, lookups = seen.at
    yield (f"In the TLB at call {call} of {at.partition(':')[0]}, by "
           f"{seen.rows[running]}, after {lookups} look-ups:")
    yield (f"{'address':<12}{'size':<8}{'whose':<22}{'frame':<12}{'rights':<12}"
           f"{'hits':>9}{'age':>10}")
    for one in sorted(seen.entries, key=lambda e: (e.row == KERNEL, e.row, e.va)):
        size = "4 KiB" if one.mask == PAGE else "1 MiB"
        yield (f"0x{one.va:08x}  {size:<8}{str(seen.rows[one.row]):<22}"
               f"0x{frame(one.first, one.second):08x}  "
               f"{rights((one.first, one.second)):<12}{one.hits:>9}{one.age:>10}")


def report(seen, kernel, entries, ways, at):
    size = f"{entries} entries, {ways} ways" if entries else "no limit"
    yield f"A TLB of {size}; {seen.lookups} look-ups"
    yield ""
    yield from rows_text(seen)
    yield ""
    yield from operations_text(seen)
    yield ""
    yield from stale_text(seen, kernel)
    yield ""
    yield from entries_text(seen, at)


def number(name, default):
    word = os.environ.get(name) or default
    if not re.fullmatch(r"\d+", word):
        sys.exit(f"tlb: {name}={word} is not a number")
    return int(word)


def main(*command):
    if machine.BOARD != "vexpress-a9":
        sys.exit("tlb: the plugin knows the board vexpress-a9 alone")
    if not machine.runs(machine.QEMU_10):
        sys.exit(f"{machine.QEMU_10} is not there: `make check-hw` fetches it")
    entries, ways = number("ENTRIES", "128"), number("WAYS", "2")
    sets = entries // ways if ways else 0
    if ways == 0 or entries % ways or sets & (sets - 1):
        sys.exit("tlb: ENTRIES / WAYS must be a power of 2")
    mutant, at = os.environ.get("MUTANT"), os.environ.get("AT") or DEFAULT_AT
    kernel = Kernel(f"{machine.OUT}/mutant/{mutant}" if mutant else
                    f"{machine.OUT}/pagewalk")
    boot, seen = run(kernel, "/bin/" + " ".join(command), entries, ways, at)
    if boot.timed_out or not any(row.tgid for row in seen.rows):
        sys.exit(f"tlb: no program has run to its end:\n{boot}")
    print("\n".join(report(seen, kernel, entries, ways, at)))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
