"""Commands for gdb on a running Pagewalk: `make debug`, or by hand

    gdb-multiarch build/vexpress-a9/pagewalk.elf
    (gdb) source tools/gdb/pagewalk.py

  ps            every task: pid, state, name, address space
  vmas PID      the VMAs of a process
  pgd [PID]     first-level entries in use (no PID: the kernel's)
  pte VA [PID]  the page-table walk of an address, descriptor by descriptor
  dmesg         the kernel's log
"""

import inspect

import gdb

PAGE_OFFSET = 0xC0000000
TASK_SIZE = 0xC0000000
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


def mm_of(text):
    """The mm_struct of a pid; the kernel's for an empty text."""
    if not text:
        return value("init_mm")
    mm = task_by_pid(text)["thread_info"]["mm"]
    if not mm:
        raise gdb.GdbError("a kernel thread has no address space of its own")
    return mm.dereference()


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
    """vmas PID: the VMAs of a process."""

    def run(self, pid):
        for vma in tailq(mm_of(pid)["mmap"], "vm_link"):
            what = file_name(vma["vm_file"])
            print(f"{int(vma['vm_start']):08x}-{int(vma['vm_end']):08x} "
                  f"{rights(int(vma['vm_flags']))} {what}")


class Pgd(Command):
    """pgd [PID]: first-level entries in use."""

    def run(self, pid=""):
        pgd = mm_of(pid)["pgd"]
        last = None
        for i in range(TASK_SIZE >> 20 if pid else 4096):
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


for command in (Ps, Vmas, Pgd, Pte, Dmesg):
    command()
