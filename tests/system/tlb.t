#!/usr/bin/python3
"""make tlb: a model of the TLB follows a run, and knows who forgot a flush.

A model is believed when it sees what is there. Kernels with one flush taken out
(tests/mutants) must show stale hits, and the store that made them stale must be
named; the kernel as it is must show none. And its figures must add up: an entry
that came was pushed out, was flushed or is still there. The emulator is that of
`make check-hw`; where it cannot be had the test is left out.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(__file__)
sys.path[:0] = [os.path.join(HERE, "..", "lib"),
                os.path.join(HERE, "..", "..", "tools", "tlb")]
import machine
import tap
import tlb
import user_programs

PROGRAMS = "first_access fork exec mmap mprotect mremap shm thread".split()
# Which flush is missing; a program that needs it; where the table was changed, and
# in which system call; what the TLB goes on allowing, and what the table allows.
MISSING = (
    ("fork-no-flush", "fork", "copy_anon_ptes, mm/fork.c:", "sys_fork",
     "user rw-", "user r--"),
    ("gather-no-flush", "mmap", "zap_pte_range, mm/mmu_gather.c:", "do_munmap",
     "user r--", "nothing"),
    ("mprotect-no-flush", "mprotect", "ptep_modify_prot, mmu/pgtable.c:",
     "sys_mprotect", "user rw-", "user r-x"),
)


def run(kernel, program, **options):
    boot, seen = tlb.run(kernel, f"/test/{program}",
                         archive=user_programs.ARCHIVE, **options)
    if boot.status != 0 or not seen.rows:
        tap.ok(False, f"{program} runs", boot)
        tap.done()
    return seen


def total(seen, what):
    return sum(getattr(row, what) for row in seen.rows)


def adds_up(name, seen, entries):
    """What can be said of any run."""
    tap.is_(total(seen, "lookups"), seen.lookups,
            f"{name}: each look-up was a hit or a walk, of some address space")
    lost = [str(row) for row in seen.rows
            if row.filled != row.evicted + row.dropped + row.left]
    tap.is_(lost, [], f"{name}: entries that came were evicted, flushed or are left")
    tap.is_((sum(op[1] for op in seen.operations.values()),
             sum(op[2] for op in seen.operations.values())),
            (total(seen, "dropped"), seen.rows[tlb.KERNEL].dropped),
            f"{name}: what operations dropped is what address spaces lost")
    tap.ok(not entries or total(seen, "left") <= entries,
           f"{name}: no more are left than there are places")


def nothing_stale(kernel, program):
    seen = run(kernel, program)
    adds_up(program, seen, 128)
    tap.is_((total(seen, "stale"), total(seen, "behind")), (0, 0),
            f"{program}: {seen.lookups} look-ups, none stale, no write found a "
            "right missing")


def sizes(kernel):
    """The same run, with TLBs of other sizes."""
    small, usual, unlimited = (run(kernel, "fork", entries=n) for n in (32, 128, 0))
    for name, seen, n in (("32 entries", small, 32), ("no limit", unlimited, 0)):
        adds_up(name, seen, n)
    tap.is_({seen.lookups for seen in (small, usual, unlimited)}, {usual.lookups},
            "the size of the TLB does not change what is looked up")
    tap.is_(total(unlimited, "evicted"), 0, "without limit nothing is evicted")
    walks = [total(seen, "walks") for seen in (small, usual, unlimited)]
    tap.ok(walks[0] > walks[1] > walks[2],
           "the smaller the TLB, the more walks: 32, 128, no limit", walks)
    tap.is_({op: numbers[0] for op, numbers in small.operations.items()},
            {op: numbers[0] for op, numbers in unlimited.operations.items()},
            "... and the kernel flushes the same")


def contents(kernel):
    """The entries at one moment, against what docs/architecture.md promises."""
    seen = run(kernel, "fork", at="sys_exit_group:1")
    entries = seen.entries
    both = [(entry, tlb.rights((entry.first, entry.second))) for entry in entries]
    tap.ok(entries and len(entries) <= 128 and seen.at[0] == 1,
           f"{len(entries)} entries at the first exit_group")
    tap.is_([hex(entry.va) for entry in entries if
             (entry.asid == 256) != (entry.va >= 0xc0000000)], [],
            "the kernel's entries are global, those of programs have an ASID")
    tap.is_([hex(entry.va) for entry, said in both if said.endswith("wx")], [],
            "none is writable and executable")
    tap.is_([hex(entry.va) for entry, said in both if said.startswith("user") and
             entry.va >= 0xc0000000 and entry.va != 0xffff0000], [],
            "programs may use none of the kernel's but the page of vectors")
    entry = kernel.places["sys_exit_group"] & tlb.PAGE
    tap.is_([said for one, said in both if one.va == entry], ["kernel r-x"],
            "the page that is executed at that moment is there, once, r-x")


def missing(mutant, program, place, call, held, now):
    kernel = tlb.Kernel(f"{machine.OUT}/mutant/{mutant}")
    seen = run(kernel, program)
    adds_up(mutant, seen, 128)
    tap.ok(total(seen, "stale") > 0, f"{mutant}: {program} has stale hits")
    named = [one for one in seen.stale if one.store and
             any(line.startswith(place) for line in kernel.lines(one.store.pc)) and
             call in kernel.callers(one.store.pc, one.store.stack)]
    tap.is_(len(named), len(seen.stale),
            f"{mutant}: all after a store in {place.rstrip(':')}, in {call}",
            "\n".join(tlb.stale_text(seen, kernel)))
    tap.ok(any((tlb.rights(one.held), tlb.rights(one.now)) == (held, now)
               for one in named),
           f"{mutant}: the TLB has {held}, the tables {now}",
           "\n".join(tlb.stale_text(seen, kernel)))


def writes_on():
    """The emulator takes a fault where the hardware would have gone on writing: its own
    TLB is emptied more often. The model must have seen the write."""
    seen = run(tlb.Kernel(f"{machine.OUT}/mutant/fork-no-flush"), "first_access")
    tap.ok(any(one.writes for one in seen.stale),
           "fork-no-flush: the parent would write on to a page that it shares",
           "\n".join(map(str, seen.rows)))


def raised():
    """A right is raised after a fault on an entry that the TLB has. Without a flush
    hardware would fault for ever; the emulator looks again, and goes on."""
    seen = run(tlb.Kernel(f"{machine.OUT}/mutant/access-flags-no-flush"), "fork")
    tap.ok(total(seen, "behind") > 0 and not total(seen, "stale") and
           "read-only still" in " ".join(tlb.behind_text(seen)),
           "access-flags-no-flush: writes find an entry that does not allow them yet")


def next_owner():
    """An ASID that has a new address space, and the old one's entries. There must be
    more of them than ASIDs, and room for all in the TLB."""
    kernel = tlb.Kernel(f"{machine.OUT}/mutant/rollover-no-flush")
    good = run(tlb.Kernel(f"{machine.OUT}/pagewalk"), "rounds fork", entries=0)
    tap.ok(len(good.rows) > 257 and not total(good, "stale"),
           f"{len(good.rows)} address spaces share 255 ASIDs, and no stale hit")
    seen = run(kernel, "rounds fork", entries=0)
    adds_up("rollover-no-flush", seen, 0)
    words = "\n".join(tlb.stale_text(seen, kernel))
    tap.ok(seen.stale and not any(one.store for one in seen.stale) and
           "the ASID has others now" in words,
           "rollover-no-flush: stale, and no store to a table is to blame", words)
    tap.ok(any(seen.rows[one.running].asid == seen.rows[one.row].asid and
               seen.rows[one.running].tgid != seen.rows[one.row].tgid
               for one in seen.stale),
           "... but the new owner of an ASID uses the old one's entries", words)


def command():
    """As make runs it, and what it says to nonsense."""
    def told(*words, **environment):
        return subprocess.run(["tools/tlb/tlb.py", *words], text=True, check=False,
                              env=dict(os.environ, **environment),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    done = told("hello", ENTRIES="64", WAYS="4")
    tap.ok(done.returncode == 0 and "A TLB of 64 entries, 4 ways" in done.stdout and
           "hello[1]" in done.stdout and "No stale hit" in done.stdout,
           "tlb.py prints a run", done.stdout)
    done = told("nothing")
    tap.ok(done.returncode == 1 and "no program has run" in done.stdout,
           "a program that has not run is reported", done.stdout)
    for words, environment in (("a number", {"ENTRIES": "many"}),
                               ("power of 2", {"ENTRIES": "96"}),
                               ("no function nothing", {"AT": "nothing"})):
        done = told("hello", **environment)
        tap.ok(done.returncode == 1 and words in done.stdout,
               f"... and refuses {environment}", done.stdout)


def main():
    if machine.BOARD != "vexpress-a9" or not machine.runs(machine.QEMU_10):
        print("1..0 # SKIP QEMU 10 for vexpress-a9 is not to be had here")
        return
    kernel = tlb.Kernel(f"{machine.OUT}/pagewalk")
    for program in PROGRAMS:
        nothing_stale(kernel, program)
    sizes(kernel)
    contents(kernel)
    for row in MISSING:
        missing(*row)
    writes_on()
    raised()
    next_owner()
    command()
    tap.done()


main()
