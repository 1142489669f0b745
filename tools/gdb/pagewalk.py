"""Commands for gdb on a running Pagewalk: `make debug`, or by hand

    gdb-multiarch build/vexpress-a9/pagewalk.elf
    (gdb) source tools/gdb/pagewalk.py

and on a core of `make dump`. Without a PID a command means the running task.

  ps            every task: pid, state, name, address space
  vmas [PID]    the VMAs of a process
  pgd [PID]     first-level entries in use; those of process 0 are the kernel's
  pte VA [PID]  the page-table walk of an address, descriptor by descriptor
  page WHAT     the struct page of a frame, a linear address or a struct page
  who WHAT [PID]  every user entry that maps a frame, or the one behind an address
  buddy         the free blocks of each order
  slab          the caches, their slabs and objects
  trace [N]     the last events recorded (trace= on the command line, /proc/trace)
  fsr [WORD]    what a fault status says; without a word the last data abort's
  locks         the locks that are held, and where they were taken
  dmesg         the kernel's log
  program NAME  the symbols of a program of ours, to set breakpoints in it

Those of the running task's program come by themselves at each stop. A backtrace
goes through an exception: vector_swi and its kind are the frames between.
"""

import inspect
import os
import re
import subprocess

import gdb
from gdb.FrameDecorator import FrameDecorator

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PAGE_OFFSET = 0xC0000000
TASK_SIZE = 0xC0000000
PAGE_SIZE = 4096
MAX_EVENTS = 20
FLAGS = ((1, "r"), (2, "w"), (4, "x"), (8, "s"))


def value(expression):
    return gdb.parse_and_eval(expression)


def tailq(head, link):
    """The elements of a TAILQ."""
    element = head["tqh_first"]
    while element:
        yield element.dereference()
        element = element[link]["tqe_next"]


def tasks():
    yield value("init_task")
    yield from tailq(value("all_tasks"), "tasks")


def task_by_pid(text):
    for task in tasks():
        if int(task["pid"]) == int(text, 0):
            return task
    raise gdb.GdbError(f"no task has pid {text}")


def register(name):
    """Its value; 0 where the target does not tell it, as a core does not."""
    try:
        return int(value(f"${name}")) & 0xFFFFFFFF
    except (gdb.error, TypeError):
        return 0


def stack_pointers():
    """sp of this frame and of those around it: one is the kernel's."""
    frame = gdb.newest_frame()
    while frame:
        yield int(frame.read_register("sp")) & 0xFFFFFFFF
        try:
            frame = frame.older()
        except gdb.error:
            return


def current():
    """The task that runs: TPIDRPRW points to it; a core has only its stack."""
    pointers = {register(name) for name in ("TPIDRPRW_S", "TPIDRPRW")}
    everybody = list(tasks())
    for task in everybody:
        if int(task.address) in pointers:
            return task
    for sp in stack_pointers():
        for task in everybody:
            if int(task["stack"]) <= sp < int(task["stack"]) + 2 * PAGE_SIZE:
                return task
    raise gdb.GdbError("no task runs yet")


def mm_of(text):
    """The mm_struct of a pid, of the running task if there is none; the kernel's
    of process 0."""
    task = task_by_pid(text) if text else current()
    mm = task["thread_info"]["mm"]
    if mm:
        return mm.dereference()
    if int(task["pid"]) == 0:
        return value("init_mm")
    raise gdb.GdbError(f"{task['comm'].string()} is a kernel thread: it has no "
                       "address space of its own")


def file_name(file):
    """The last part of an open file's name."""
    if not file:
        return "anonymous"
    entry = file["f_inode"]["i_entry"]
    if not entry:
        return "(deleted)"
    name = entry["name"]  # a flexible array: gdb knows no length
    return name.address.cast(gdb.lookup_type("char").pointer()).string()


def phys_offset():
    """lowmem: va - pa, known from where the image is linked and loaded."""
    boot = int(value("(unsigned long)&__boot_end"))
    text = int(value("(unsigned long)&_stext"))
    return text - boot


def word(pa):
    address = pa + phys_offset()
    raw = gdb.selected_inferior().read_memory(address, 4)
    return int.from_bytes(bytes(raw), "little")


def rights(flags):
    return "".join(letter if flags & bit else "-" for bit, letter in FLAGS)


def describe_l1(desc):
    kind = desc & 3
    if kind == 0:
        return "nothing"
    if kind == 1:
        return f"table at 0x{desc & 0xFFFFFC00:08x}"
    return f"section of 1 MiB at 0x{desc & 0xFFF00000:08x}"


def describe_l2(desc):
    if desc & 3 == 0:
        return "nothing"
    access = (desc >> 4 & 3) | (desc >> 7 & 4)
    write = "read-only" if access & 4 else "writable"
    user = "user" if access & 2 else "kernel only"
    young = "young" if access & 1 else "old"
    run = "not executable" if desc & 1 else "executable"
    scope = "nG" if desc & 0x800 else "global"
    return (f"page at 0x{desc & 0xFFFFF000:08x}: {write}, {user}, {run}, "
            f"{scope}, {young}")


# ---- frames --------------------------------------------------------------------

def page_flags():
    """{bit: name} of page->flags, from the header."""
    with open(f"{ROOT}/alloc/alloc.h") as header:
        return {int(bit, 16): name.lower().replace("_", " ") for name, bit in
                re.findall(r"#define PG_(\w+)\s+(0x\w+)", header.read())}


def first_frame():
    """The physical address that mem_map[0] is about."""
    return (PAGE_OFFSET - phys_offset()) & 0xFFFFFFFF


def nr_frames():
    """How many struct pages there are."""
    return (int(value("high_memory")) - PAGE_OFFSET) // PAGE_SIZE


def page_of(where):
    """(frame, its struct page) of a frame, a linear address or a struct page."""
    base, size = int(value("mem_map")), value("sizeof(struct page)")
    if base <= where < base + int(size) * nr_frames():
        index = (where - base) // int(size)
    elif PAGE_OFFSET <= where:
        index = (where - PAGE_OFFSET) // PAGE_SIZE
    else:
        index = (where - first_frame()) // PAGE_SIZE
    if not 0 <= index < nr_frames():
        raise gdb.GdbError(f"0x{where:08x} is no frame of RAM, nor in the "
                           "linear map")
    return first_frame() + index * PAGE_SIZE, value("mem_map")[index]


def words(pa, count):
    raw = bytes(gdb.selected_inferior().read_memory(pa + phys_offset(),
                                                    4 * count))
    return [int.from_bytes(raw[n:n + 4], "little")
            for n in range(0, len(raw), 4)]


def user_entries(mm):
    """(address, second-level descriptor) of each user page that is mapped."""
    pgd = int(mm["pgd"]) - phys_offset()
    for first, desc in enumerate(words(pgd, TASK_SIZE >> 20)):
        if desc & 3 == 1:
            for second, entry in enumerate(words(desc & 0xFFFFFC00, 256)):
                if entry & 3:
                    yield first << 20 | second << 12, entry


def frame_behind(mm, va):
    desc = int(mm["pgd"][va >> 20]["val"])
    if desc & 3 == 2:
        return desc & 0xFFF00000 | va & 0xFF000
    entry = word((desc & 0xFFFFFC00) + 4 * (va >> 12 & 0xFF)) \
        if desc & 3 == 1 else 0
    if not entry & 3:
        raise gdb.GdbError(f"no page is mapped at 0x{va:08x}")
    return entry & 0xFFFFF000


def place(address):
    """A text address as function + offset."""
    symbol = gdb.execute(f"info symbol {address}", to_string=True)
    return symbol.split(" in section")[0].strip()


# ---- the running program -------------------------------------------------------

class Symbols:
    """The symbols of programs: what user.mk keeps beside each as NAME.debug."""

    wanted, loaded = None, None

    @staticmethod
    def file_of(name):
        kernel = gdb.current_progspace().filename or "."
        for out in (os.path.dirname(kernel), os.path.dirname(kernel) + "/.."):
            for folder in ("bin", "test"):
                path = os.path.normpath(f"{out}/user/{folder}/{name}.debug")
                if os.path.exists(path):
                    return path
        return None

    @classmethod
    def use(cls, path):
        if path == cls.loaded:
            return
        if cls.loaded:
            gdb.execute(f"remove-symbol-file {cls.loaded}", to_string=True)
        cls.loaded = path
        if path:
            gdb.execute(f"add-symbol-file {path}", to_string=True)

    @classmethod
    def at_stop(cls, _event):
        """Those of the task that runs now, unless one was asked for."""
        if cls.wanted:
            return
        try:
            mm = current()["thread_info"]["mm"]
            if mm:
                cls.use(cls.file_of(file_name(mm["exe_file"])))
        except (gdb.error, gdb.MemoryError, gdb.GdbError):
            pass                        # so early that there are no tasks


class Exception_frame(FrameDecorator):
    """An exception by its vector's name, not as gdb calls all of them."""

    def function(self):
        frame = self.inferior_frame()
        if frame.type() == gdb.SIGTRAMP_FRAME and frame.name():
            return f"{frame.name()} <exception>"
        return super().function()


class Filter:
    """What `backtrace` asks."""

    name, priority, enabled = "pagewalk", 100, True

    def filter(self, frames):
        return map(Exception_frame, frames)


class Running(gdb.Function):
    """$pid(): of the running task, as in break do_exit if $pid() == 1."""

    def __init__(self):
        super().__init__("pid")

    def invoke(self):
        return int(current()["pid"])


# ---- the commands --------------------------------------------------------------

class Command(gdb.Command):
    """A command whose name is its class's and whose work is run(). Its text
    is what `help NAME` says; up to the colon it is the usage."""

    def __init__(self):
        super().__init__(type(self).__name__.lower(), gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        words = gdb.string_to_argv(argument)
        try:
            inspect.signature(self.run).bind(*words)
        except TypeError:
            usage = type(self).__doc__.split(":")[0]
            raise gdb.GdbError(f"usage: {usage}") from None
        try:
            self.run(*words)
        except (gdb.error, ValueError) as error:
            raise gdb.GdbError(str(error)) from None


class Ps(Command):
    """ps: every task."""

    def run(self):
        print("  PID STATE            MM          NAME")
        for task in tasks():
            mm = int(task["thread_info"]["mm"])
            state = str(task["state"]).replace("TASK_", "").lower()
            print(f"{int(task['pid']):5} {state:16} 0x{mm:08x}  "
                  f"{task['comm'].string()}")


class Vmas(Command):
    """vmas [PID]: the VMAs of a process."""

    def run(self, pid=""):
        for vma in tailq(mm_of(pid)["mmap"], "vm_link"):
            what = file_name(vma["vm_file"])
            print(f"{int(vma['vm_start']):08x}-{int(vma['vm_end']):08x} "
                  f"{rights(int(vma['vm_flags']))} {what}")


class Pgd(Command):
    """pgd [PID]: first-level entries in use."""

    def run(self, pid=""):
        mm = mm_of(pid)
        pgd, last = mm["pgd"], None
        kernel = mm.address == value("init_mm").address
        for i in range(4096 if kernel else TASK_SIZE >> 20):
            desc = int(pgd[i]["val"])
            same = last is not None and desc & 3 == 2 and \
                desc == (last + 0x100000) & 0xFFFFFFFF
            last = desc
            if desc & 3 and not same:
                print(f"0x{i << 20:08x}  0x{desc:08x}  {describe_l1(desc)}")


class Pte(Command):
    """pte VA [PID]: the page-table walk of an address."""

    def run(self, va, pid=""):
        va = int(value(va)) & 0xFFFFFFFF
        desc = int(mm_of(pid)["pgd"][va >> 20]["val"])
        print(f"L1[{va >> 20}] = 0x{desc:08x}: {describe_l1(desc)}")
        if desc & 3 == 1:
            index = va >> 12 & 0xFF
            second = word((desc & 0xFFFFFC00) + 4 * index)
            print(f"L2[{index}] = 0x{second:08x}: {describe_l2(second)}")


class Page(Command):
    """page WHAT: the struct page of a frame, linear address or struct page."""

    def run(self, what):
        frame, page = page_of(int(value(what)) & 0xFFFFFFFF)
        flags = int(page["flags"])
        names = [name for bit, name in page_flags().items()
                 if flags & bit] or ["no flag: of a larger block, or the kernel's"]
        print(f"frame 0x{frame:08x}, struct page 0x{int(page.address):08x}: "
              f"{', '.join(names)}; order {flags >> 24}")
        print(f"  references {int(page['_refcount']['counter'])}, "
              f"entries that map it {int(page['_mapcount']['counter'])}")
        if "slab" in names and page["slab_cache"]:
            cache = page["slab_cache"].dereference()
            print(f"  of the cache {cache['name'].string()}: {int(page['inuse'])} "
                  f"of {int(cache['objects'])} objects not on its own list")
        if "cache" in names and page["mapping"]:
            print(f"  page {int(page['index'])} of a file, address_space "
                  f"0x{int(page['mapping']):08x}")


class Who(Command):
    """who WHAT [PID]: every user entry that maps a frame. WHAT is the frame or,
    below PAGE_OFFSET and no RAM or with a PID, an address of the process."""

    def run(self, what, pid=""):
        where = int(value(what)) & 0xFFFFFFFF
        ram = range(first_frame(), first_frame() + nr_frames() * PAGE_SIZE)
        if pid or (where < PAGE_OFFSET and where not in ram):
            frame = frame_behind(mm_of(pid), where)
        else:
            frame = page_of(where)[0]
        times, seen = 0, set()
        print(f"frame 0x{frame:08x}")
        for task in tasks():
            mm = task["thread_info"]["mm"]
            if not mm or int(mm) in seen:
                continue
            seen.add(int(mm))
            for va, entry in user_entries(mm.dereference()):
                if entry & 0xFFFFF000 == frame:
                    times += 1
                    print(f"  {task['comm'].string()}[{int(task['pid'])}] "
                          f"0x{va:08x}  {describe_l2(entry)}")
        print(f"  {times} entries")


class Buddy(Command):
    """buddy: the free blocks of each order."""

    def run(self):
        total, areas = 0, value("zone.free_area")
        for order in range(int(areas.type.range()[1]) + 1):
            block, count = areas[order]["lh_first"], 0
            while block:
                count += 1
                block = block["buddy_list"]["le_next"]
            total += count << order
            print(f"order {order:2}  {count:5} blocks of "
                  f"{4 << order:5} KiB")
        print(f"{total} pages, and zone.free_pages is "
              f"{int(value('zone.free_pages'))}")


class Slab(Command):
    """slab: the caches, their slabs and objects."""

    def run(self):
        print("CACHE            SLABS PARTIAL OBJECTS/SLAB BYTES PAGES/SLAB")
        for cache in tailq(value("slab_caches"), "link"):
            print(f"{cache['name'].string():16} {int(cache['nr_slabs']):5} "
                  f"{int(cache['nr_partial']):7} {int(cache['objects']):12} "
                  f"{int(cache['object_size']):5} {1 << int(cache['order']):10}")


class Trace(Command):
    """trace [N]: the last N events recorded."""

    def run(self, count=str(MAX_EVENTS)):
        size, total = int(value("ring_size")), int(value("recorded"))
        ring = value("'inspect/trace.c'::ring")
        count = min(int(count, 0), size, total)
        if not count:
            print("nothing is recorded: trace=fault,switch on the command line, "
                  "or write that to /proc/trace")
        for n in range(count, 0, -1):
            event = ring[(int(value("next_slot")) - n) % size]
            kind = value("kind_names")[int(event["kind"])].string()
            print(f"{int(event['ns']) / 1e9:12.6f} {event['comm'].string()}"
                  f"[{int(event['pid'])}] pc 0x{int(event['pc']):08x} {kind:6} "
                  + " ".join(f"0x{int(event[word]):x}" for word in "abcd"))


class Fsr(Command):
    """fsr [WORD]: what a fault status says; without one, the last data abort's."""

    def run(self, status=""):
        if not (status or register("SCTLR_S") or register("SCTLR")):
            raise gdb.GdbError("a core has no system registers: give the word, "
                               "as in fsr 0x817")
        text = status or hex(register("DFSR_S") or register("DFSR"))
        if not status:
            print(f"DFAR 0x{register('DFAR_S') or register('DFAR'):08x}")
        print(subprocess.run([f"{ROOT}/tools/explain", "fsr",
                              hex(int(value(text)))], stdout=subprocess.PIPE,
                             text=True, check=False).stdout, end="")


class Locks(Command):
    """locks: the locks that are held. A spinlock holds where it was taken."""

    def run(self):
        held = 0
        listing = gdb.execute("info variables -q -t spinlock_t", to_string=True)
        for name in re.findall(r"spinlock_t (\w+)( =|;)", listing):
            at = int(value(name[0])["held"])
            if at:
                held += 1
                print(f"spinlock {name[0]}: taken in {place(at)}")
        seen = set()
        for task in tasks():
            mm = task["thread_info"]["mm"]
            if not mm or int(mm) in seen:
                continue
            seen.add(int(mm))
            held += self.of_mm(task, mm.dereference())
        print(f"{held} held")

    @staticmethod
    def of_mm(task, mm):
        """How many of an address space's two are held."""
        who = f"{task['comm'].string()}[{int(task['pid'])}]"
        word, at = int(mm["mmap_lock"]["count"]["counter"]), \
            int(mm["page_table_lock"]["held"])
        if at:
            print(f"spinlock page_table_lock of {who}: taken in {place(at)}")
        if word:
            how = "a writer" if word < 0 else f"{word >> 1} readers"
            wait = ", others wait" if word & 1 else ""
            print(f"mmap_lock of {who}: {how}{wait}")
        return (at != 0) + (word != 0)


class Program(Command):
    """program NAME: the symbols of a program of ours; none: the running one's."""

    def run(self, name=""):
        Symbols.wanted = name and Symbols.file_of(name)
        if name and not Symbols.wanted:
            raise gdb.GdbError(f"there is no {name}.debug in user/bin or "
                               "user/test beside the kernel")
        if name:
            Symbols.use(Symbols.wanted)
        else:
            Symbols.at_stop(None)
        print(f"symbols of {Symbols.loaded}")


class Dmesg(Command):
    """dmesg: the kernel's log."""

    def run(self):
        ring, head = value("log_ring"), int(value("log_head"))
        size = ring.type.sizeof
        start = max(0, head - size)
        raw = gdb.selected_inferior().read_memory(int(ring.address), size)
        text = bytes(raw)
        kept = b"".join(text[n % size:n % size + 1]
                        for n in range(start, head))
        print(kept.decode("utf-8", "replace"), end="")


for command in (Ps, Vmas, Pgd, Pte, Page, Who, Buddy, Slab, Trace, Fsr, Locks,
                Dmesg, Program):
    command()
gdb.events.stop.connect(Symbols.at_stop)
gdb.frame_filters["pagewalk"] = Filter()
Running()
Symbols.at_stop(None)                   # a core has stopped long ago
