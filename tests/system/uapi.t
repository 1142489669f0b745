#!/usr/bin/python3
"""include/uapi has Linux's values: every constant, and the size and the offset
of every field of every structure, as Linux's own headers for ARM have them.

Both sides are compiled by the same compiler: a C file that includes our header
and one that includes Linux's each put the same names into assembly text."""

import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap

PACKAGE = "linux-libc-dev-armhf-cross"
LINUX = "/usr/arm-linux-gnueabihf/include"
CC = os.environ.get("CROSS_COMPILE", "arm-none-eabi-") + "gcc"
# linux/shm.h includes a C library's unistd.h, and needs nothing of it.
STUBS = tempfile.TemporaryDirectory()
EMPTY = STUBS.name
open(f"{EMPTY}/unistd.h", "w").close()

# Linux's headers for one of ours, where it is not linux/ and the same name.
HEADERS = {
    "auxvec.h": ["linux/auxvec.h", "asm/hwcap.h"],
    "eventfd.h": ["linux/timerfd.h"],
    "fadvise.h": ["linux/fadvise.h", "linux/fs.h"],
    "fcntl.h": ["linux/fcntl.h", "linux/fs.h", "linux/falloc.h"],
    "poll.h": ["asm/poll.h"],
    "sched.h": ["linux/sched.h", "linux/sched/types.h"],
    "signal.h": ["linux/signal.h", "linux/signalfd.h"],
    "socket.h": ["linux/un.h", "asm/socket.h"],
    "stat.h": ["linux/stat.h", "asm/stat.h"],
    "statfs.h": ["asm/statfs.h", "linux/magic.h"],
    "old_stat.h": ["asm/stat.h"],
    "termios.h": ["asm/termios.h", "linux/tty.h", "linux/fs.h"],
    "time.h": ["linux/time.h", "linux/times.h", "asm/param.h"],
    "ucontext.h": ["asm/signal.h", "asm/sigcontext.h",
                   "asm-generic/ucontext.h"],
    "uio.h": ["linux/uio.h", "linux/fs.h"],
    "unistd.h": ["asm/unistd.h"],
    "userfaultfd.h": ["linux/ioctl.h", "linux/userfaultfd.h"],
    "xattr.h": ["linux/xattr.h", "linux/limits.h"],
}

# What Linux calls it, where a C library's header would be in the way.
CONSTANTS = {"KTERMIOS_NCCS": "NCCS", "KTERMIO_NCC": "NCC",
             "NEW_UTS_LEN": "__NEW_UTS_LEN",
             "USER_HZ": "HZ"}
STRUCTURES = {
    "iovec32": "iovec", "kernel_timespec": "__kernel_timespec",
    "kernel_timezone": "timezone", "kstat64": "stat64", "ktermios": "termios",
    "ktermio": "termio",
    "kstat": "stat", "kwinsize": "winsize", "old_itimerval32": "__kernel_old_itimerval",
    "old_timespec32": "__kernel_old_timespec",
    "old_timeval32": "__kernel_old_timeval",
}
FIELDS = {
    "kstat": {"st_atime_sec": "st_atime", "st_mtime_sec": "st_mtime",
              "st_ctime_sec": "st_ctime"},
    "kstat64": {"st_ino_low": "__st_ino", "st_atime_sec": "st_atime",
                "st_mtime_sec": "st_mtime", "st_ctime_sec": "st_ctime"},
    "robust_list_head": {"next": "list.next"},
    "rusage": {f"ru_{kind}time_{unit}": f"ru_{kind}time.tv_{unit}"
               for kind in "us" for unit in ("sec", "usec")},
    "sigevent": {"sigev_tid": "_sigev_un._tid",
                 "sigev_value": "sigev_value.sival_int"},
    "statfs64": {"f_fsid": "f_fsid.val"},
    "sysinfo": {"reserved": "_f"},
    "uffd_msg": {"flags": "arg.pagefault.flags",
                 "address": "arg.pagefault.address",
                 "ptid": "arg.pagefault.feat.ptid"},
}
ATTRIBUTE = r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)"
# Arrays here that are single fields in Linux.
ARRAYS = {"sigcontext.arm_r": [*(f"arm_r{n}" for n in range(11)), "arm_fp",
                               "arm_ip"]}
PADDING = re.compile(r"(si_)?pad\d?$|uc_unused$|unused$|ssi_unused$|f_spare$")

# What Linux's headers for programs do not have, and where it is from instead.
EXCEPTIONS = {
    "a C library has it, Linux's headers do not": [
        "F_OK", "X_OK", "W_OK", "R_OK", "MAP_FAILED", "DT_UNKNOWN", "DT_FIFO",
        "DT_CHR", "DT_DIR", "DT_BLK", "DT_REG", "DT_LNK", "DT_SOCK",
        "struct linux_dirent64", "EFD_SEMAPHORE", "EFD_NONBLOCK",
        "EFD_CLOEXEC", "SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_SEQPACKET",
        "SOCK_MAX", "SOCK_NONBLOCK", "SOCK_CLOEXEC", "AF_UNSPEC", "AF_UNIX", "AF_MAX",
        "SHUT_RD", "SHUT_WR", "SHUT_RDWR", "MSG_OOB", "MSG_PEEK", "MSG_CTRUNC",
        "MSG_TRUNC", "MSG_DONTWAIT", "MSG_WAITALL", "MSG_NOSIGNAL",
        "MSG_WAITFORONE", "MSG_CMSG_CLOEXEC", "SCM_RIGHTS", "SCM_CREDENTIALS",
        "struct ucred", "struct linger", "struct mmsghdr", "struct cmsghdr",
        "SPLICE_F_MOVE", "SPLICE_F_NONBLOCK", "SPLICE_F_MORE",
        "SPLICE_F_GIFT", "MNT_FORCE", "MNT_DETACH", "MNT_EXPIRE",
        "UMOUNT_NOFOLLOW", "SHMLBA"],
    "only in the kernel's own headers": [
        "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND",
        "ERESTART_RESTARTBLOCK", "MAX_ERRNO", "UTIME_NOW", "UTIME_OMIT",
        "ST_VALID", "ST_RELATIME", "ST_NOSYMFOLLOW", "_NSIG",
        "struct linux_dirent", "VFP_MAGIC", "struct kernel_sigaction",
        "struct vfp_sigframe", "struct sigframe", "struct rt_sigframe",
        "SHM_DEST", "SHM_LOCKED", "SCM_MAX_FD", "struct user_msghdr"],
    "arch/arm's struct ucontext, which has it, is not exported": [
        "ucontext.uc_sigmask", "ucontext.uc_regspace", "struct ucontext"],
    "a name of ours": [
        "SIGFRAME_FLAGS", "NR_SYSCALLS", "struct vfp_record",
        "UFFD_RANGE_IOCTLS", "uffd_msg.reserved4"],
}
EXCEPTED = {name for names in EXCEPTIONS.values() for name in names}


def without_comments(path):
    with open(path) as file:
        return re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.DOTALL)


def constants(text):
    """The names that are #defined with a value and without arguments."""
    return re.findall(r"^#define (\w+)[ \t]+\S", text, re.MULTILINE)


def structures(text):
    """{name: [field]}; fields of nested unions and structures as well."""
    found = {}
    for m in re.finditer(r"^struct (\w+) \{(.*?)^\}", text, re.DOTALL | re.M):
        body = re.sub(ATTRIBUTE, "", m[2])
        lines = re.split(r"[;{}]", body)
        found[m[1]] = [re.search(r"(\w+)\s*(\[.*\])?\s*$", name)[1]
                       for line in lines if " " in line.strip()
                       for name in line.split(",")]
    return found


def questions(header):
    """[(label, our expression and its size's, Linux's of both)]"""
    text = without_comments(f"include/uapi/{header}")
    for name in constants(text):
        if name not in EXCEPTED:
            theirs = CONSTANTS.get(name, name)
            yield (name, (name, f"sizeof({name})"),
                   (theirs, f"sizeof({theirs})"))
    for name, fields in structures(text).items():
        other = STRUCTURES.get(name, name)
        if f"struct {name}" not in EXCEPTED:
            yield (f"struct {name}", ("0", f"sizeof(struct {name})"),
                   ("0", f"sizeof(struct {other})"))
        elif not any(e.startswith(f"{name}.") for e in EXCEPTED):
            continue		# not there, rather than not all of it
        for field in fields:
            label, theirs = f"{name}.{field}", FIELDS.get(name, {})
            for number, single in enumerate(ARRAYS.get(label, [])):
                yield (f"{label}[{number}]", place(name, f"{field}[{number}]"),
                       place(other, single))
            if label not in EXCEPTED and label not in ARRAYS and \
                    not PADDING.match(field):
                yield (label, place(name, field),
                       place(other, theirs.get(field, field)))


def place(structure, field):
    return (f"__builtin_offsetof(struct {structure}, {field})",
            f"sizeof(((struct {structure} *)0)->{field})")


def answers(headers, pairs, *options):
    """{label: (value, size)} and what the compiler complained of."""
    lines = [f"#include <{header}>" for header in headers]
    lines.append("void answers(void)\n{")
    lines += [f'\tasm volatile("\\n-> {label} %c0 %c1" : : "i" ({value}), '
              f'"i" ({size}));' for label, (value, size) in pairs]
    lines.append("}\n")
    run = subprocess.run(
        [CC, *options, "-mcpu=cortex-a9", "-std=gnu11", "-O1", "-w", "-S",
         "-o", "-", "-x", "c", "-"], input="\n".join(lines), text=True,
        env=dict(os.environ, LC_ALL="C"), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    found = re.findall(r"^-> (.+) (-?\d+) (\d+)$", run.stdout, re.MULTILINE)
    return {label: (value, size) for label, value, size in found}, run.stderr


def linux_headers(header):
    return HEADERS.get(header, [f"linux/{header}"])


def compare(header):
    asked = list(questions(header))
    ours, our_errors = answers([f"uapi/{header}"],
                               [(label, mine) for label, mine, _ in asked],
                               "-Iinclude")
    theirs, errors = answers(linux_headers(header),
                             [(label, other) for label, _, other in asked],
                             "-nostdinc", "-isystem", EMPTY, "-isystem", LINUX)
    if our_errors or errors:
        tap.ok(False, f"{header}: both sides compile", our_errors + errors)
        return
    differences = [f"{label}: (value or offset, size) is {ours.get(label)}, in "
                   f"Linux {theirs.get(label)}" for label, _, _ in asked
                   if ours.get(label) is None
                   or ours.get(label) != theirs.get(label)]
    tap.ok(not differences, f"{header}: {len(asked)} values, sizes and offsets "
           "are Linux's", "\n".join(differences))


def exceptions(headers):
    """Each is a name of ours, and one that Linux does not define."""
    text = {header: without_comments(f"include/uapi/{header}")
            for header in headers}
    names = {name for t in text.values() for name in constants(t)}
    names |= {f"struct {name}" for t in text.values() for name in structures(t)}
    names |= {f"{name}.{field}" for t in text.values()
              for name, fields in structures(t).items() for field in fields}
    tap.is_(sorted(EXCEPTED - names), [], "every exception is a name of ours")
    defined = set()
    for header in headers:
        run = subprocess.run(
            [CC, "-nostdinc", "-isystem", EMPTY, "-isystem", LINUX, "-E", "-dM", "-x", "c", "-"],
            input="".join(f"#include <{h}>\n" for h in linux_headers(header)
                          if os.path.exists(f"{LINUX}/{h}")),
            text=True, check=True, stdout=subprocess.PIPE)
        defined |= set(re.findall(r"^#define (\w+)", run.stdout, re.MULTILINE))
    tap.is_(sorted(EXCEPTED & defined), [], "and none that Linux defines")


if not os.path.isdir(f"{LINUX}/asm"):
    print(f"1..0 # SKIP {PACKAGE}, Linux's headers for ARM, is not installed")
    sys.exit(0)
uapi = sorted(os.path.basename(path) for path in glob.glob("include/uapi/*.h"))
for name in uapi:
    if any(True for _ in questions(name)):
        compare(name)
exceptions(uapi)
tap.done()
