"""Boots of the emulated board: run to the end, or talk to it."""

import os
import shlex
import subprocess
import threading

from fresh import refuse_stale

BOARD = os.environ.get("BOARD", "vexpress-a9")
OUT = os.environ.get("OUT", f"build/{BOARD}")
# Programs are the same for every board and build.
USER_OUT = os.environ.get("USER_OUT", f"{OUT}/user")
QEMU = os.environ.get("QEMU", "qemu-system-arm")
# A later one, whose plugins read registers; `make check-hw` fetches it.
QEMU_10 = os.path.abspath(os.environ.get(
    "HW_QEMU", "build/debian/emulator/usr/bin/qemu-system-arm"))
SECONDS = int(os.environ.get("BOOT_SECONDS", "400"))
# The machine's time is what it has executed, 4 ns an instruction, and an idle
# one does not wait: a boot runs the same however busy the host is.
COUNTED = ["-icount", "shift=2,sleep=off"]

refuse_stale(BOARD=BOARD, OUT=OUT)


def machine_of(**variables):
    """What names the machine to QEMU: QEMU_MACHINE of board/BOARD/board.mk, as
    make has it with these variables."""
    options = [f"{name}={value}" for name, value in variables.items()]
    kept = {name: value for name, value in os.environ.items()
            if name not in ("T", "MAKEFLAGS", "MAKELEVEL", "MFLAGS",
                            "MAKEOVERRIDES")}
    return subprocess.run(["make", "-s", *options, "machine"], text=True,
                          env=kept, check=True,
                          stdout=subprocess.PIPE).stdout.strip()


# A make above us has put it into the environment.
MACHINE = shlex.split(os.environ.get("QEMU_MACHINE") or
                      machine_of(BOARD=BOARD))


class Boot:
    """How a boot ended: QEMU's status and what the UART printed."""

    def __init__(self, status, console, errors, timed_out):
        self.status = status
        self.console = console
        self.errors = errors
        self.timed_out = timed_out

    def __str__(self):
        end = "timed out" if self.timed_out else f"status {self.status}"
        return f"{end}\n{self.console}\n{self.errors}"


def environment():
    return dict(os.environ, QEMU_AUDIO_DRV="none")


def command(append=None, initrd=f"{OUT}/initramfs.cpio", memory=None,
            kernel=f"{OUT}/pagewalk.bin", semihosting=True, extra=()):
    """The QEMU line that the documentation gives. memory: other than the
    board's, like "64M"."""
    line = [QEMU, *MACHINE, "-nographic"]
    if memory:
        line += ["-m", memory]
    if kernel:
        line += ["-kernel", kernel]
    if initrd:
        line += ["-initrd", initrd]
    if append is not None:
        line += ["-append", append]
    if semihosting:
        line += ["-semihosting"]
    return line + list(extra)


def boot(*args, stdin=b"", counted=True, **kwargs):
    """Boot until QEMU ends. Other arguments as for command()."""
    line = command(*args, **kwargs)
    if counted and "-icount" not in line:
        line += COUNTED
    try:
        run = subprocess.run(line, input=stdin, capture_output=True,
                             timeout=SECONDS, env=environment())
        timed_out = False
    except subprocess.TimeoutExpired as late:
        run, timed_out = late, True
    text = [(part or b"").decode("utf-8", "replace").replace("\r", "")
            for part in (run.stdout, run.stderr)]
    errors = "\n".join(line for line in text[1].splitlines()
                       if "audio" not in line)
    return Boot(None if timed_out else run.returncode, text[0], errors,
                timed_out)


def runs(emulator):
    """Does this emulator start here?"""
    try:
        return subprocess.run([emulator, "--version"], check=False,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def says(line, text):
    """Run a machine that would go on for ever until it has said text. Returns
    what it said, with text at its end if it did."""
    said = ""
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          errors="replace", env=environment()) as run:
        limit = threading.Timer(SECONDS, run.kill)
        limit.start()
        while text not in said and (letter := run.stdout.read(1)):
            said += letter
        limit.cancel()
        run.kill()
    return said
