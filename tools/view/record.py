"""Inside gdb: the states of the machine, one at each event that it records.

tools/view/view.py starts this. QEMU keeps the machine's memory in a file (RAM),
and gdb, which started QEMU over a pipe, stops the kernel where it records an
event (inspect/trace.c: record_event). While it stands still, the tables of all processes
are read as the MMU would read them, out of the file, and the kernel's lists of
tasks, VMAs and frames, whose layout the ELF's debug information tells. So the
film needs nothing of the kernel, and with -icount the run is the same,
instruction by instruction, as without anybody watching.

Environment: MACHINE (the QEMU line), RAM, FILM (the JSON that is written), RING
(how many events the kernel keeps).
"""

import json
import mmap
import os
import re
import struct

import gdb

PAGE = 4096
PAGE_OFFSET = TASK_SIZE = 0xC0000000
THREAD_SIZE = 8192
RIGHTS = ((1, "r"), (2, "w"), (4, "x"))
VM_MAYSHARE = 0x80
PG = {name: int(bits, 0) for name, bits in
      re.findall(r"#define (PG_\w+)\s+(\w+)", open("alloc/alloc.h").read())}
FRAMES_SHOWN = 4        # of the kernel's call chain


# ---- the machine's memory -----------------------------------------------------

class Memory:
    """Physical memory, and the kernel's view of it."""

    def __init__(self, path):
        with open(path, "r+b") as file:
            self.ram = mmap.mmap(file.fileno(), 0)
        # lowmem: va - pa, known from where the image is linked and loaded
        self.linear = address("_stext") - address("__boot_end")
        self.base = PAGE_OFFSET - self.linear

    def physical(self, va):
        """Of a kernel address: in the linear map, or by the kernel's tables."""
        pa = va - self.linear
        if 0 <= pa - self.base < len(self.ram):
            return pa
        first = self.word_at(kernel_pgd() + (va >> 20) * 4)
        return (self.word_at((first & ~0x3FF) + (va >> 12 & 0xFF) * 4)
                & ~0xFFF) + (va & 0xFFF)

    def word_at(self, pa):
        return struct.unpack_from("<I", self.ram, pa - self.base)[0]

    def words_at(self, pa, count):
        return struct.unpack_from(f"<{count}I", self.ram, pa - self.base)

    def word(self, va):
        return self.word_at(self.physical(va))

    def text(self, va, limit=256):
        at = self.physical(va) - self.base
        return self.ram[at:at + limit].split(b"\0")[0].decode("utf-8",
                                                            "replace")


addresses, offsets = {}, {}


def address(name):
    if name not in addresses:
        addresses[name] = int(gdb.parse_and_eval(f"(unsigned long)&{name}"))
    return addresses[name]


def pointer(name):
    """What a pointer of the kernel's points to."""
    return memory.word(address(name))



def offset(kind, path):
    """Of a field, which may be one of a field's: "mmap.tqh_first"."""
    if (kind, path) not in offsets:
        place = gdb.parse_and_eval(f"&((struct {kind} *)0)->{path}")
        offsets[kind, path] = int(place)
    return offsets[kind, path]


def get(kind, address, path):
    return memory.word(address + offset(kind, path))


def kernel_pgd():
    return get("mm_struct", address("init_mm"), "pgd") - memory.linear


def list_of(head, kind, link):
    """The elements of a TAILQ or STAILQ whose first is at head."""
    element = memory.word(head)
    while element:
        yield element
        element = get(kind, element, link)


# ---- processes -----------------------------------------------------------------

def path_of(file):
    inode, path = get("file", file, "f_inode"), ""
    while inode and inode != pointer("root_inode"):
        entry = get("inode", inode, "i_entry")
        if not entry:
            return "(no name)"
        path = "/" + memory.text(entry + offset("dir_entry", "name")) + path
        inode = get("dir_entry", entry, "dir")
    return path or "/"


def vma_name(mm, vma, start, end):
    file = get("vm_area_struct", vma, "vm_file")
    if file:
        return path_of(file)
    if start <= get("mm_struct", mm, "brk") and \
            end >= get("mm_struct", mm, "start_brk"):
        return "[heap]"
    stack = get("mm_struct", mm, "start_stack")
    return "[stack]" if start <= stack <= end else ""


def vmas_of(mm):
    vmas = []
    for vma in list_of(mm + offset("mm_struct", "mmap"), "vm_area_struct",
                       "vm_link.tqe_next"):
        start, end, flags = (get("vm_area_struct", vma, field) for field in
                             ("vm_start", "vm_end", "vm_flags"))
        rights = "".join(letter if flags & bit else "-"
                         for bit, letter in RIGHTS)
        vmas.append([start, end, rights + "ps"[bool(flags & VM_MAYSHARE)],
                     vma_name(mm, vma, start, end)])
    return vmas


def tables_of(pgd, first, last):
    """The entries of a first-level table, and those of each table below it."""
    level1 = memory.words_at(pgd + first * 4, last - first)
    return {"l1": {first: level1},
            "l2": {index << 8: memory.words_at(entry & ~0x3FF, 256)
                   for index, entry in enumerate(level1, first)
                   if entry & 3 == 1}}


def space_of(task):
    mm = get("task_struct", task, "thread_info.mm")
    if not mm:
        return None
    pgd = get("mm_struct", mm, "pgd") - memory.linear
    return {"comm": memory.text(task + offset("task_struct", "comm"), 16),
            "parent": get("task_struct", task, "ppid"), "pgd": pgd,
            "asid": get("mm_struct", mm, "context.id") & 0xFF,
            "vmas": vmas_of(mm), **tables_of(pgd, 0, TASK_SIZE >> 20)}


def kernel_space(areas):
    return {"comm": "kernel", "parent": 0, "pgd": kernel_pgd(), "asid": 0,
            "vmas": areas, **tables_of(kernel_pgd(), TASK_SIZE >> 20, 4096)}


# ---- frames --------------------------------------------------------------------

def number_of(page):
    """Of the frame whose struct page that is."""
    return (page - pointer("mem_map")) // PAGE_STRUCT


def kernel_areas():
    """The areas of vmalloc, and which frames are kernel stacks."""
    areas, stacks = [], set()
    for area in list_of(address("vmap_areas"), "vmap_area", "link.tqe_next"):
        va, size, label = (get("vmap_area", area, field) for field in
                           ("va", "bytes", "label"))
        label = memory.text(label) if label else ""
        areas.append([va, va + size, "rw-p", label or "vmalloc"])
        if label == "stack":
            for page in list_of(area + offset("vmap_area", "pages"), "page",
                                "area_link.stqe_next"):
                stacks.add(number_of(page))
    return areas, stacks


def kind_of(flags, used, mapped):
    """The letter of a frame, as /proc/pagetypemap has them."""
    for name, letter in (("PG_RESERVED", "R"), ("PG_SLAB", "S"),
                         ("PG_TABLE", "T"), ("PG_CACHE", "C"),
                         ("PG_ANON", "A"), ("PG_VMALLOC", "V")):
        if flags & PG[name]:
            return letter
    if mapped:
        return "A"
    return "O" if used else "."


def kinds_of_frames(stacks):
    count = pointer("max_low_pfn") - memory.base // PAGE
    words = memory.words_at(pointer("mem_map") - memory.linear,
                            count * (PAGE_STRUCT // 4))
    image = range((address("__boot_start") - memory.base) // PAGE,
                  (address("_end") - PAGE_OFFSET + PAGE - 1) // PAGE)
    zero = number_of(pointer("empty_zero_page"))
    letters, free_until, known = [], 0, {}
    for frame, (flags, refs, maps, head) in enumerate(zip(
            *(words[i::PAGE_STRUCT // 4] for i in range(4)))):
        if flags & PG["PG_TAIL"]:
            # The block's references are counted in its head alone.
            flags = memory.word(head) & ~PG["PG_BUDDY"]
            refs = memory.word(head + 4)
        if flags & PG["PG_BUDDY"]:
            free_until = frame + (1 << (flags >> PG["PG_ORDER_SHIFT"]))
        key = flags, refs > 0, maps > 0
        if key not in known:
            known[key] = kind_of(*key)
        letters.append("." if frame < free_until else known[key])
    for frame in image:
        letters[frame] = "I"
    for frame in stacks:
        letters[frame] = "K"
    letters[zero] = "0"
    return "".join(letters)


# ---- a state, and what has changed since the last -------------------------------

def take_state():
    """All address spaces, each under its process, and the letters of frames."""
    areas, stacks = kernel_areas()
    spaces = {0: kernel_space(areas)}
    for task in list_of(address("all_tasks"), "task_struct",
                        "tasks.tqe_next"):
        process = get("task_struct", task, "tgid")
        space = space_of(task) if process not in spaces else None
        if space:
            spaces[process] = space
    return spaces, kinds_of_frames(stacks)


def entries_changed(old, new):
    """Of tables: {number: entry}, 0 where there is none any more."""
    changed = {}
    for first in {**old, **new}:
        before, now = (tables.get(first) for tables in (old, new))
        if before == now:
            continue
        for i in range(len(before or now)):
            entry = now[i] if now and now[i] & 3 else 0
            if entry != (before[i] if before and before[i] & 3 else 0):
                changed[first + i] = entry
    return changed


def space_changed(old, new):
    changed = {key: new[key] for key in ("comm", "parent", "pgd", "asid",
                                         "vmas") if old.get(key) != new[key]}
    for level in "l1", "l2":
        entries = entries_changed(old.get(level, {}), new[level])
        if entries:
            changed[level] = entries
    return changed


def changes(old, new):
    """From one state to the next: {"spaces": ..., "gone": ..., "frames": ...}."""
    spaces = {pid: change for pid, space in new[0].items()
              if (change := space_changed(old[0].get(pid, {}), space))}
    frames = [[i, letter] for i, letter in enumerate(new[1])
              if i >= len(old[1]) or old[1][i] != letter]
    return {"spaces": spaces, "gone": [pid for pid in old[0]
                                       if pid not in new[0]],
            "frames": frames}


# ---- events ---------------------------------------------------------------------

def call_chain():
    """Who has the event recorded: [function, file, line], the innermost first. No
    frame of the program is asked for: gdb would try to read its instructions, a
    dozen times, of a machine that lets it see the kernel's memory alone."""
    chain, frame = [], gdb.selected_frame().older()
    while frame:
        place = frame.find_sal()
        if place.symtab and frame.name() and \
                frame.name() not in ("trace_event", "trace_vma"):
            chain.append([frame.name(), os.path.relpath(
                place.symtab.fullname()), place.line])
        if len(chain) == FRAMES_SHOWN or not place.symtab or \
                place.symtab.filename.endswith(".S"):
            break
        frame = frame.older()
    return chain


def register(name):
    return int(gdb.parse_and_eval(f"(unsigned long)${name}"))


def running():
    """Whose event it is, whose address space it is about (0: nobody's yet, as
    when execve fills one), and where the program is: its pc and lr."""
    sp, about, spaces, event = register("sp"), None, {}, {}
    if register("r0") == int(gdb.parse_and_eval("TRACE_FAULT")):
        vma = memory.word(sp) & ~1      # the fifth argument
        about = get("vm_area_struct", vma, "vm_mm")
    for task in list_of(address("all_tasks"), "task_struct",
                        "tasks.tqe_next"):
        process = get("task_struct", task, "tgid")
        mm = get("task_struct", task, "thread_info.mm")
        spaces.setdefault(mm, process)
        stack = get("task_struct", task, "stack")
        if stack <= sp < stack + THREAD_SIZE:
            regs = stack + THREAD_SIZE - PT_REGS
            event = {"process": process,
                     "user": [get("pt_regs", regs, "pc"),
                              get("pt_regs", regs, "lr")]}
            about = about or mm
            if about == mm:
                spaces[mm] = process    # vfork: several have the same
    return {**event, "space": spaces.get(about, 0)}


class Event(gdb.Breakpoint):
    """At the first instruction of record_event(); the machine goes on by itself. What
    does not fit into the kernel's own record is counted alone."""

    before = {}, ""

    def stop(self):
        if len(events) >= int(os.environ["RING"]):
            events.append(None)
            return False
        state = take_state()
        events.append({"where": call_chain(), **running(),
                       "changes": changes(self.before, state)})
        self.before = state
        return False


def size_of(kind):
    return gdb.lookup_type(f"struct {kind}").sizeof


events = []
gdb.execute("set pagination off")
gdb.execute("set confirm off")
# The text is the file's: unwinding asks QEMU for the stack alone.
gdb.execute("set trust-readonly-sections on")
gdb.execute("set remotetimeout 400")
gdb.execute(f"target remote | exec {os.environ['MACHINE']}", to_string=True)
PAGE_STRUCT, PT_REGS = size_of("page"), size_of("pt_regs")
memory = Memory(os.environ["RAM"])
Event(f"*{address('record_event'):#x}")
try:
    gdb.execute("continue", to_string=True)
except gdb.error:
    pass                # QEMU has ended with the machine
with open(os.environ["FILM"], "w") as film:
    json.dump({"base": memory.base, "events": events}, film)
