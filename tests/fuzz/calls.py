#!/usr/bin/env python3
"""calls.py > fuzz_calls.h - the system calls and what their arguments are.

The kernel's own sources say both: which rows sys_call_table has (the CALL, ROW
and REGS of the headers), their numbers (uapi/unistd.h), and their parameters
(the prototypes of sys_*). A parameter's name decides what kind of value the
fuzzer gives it, so a new call is fuzzed as soon as it is in the table.
"""

import glob
import re
import sys

# "call.parameter" before "parameter" before "type parameter"'s type.
KINDS = {
    "mmap2.flags": "MAP", "mmap2.addr": "PLACE", "munmap.addr": "PLACE",
    "mprotect.addr": "PLACE", "mremap.addr": "PLACE", "madvise.addr": "PLACE",
    "mremap.new_addr": "PLACE", "mremap.flags": "MREMAP", "mlock.addr": "PLACE",
    "mlock2.addr": "PLACE", "munlock.addr": "PLACE", "msync.addr": "PLACE",
    "mincore.addr": "PLACE", "brk.brk": "PLACE", "cacheflush.start": "PLACE",
    "cacheflush.end": "PLACE", "advice": "ADVICE", "prot": "PROT",
    "mmap2.fd": "MAPFD", "pgoff": "SMALL",
    "open.flags": "OPEN", "openat.flags": "OPEN", "dup3.flags": "OPEN",
    "pipe2.flags": "OPEN", "fcntl64.cmd": "SMALL", "ioctl.cmd": "IOCTL",
    "ioctl.arg": "POINTER", "futex.op": "FUTEX", "futex.timeout": "TIMESPEC",
    "futex.val": "SMALL", "uaddr": "WORD", "uaddr2": "WORD",
    "tidptr": "WORD", "head": "ROBUST", "set_robust_list.bytes": "TWELVE",
    "rt_sigaction.act": "ACTION", "rt_sigaction.bytes": "EIGHT",
    "rt_sigprocmask.bytes": "EIGHT", "rt_sigpending.bytes": "EIGHT",
    "rt_sigsuspend.bytes": "EIGHT", "rt_sigtimedwait.bytes": "EIGHT",
    "statfs64.bytes": "BYTES", "req": "TIMESPEC", "ts": "TIMESPEC",
    "times": "TIMESPEC", "setitimer.new": "TIMESPEC", "iov": "IOVEC",
    "poll.fds": "POLLFDS", "timeout_ms": "SMALL", "offset": "POINTER",
    "lseek.offset": "BYTES", "prlimit64.pid": "OWNPID", "ss": "ALTSTACK",
    "which": "SMALL", "how": "SMALL", "resource": "SMALL", "clock": "SMALL",
    "whence": "SMALL", "option": "SMALL", "cmd": "SMALL", "n": "SMALL",
    "shmat.addr": "PLACE", "remap_file_pages.addr": "PLACE", "shmdt.addr": "PLACE", "shmat.id": "SMALL",
    "shmctl.id": "SMALL", "key": "SMALL", "local": "IOVEC", "remote": "IOVEC",
    "nr_local": "SMALL", "nr_remote": "SMALL", "command": "FLAGS",
    "family": "SMALL", "type": "SMALL", "protocol": "SMALL", "level": "SMALL",
    "addr_bytes": "SMALL", "backlog": "SMALL", "addr_len": "WORD",
    "args_bytes": "SMALL",
    "userfaultfd.flags": "OPEN", "memfd_create.name": "PATH",
    "mq_open.name": "QUEUE", "mq_unlink.name": "QUEUE", "mq_open.flags": "OPEN",
    "until": "TIMESPEC",
    "mode": "MODE", "nice": "SMALL", "increment": "SMALL",
    "old": "FD", "new": "FD", "in": "FD", "out": "FD", "fd": "FD",
    "dirfd": "FD", "dup.fd": "FD",
    "pid": "PID", "tid": "PID", "tgid": "PID", "pgid": "PID", "who": "PID",
    "id": "PID", "sig": "SIGNAL", "hi": "HIGH", "lo": "BYTES",
    "bytes": "BYTES", "old_bytes": "BYTES", "new_bytes": "BYTES",
    "path": "PATH", "from": "PATH", "to": "PATH", "text": "PATH",
    "flags": "FLAGS", "options": "FLAGS", "mask": "FLAGS",
}
# Calls that leave what they name as it is: files of the archive will do.
READERS = {"access", "faccessat", "open", "openat", "stat64", "lstat64",
           "fstatat64", "statx", "statfs64", "readlink", "readlinkat"}
# Those that get a frame say nothing of their arguments.
FRAMES = {
    "fork": [], "vfork": [], "sigreturn": [], "rt_sigreturn": [],
    "set_tls": ["ANY"],
    "clone": ["CLONE", "STACK", "WORD", "POINTER", "WORD"],
    "execve": ["ANYPATH", "POINTER", "POINTER"],
}


def text_of(pattern):
    return "\n".join(open(name, encoding="utf-8").read()
                     for name in sorted(glob.glob(pattern, recursive=True)))


def kind_of(call, parameter):
    *words, name = parameter.replace("*", " ").split()
    pointer = words == ["uaddr_t"]
    kind = KINDS.get(f"{call}.{name}")
    if not kind and (not pointer or name not in ("old", "new", "in", "out")):
        kind = KINDS.get(name)
    if kind == "PATH" and call in READERS:
        return "ANYPATH"
    return kind or ("POINTER" if pointer else "ANY")


def parameters():
    """{function: its parameters}"""
    headers = re.sub(r"/\*.*?\*/", "", text_of("include/*.h") +
                     text_of("services/**/*.h") + text_of("inspect/*.h"),
                     flags=re.S)
    return {name: [p.strip() for p in " ".join(text.split()).split(",")
                   if p.strip() not in ("", "void")]
            for name, text in re.findall(r"\bs32 (sys_\w+)\(([^)]*)\)",
                                         headers)}


def rows():
    """(call, function) of each row of the table."""
    text = text_of("trap/*.h") + text_of("services/**/*.h")
    for how, call, function in re.findall(
            r"\b(CALL|REGS|ROW)\((\w+)(?:, (\w+))?\)", text):
        if call not in ("name", "number"):
            yield call, function or f"sys_{call}"
    yield "cacheflush", "sys_cacheflush"
    yield "set_tls", "sys_set_tls"


def main():
    numbers = dict(re.findall(r"#define __(?:ARM_)?NR_(\w+)\s+(.+)",
                              text_of("include/uapi/unistd.h")))
    known = parameters()
    print("/* Made by tests/fuzz/calls.py. */")
    for call, function in sorted(dict(rows()).items()):
        if call not in numbers:
            sys.exit(f"calls.py: {call} has no number in uapi/unistd.h")
        kinds = FRAMES.get(call)
        if kinds is None:
            kinds = [kind_of(call, p) for p in known.get(function, [])
                     if "pt_regs" not in p]
        prefix = "__ARM_NR_" if "ARM_NR" in numbers[call] else "__NR_"
        print(f'{{ "{call}", {prefix}{call}, '
              f'{{ {", ".join(kinds) or "0"} }} }},')


main()
