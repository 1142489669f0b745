#!/usr/bin/env python3
"""lint.py - what a compiler does not check. Run by `make lint`.

    lint.py [CHECK...]      all checks, or those that are named

The checks are in tools/lint/, one file each:

  source      of each file: it includes headers of lower floors only, as the
              table in docs/architecture.md has them, without a cycle, in the
              one form <folder/header.h>; each header compiles alone; no XXX,
              TODO, FIXME; no #if in .c files; no %ll in the kernel, which nano
              Newlib does not print; rules between sections end at column 72;
              no trailing blanks, no line over 100 columns, texts excepted;
              functions over 50 lines and files over 600 are errors
  link        of the objects, so `make` comes first: a lower floor uses no name
              of a higher one but the hooks in docs/architecture.md, and no
              circle of files that use each other has more than 4
  layout      clang-format 14 would change no file; skipped without it
  budget      the lines of code of the core are within tools/core.budget; needs
              `make core`, skipped without cloc
  contract    the functions in the contract between mm/ and mmu/, a table in
              docs/architecture.md, are those that mmu's headers declare
  reading     the order of docs/reading-order.md closes: each file in a sitting of
              at most 2,000 lines, headers first, few names that the reader has
              not met; needs Universal Ctags
  words       comments of the core, the services, inspect/ and user/ name their subject
  pointers    function pointers are fields of a struct *_operations or of the
              row of a service; the others have a reason and do not get more
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lint"))
import budget
import contract
import layout
import link
import pointers
import reading
import report
import source
import words

FLOOR = report.floors()
KERNEL = report.sources(FLOOR)
BESIDE = report.sources(["user", "tests"])

CHECKS = {
    "source": lambda: source.check(KERNEL, BESIDE, FLOOR),
    "link": lambda: link.check(KERNEL, FLOOR),
    "budget": lambda: budget.check(KERNEL),
    "contract": lambda: contract.check(KERNEL),
    "pointers": lambda: pointers.check(KERNEL),
    "words": lambda: words.check(KERNEL + BESIDE),
    "reading": lambda: reading.check(KERNEL),
    "layout": lambda: layout.check(KERNEL + BESIDE),
}


def main():
    unknown = [name for name in sys.argv[1:] if name not in CHECKS]
    if unknown:
        sys.exit(f"lint: there is no check {unknown[0]}, only "
                 f"{', '.join(CHECKS)}")
    for name in sys.argv[1:] or CHECKS:
        CHECKS[name]()
    print("\n".join(report.sentences + report.problems))
    if not report.problems:
        print("lint: nothing to complain about")
    sys.exit(1 if report.problems else 0)


main()
