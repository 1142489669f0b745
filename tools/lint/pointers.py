"""Function pointers: each hides who is called from a reader and from nm.

They belong into a struct NAME_operations, which a reader looks up once, and into
the row of a service. The others are counted here: none may be added
without a line of this table that says why.
"""
import collections
import re

from report import problem, read, say, without_comments

STRUCTURES = re.compile(r"struct (\w+_operations|service)$")

# Fields, variables and types: {file: (how many, why)}.
STORED = {
    "alloc/alloc.h": (1, "struct shrinker: users above register with alloc/"),
    "alloc/internal.h": (1, "struct kmem_cache: the constructor of its objects"),
    "board/generic_timer.c": (1, "the tick, which a board does not know"),
    "board/console.c": (1, "the receiver of console input"),
    "board/irq.c": (1, "the handler of each interrupt"),
    "board/a10_timer.c": (1, "the tick, which a board does not know"),
    "board/global_timer.c": (1, "the tick, which a board does not know"),
    "fs/fs.h": (2, "struct dir_context: what getdents and a path look-up do "
                   "with a name; rw_fn: read and write share their checks"),
    "fs/read_write.c": (1, "rw_fn"),
    "include/file.h": (1, "f_free: mm/ drops files and may name none of fs/"),
    "include/sched.h": (1, "struct restart_block: how a call is continued"),
    "inspect/internal.h": (4, "struct proc_entry: a row per file of /proc"),
    "inspect/proc_kmem_demo.c": (3, "a row per allocator"),
    "lib/printk.c": (1, "the console, from board/"),
    "include/trace.h": (1, "who records events, from inspect/"),
    "lib/trace.c": (1, "the same"),
    "mm/internal.h": (2, "struct mm_walk: what to do with entries and holes"),
    "proc/kthread.c": (1, "the function of a kernel thread"),
    "services/files/read_pieces.c": (2, "rw_fn"),
    "startup/cmdline.c": (1, "a row per option of the command line"),
    "startup/init.c": (1, "a row per step of the start"),
    "startup/core.c": (1, "sys_call_table"),
    "startup/services.c": (1, "sys_call_table"),
    "trap/core_calls.h": (2, "syscall_fn: a row per system call"),
    "trap/fault.c": (2, "abort_fn: a row per fault status"),
}
# Callbacks that a function takes and does not keep, or keeps in one of the
# above: {folder: how many}, declarations and definitions.
PARAMETERS = {"alloc": 10, "board": 8, "fs": 1, "inspect": 2,
              "lib": 3, "mm": 2, "proc": 3, "services": 3,
              "trap": 1}


def function_types(texts):
    """The names of typedefs of functions and of pointers to them."""
    typedef = re.compile(r"\btypedef\s[\w\s*]+?(?:\(\s*\*\s*(\w+)\s*\)|\b(\w+))"
                         r"\s*\((?!\s*\*)")
    return {m[1] or m[2] for text in texts.values()
            for m in typedef.finditer(text)}


def places(text, types):
    """[(line, inside a parameter list?, head of the braces around)] of the
    declarations of pointers to functions in text."""
    forms = [r"[\w*]\s*\(\s*\*(?:\s*const\b)?\s*\w+(?:\[\w*\])*\s*\)\s*\("]
    forms += [rf"\b{name}\b" for name in sorted(types)]
    starts = {m.start() + 1 for m in re.finditer("|".join(forms), text)}
    around, head, depth = [], 0, 0
    for at, char in enumerate(text):
        if at in starts:
            yield (text.count("\n", 0, at) + 1, depth > 0,
                   around[-1] if around else "")
        if char == "{":
            around.append(text[head:at].strip())
        elif char == "}" and around:
            around.pop()
        depth += (char == "(") - (char == ")")
        if char in "{};":
            head, depth = at + 1, 0


def check(files):
    """files: of the kernel."""
    texts = {path: without_comments("\n".join(read(path))) for path in files
             if path.endswith((".c", ".h"))}
    types = function_types(texts)
    stored, passed = collections.defaultdict(list), collections.defaultdict(list)
    for path, text in texts.items():
        for line, parameter, around in places(text, types):
            if parameter:
                passed[path.split("/")[0]].append((path, line))
            elif not STRUCTURES.search(around):
                stored[path].append(line)
    for path, lines in sorted(stored.items()):
        allowed = STORED.get(path, (0, ""))[0]
        if len(lines) > allowed:
            problem(path, lines[-1], f"{len(lines)} function pointers outside "
                    f"of *_operations, in lines {', '.join(map(str, lines))}; "
                    f"tools/lint/pointers.py allows {allowed}")
    for folder, found in sorted(passed.items()):
        allowed = PARAMETERS.get(folder, 0)
        if len(found) > allowed:
            where = ", ".join(f"{path}:{line}" for path, line in found)
            problem(*found[-1], f"{len(found)} function pointers are parameters "
                    f"in {folder}/, {where}; tools/lint/pointers.py allows "
                    f"{allowed}")
    say(f"function pointers outside of *_operations: "
        f"{sum(map(len, stored.values()))} stored, "
        f"{sum(map(len, passed.values()))} as parameters")
