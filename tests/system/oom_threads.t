#!/usr/bin/python3
"""Out of memory: a process of several threads is killed as a whole.

By itself, for a kernel that kills one thread of them never comes to an end.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

boot = machine.boot("init=/test/oom_threads", memory="64M",
                    initrd=f"{machine.OUT}/test-initramfs.cpio")
tap.is_(boot.status, 0, "all threads of the one that takes it end", boot)
tap.done()
