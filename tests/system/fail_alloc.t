#!/usr/bin/python3
"""fail_alloc=: one allocation fails, one call or one program with it, no more."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap


def outcomes(option, quiet="quiet "):
    boot = machine.boot(f"{quiet}init=/test/fail {option}",
                        initrd=f"{machine.OUT}/test-initramfs.cpio")
    tap.is_(boot.status, 0, f"{option or 'no option'}: the machine lives on",
            boot)
    return re.findall(r"^(?:fork|child): .*$", boot.console, re.M), boot


LIVED = "child: exit 0"
got, log = outcomes("")
tap.is_(got, [LIVED] * 3, "nothing fails by itself", log)
# The first is init's own, made by its execve; the second is fork's.
got, log = outcomes("fail_alloc=mm_struct,2,1")
tap.is_(got, ["fork: error -12", LIVED, LIVED],
        "one fork fails with ENOMEM, the others succeed", log)
# Not quiet: the kernel's reports are looked for.
got, log = outcomes("fail_alloc=pages,600,1", quiet="")
tap.is_(got, ["child: signal 9", LIVED, LIVED],
        "a page fault without memory kills the largest, once", log)
tap.ok("Out of memory: Killed process" in log.console,
       "the log reports the killed process", log)
# Init's death is the machine's: it tries again while there is memory.
for times in (1, 20):
    boot = machine.boot(f"quiet init=/test/fail alone fail_alloc=pages,600,{times}",
                        initrd=f"{machine.OUT}/test-initramfs.cpio")
    tap.ok(boot.status == 0 and "init has its pages" in boot.console,
           f"{times} allocations of init fail, alone in a machine with memory: "
           "init continues", boot)
# By call site: nobody but fork copies an address space.
for nth in (1, 2):
    got, log = outcomes(f"fail_alloc=any@dup_mmap,{nth},1")
    tap.is_(got, ["fork: error -12", LIVED, LIVED],
            f"allocation {nth} of dup_mmap fails, and fork with it", log)
# A call that fails has changed nothing, what MREMAP_FIXED replaces included.
nth, moved = 0, False
while not moved and nth < 20:
    nth += 1
    boot = machine.boot(f"init=/test/mremap_onto "
                        f"fail_alloc=any@do_mremap,{nth},1",
                        initrd=f"{machine.OUT}/test-initramfs.cpio")
    moved = "the target has the pages of the source" in boot.console
    tap.is_(boot.status, 0, "mremap onto a mapping: both places are whole",
            boot)
tap.ok(moved and nth > 5, "each of mremap's allocations failed once", boot)
got, log = outcomes("fail_alloc=any@no_such_function,1,1")
tap.is_(got, [LIVED] * 3,
        "a function that is not called: no allocation fails", log)
boot = machine.boot("init=/bin/true fail_alloc=pages,x")
tap.ok("expected NAME,N,TIMES" in boot.console and boot.status == 0,
       "a malformed fail_alloc= is reported", boot)
boot = machine.boot("init=/bin/true fail_alloc=nosuch,1,1")
tap.ok("expected any, pages or a cache" in boot.console and boot.status == 0,
       "a cache that does not exist is reported", boot)
tap.done()
