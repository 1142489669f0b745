#!/usr/bin/python3
"""The debug build passes the same tests.

In it freed memory is poisoned, every change of a structure is verified, and the
page tables that a switch loads are audited whole: what no test asks about, the
kernel finds by itself. That takes several times as long: of the programs those run
that map, lock, share and free the most; DEBUG_ALL=1 (make check-all): all of them,
in rounds too.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap
import variant

OUT = f"build/{machine.BOARD}-debug"
TESTS = ["tests/target/target.t", "tests/user/programs.t",
         "tests/system/tour.t"]

PROGRAMS = ("areas big brk exec fork futex holes locks madvise memfd mmap mounts "
            "mprotect mremap pager pipe populate process_vm random_mm remap "
            "remove robust shm signalfd socket socket_names socket_rights thread "
            "thread_exec timer_create truncate uffd uffd_calls wait")

every = bool(os.environ.get("DEBUG_ALL"))
if variant.build("DEBUG=1", OUT, "DEBUG=1", f"BOARD={machine.BOARD}", rounds=every):
    chosen = "" if every else PROGRAMS
    variant.passes(TESTS, "in a debug build", OUT, TEST_PROGRAMS=chosen)
tap.done()
