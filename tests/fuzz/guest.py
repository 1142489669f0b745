"""Boots that fuzz: one run of rounds, and what is to be seen of it."""

import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import cpio
import machine

WORKERS, CALLS, CHILD_CALLS = 4, 250, 8     # fuzz.h
ALL_CALLS = CALLS * (1 + CHILD_CALLS)
MEMORY = "24M"
# Without a line for so many seconds of QEMU's own processor time it hangs.
SILENT_SECONDS = float(os.environ.get("FUZZ_SILENT", "30"))
# Workers write to the console too, this program's text among it: only whole
# messages are taken for what they say.
CRASH = re.compile(r"fuzz: FINDING [ -~]*\(round \d+\)|Kernel panic: [ -~]+|"
                   r"kernel BUG at [ -~]+|WARNING at \w+/[ -~]+|"
                   r"fuzz: /proc/\w+ cannot be read")


class Run:
    """One boot: status, console, and the first line that says it failed."""

    def __init__(self, status, console, hung, seconds, last):
        self.status, self.console, self.hung = status, console, hung
        self.seconds = seconds      # of the processor
        bad = CRASH.findall(console)
        self.failure = bad[0].strip() if bad else None
        if not self.failure and hung:
            self.failure = "no progress"
        if not self.failure and f"fuzz: round {last}: " not in console:
            self.failure = f"process 1 did not come to its end: status {status}"
        # Of the last whole round that was told: see fuzz.c.
        told = re.findall(r"fuzz: round (\d+): (\d+) calls, (\d+) by workers "
                          r"in (\d+) lives, (\d+) ms", console)
        self.rounds, self.calls, self.own, self.lives, self.ms = (
            [int(n) for n in told[-1]] if told else [0] * 5)
        if not self.failure and self.own == 0:
            self.failure = "the workers made no call"

    def kind(self):
        """The failure without what differs from round to round."""
        return re.sub(r"\(round \d+\)|0x[0-9a-f]+|\d+", "", self.failure or "")

    def round(self):
        """The round that failed, as the console tells it, or None."""
        named = re.search(r"\(round (\d+)\)", self.failure or "")
        return int(named[1]) if named else None


def archive(plan, out):
    """plan: {worker: sorted calls}, or None for all."""
    with open(f"{out}/fuzz/fuzz", "rb") as file:
        program = file.read()
    parts = [cpio.member(name, mode=cpio.S_IFDIR | 0o755, ino=number)
             for number, name in enumerate(("bin", "dev", "proc", "tmp"), 2)]
    parts.append(cpio.member("bin/fuzz", program, ino=20))
    if plan is not None:
        lines = "".join(f"{worker} {first} {last}\n"
                        for worker, calls in sorted(plan.items())
                        for first, last in spans(calls))
        parts.append(cpio.member("plan", (lines or "9 0 0\n").encode(), ino=21))
    return b"".join(parts) + cpio.trailer()


def spans(calls):
    """[1, 2, 3, 7] as (1, 3), (7, 7)."""
    first = last = None
    for call in sorted(calls):
        if last is not None and call == last + 1:
            last = call
            continue
        if last is not None:
            yield first, last
        first = last = call
    if last is not None:
        yield first, last


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def failed(log, size):
    """Is there a failure behind the first `size` bytes, or near their end?"""
    with open(log, "rb") as file:
        file.seek(max(0, size - 200))
        return CRASH.search(file.read().decode("utf-8", "replace"))


def watch(qemu, log):
    """Until QEMU ends, fails or hangs: (did it hang?, processor seconds)."""
    size, since, used = 0, 0.0, 0.0
    while qemu.poll() is None:
        time.sleep(0.02)
        now = os.path.getsize(log)
        try:
            used = processor_seconds(qemu.pid)
        except (OSError, IndexError):
            continue
        if now != size:
            if failed(log, size):
                time.sleep(0.3)     # for what else it has to say
                qemu.kill()
                qemu.wait()
            size, since = now, used
        elif used - since > SILENT_SECONDS:
            qemu.kill()
            qemu.wait()
            return True, used
    return False, used


def run(seed, first, last, plan=None, out=machine.OUT, options="", words=""):
    """Rounds first to last of seed. options: the kernel's, in front."""
    with tempfile.TemporaryDirectory() as folder:
        initrd, log = f"{folder}/cpio", f"{folder}/log"
        with open(initrd, "wb") as file:
            file.write(archive(plan, out))
        # Counted instructions are the clock: a seed is always the same.
        line = machine.command(
            f"quiet {options} init=/bin/fuzz {seed} {first} {last} {words}",
            initrd=initrd, memory=MEMORY, kernel=f"{out}/pagewalk.bin",
            extra=["-icount", "shift=2,sleep=off",
                   "-rtc", "base=2020-01-01,clock=vm"])
        with open(log, "wb") as file:
            qemu = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=file,
                                    stderr=subprocess.STDOUT,
                                    env=machine.environment())
            hung, seconds = watch(qemu, log)
        with open(log, "rb") as file:
            text = file.read().decode("utf-8", "replace").replace("\r", "")
        return Run(qemu.returncode, text, hung, seconds, last)


def as_c(seed, number, plan, out=machine.OUT):
    """The calls of a plan, as the guest prints them."""
    text = run(seed, number, number, plan, out, words="print").console
    return "\n".join(line.rstrip() for line in text.splitlines()
                     if line.startswith("  /* "))
