"""Known bugs, seeded one at a time: the fuzzer must find each.

The copy of the sources and the way a bug gets into it are tests/mutants'.
"""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                             "mutants"))
import guest
import run as mutants
import table

OUT = f"build/{guest.machine.BOARD}"
GOALS = [f"{OUT}/pagewalk.bin", f"{OUT}/fuzz/fuzz"]


def rows(names=()):
    return table.load(names, os.path.dirname(os.path.abspath(__file__)))


def fuzz(mutant):
    """A run of the copy as it is now, as the mutant's row asks."""
    words = mutant.killer.split()
    seed, first, number = (int(word) for word in words[1:4])
    return guest.run(seed, first, first + number - 1, None,
                     f"{mutants.TREE}/{OUT}", " ".join(words[4:]))


def find(mutant):
    """(found, what was seen)."""
    with mutants.Seeded(mutant):
        words = mutants.make(GOALS, "Makefile")
        if words is not None:
            return False, f"does not build: {words[-500:]}"
        seen = fuzz(mutant)
    return seen.failure is not None, seen.failure or "nothing failed"


def unchanged(chosen):
    """A run that fails anyhow proves nothing."""
    words = mutants.make(GOALS, "Makefile")
    if words is not None:
        sys.exit(f"the unchanged copy does not build:\n{words}")
    longest = {}
    for m in chosen:
        seed, first, number = (int(w) for w in m.killer.split()[1:4])
        key = (seed, first, tuple(m.killer.split()[4:]))
        if key not in longest or number > longest[key][0]:
            longest[key] = (number, m)
    for _, m in longest.values():
        seen = fuzz(m)
        if seen.failure:
            sys.exit(f"{m.killer}: fails without any bug: {seen.failure}")
        print(f"unchanged, {m.killer}: {seen.calls} calls, nothing failed",
              flush=True)


def main(names):
    chosen = rows(names)
    bad = [f"{m.where}: {m.name}: {words}" for m in chosen
           for words in [table.problems(m)] if words]
    if bad or not chosen:
        sys.exit("\n".join(bad) or "no bug has such a name")
    mutants.update_tree()
    unchanged(chosen)
    found = 0
    for m in chosen:
        good, seen = find(m)
        found += good
        print(f"{'found ' if good else 'MISSED'} {m.name:28} {seen}",
              flush=True)
    print(f"{len(chosen)} bugs, {found} found")
    return 0 if found == len(chosen) else 1
