#!/usr/bin/env python3
"""soak.py MINUTES [SEED] - mixed load on a machine of 24 MiB, for a long time.

/test/soak is process 1 and says turn by turn how it goes; what is wrong is a
line "not ok". The minutes are the guest's, 62.5 million instructions a second:
a seed is always the same run, however busy this machine is. The whole log stays
in build/BOARD/soak.log.
"""

import os
import re
import select
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine

CRASHES = re.compile(r"panic|BUG|Oops|oops|WARNING")
# A turn takes seconds. By the host's clock, so only for what is no longer alive.
SILENT_SECONDS = 900


def lines(qemu):
    """What the UART prints; ends early when nothing comes any more."""
    rest = b""
    while select.select([qemu.stdout], [], [], SILENT_SECONDS)[0]:
        part = os.read(qemu.stdout.fileno(), 65536)
        if not part:
            return
        *whole, rest = (rest + part).split(b"\n")
        yield from (line.decode("utf-8", "replace").rstrip("\r")
                    for line in whole)
    qemu.kill()
    yield f"not ok: nothing was printed for {SILENT_SECONDS} s: it hangs"


def soak(minutes, seed):
    command = machine.command(f"quiet init=/test/soak {minutes} {seed}",
                              memory="24M",
                              initrd=f"{machine.OUT}/test-initramfs.cpio",
                              extra=["-icount", "shift=4,sleep=off"])
    latest, wrong, last = 0, [], ""
    with open(f"{machine.OUT}/soak.log", "w") as log, \
            subprocess.Popen(command, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             env=machine.environment()) as qemu:
        for line in lines(qemu):
            print(line, file=log, flush=True)
            late = re.search(r", (\d+) ms late at most", line)
            latest = max(latest, int(late[1]) if late else 0)
            last = line if re.match(r"# \d+ turns", line) else last
            if line.startswith("not ok") or CRASHES.search(line):
                wrong.append(line)
                print(line, flush=True)
    print(f"soak: seed {seed}, {minutes} minutes of the guest, status "
          f"{qemu.returncode}, process 1 at most {latest} ms late; "
          f"{last.lstrip('# ') or 'no end'}")
    return qemu.returncode == 0 and not wrong and last


def main():
    minutes, seed = (sys.argv[1:] + ["1"])[:2]
    sys.exit(0 if soak(minutes, seed) else 1)


if __name__ == "__main__":
    main()
