#!/usr/bin/python3
"""The rules of the house, and that `make lint` sees each of them broken."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import tap

HERE = os.getcwd()
CC = os.environ.get("CROSS_COMPILE", "arm-none-eabi-") + "gcc"

# A kernel of two floors in which nothing is to complain about.
TREE = {
    ".clang-format": open(".clang-format").read(),
    "docs/architecture.md": """\
| 5 | `mm/` | high |
| 4 | `mmu/` | tables |
| 1 | `lib/` | low |
| 0 | `include/` | declarations |

## 4. The contract between mm/ and mmu/

| function | contract |
|---|---|
| `pte_none/young` | pure |

## 8. Hooks: what a lower floor calls upward

| name | why |
|---|---|
| `wake` | it must |
""",
    "include/low.h": """\
#ifndef LOW_H
#define LOW_H

void low(void);
void other(void);
void wake(void);

#endif
""",
    "lib/low.c": """\
#include <low.h>

/* ---- a part ------------------------------------------------------ */

void low(void)
{
	wake();
}
""",
    "lib/other.c": "#include <low.h>\n\nvoid other(void)\n{\n}\n",
    "mm/high.c": "#include <low.h>\n\nvoid wake(void)\n{\n\tlow();\n}\n",
    "mmu/mmu.h": "int pte_none(int pte);\n",
    "mmu/pte.h": "static inline int pte_young(int pte)\n{\n\treturn pte;\n}\n",
    "mmu/pgtable.h": "",
    "mmu/abort.h": "",
    "tools/core.budget": "# lines\n20\n",
    "build/core.objects": "build/obj/lib/low.c.o\nbuild/obj/mm/high.c.o\n",
}

FIVE = "abcde"			# files that use each other in a circle
CIRCLE = {f"lib/{name}.c": f"void {name}(void);\nvoid {after}(void);\n\n"
                           f"void {name}(void)\n{{\n\t{after}();\n}}\n"
          for name, after in zip(FIVE, FIVE[1:] + FIVE[:1])}

# (what is broken, the check that sees it, {file: (old, new), or its text, or
# None for no file}, what the message has in it)
BROKEN = [
    ("an #include of a higher floor", "source",
     {"mm/high.h": "", "lib/low.c": ("<low.h>", "<mm/high.h>")},
     "lib/ (floor 1) must not know mm/high.h (floor 5)"),
    ("another form of #include", "source",
     {"lib/low.c": ("<low.h>", '"../include/low.h"')}, "the one form is"),
    ("headers that include each other", "source",
     {"include/a.h": "#include <b.h>\n", "include/b.h": "#include <a.h>\n"},
     "include cycle: include/a.h -> include/b.h -> include/a.h"),
    ("a header that does not compile alone", "source",
     {"include/a.h": "u99 a;\n"}, "does not compile alone"),
    ("#if in a .c file", "source",
     {"lib/low.c": ("void low", "#ifdef A\n#endif\nvoid low")},
     "lib/low.c:5: #ifdef A: no #if"),
    ("a function of 51 lines", "source",
     {"lib/low.c": ("\twake();\n", "\twake();\n" * 51)},
     "a function of 51 lines, more than 50"),
    ("a long rule", "source", {"lib/low.c": ("- */", "-- */")},
     "lib/low.c:3: a rule that ends at column 73, not 72"),
    ("a rule of another form", "source", {"lib/low.c": ("---- a part", "-- a")},
     "a rule has the form"),
    ("TODO", "source", {"lib/low.c": ("a part", "TODO x")}, "TODO: finish it"),
    ("%lld", "source", {"lib/other.c": ("{\n}", '{\n\tputs("%lld");\n}')},
     "%ll: nano Newlib"),
    ("trailing blanks", "source", {"lib/other.c": ("{\n}", "{ \n}")},
     "trailing blanks"),
    ("a call upward", "link",
     {"docs/architecture.md": ("| `wake` | it must |\n", "")},
     "lib/low.c:7: lib/ (floor 1) uses wake of mm/high.c (floor 5)"),
    ("a call upward behind a weak definition", "link",
     {"lib/other.c": ("void other", "void __attribute__((weak)) up(void)\n{\n}\n"
                      "\nvoid other"),
      "mm/up.c": "void up(void)\n{\n}\n"},
     "lib/other.c:3: lib/ (floor 1) uses up of mm/up.c (floor 5)"),
    ("a hook that nobody uses", "link", {"lib/low.c": ("wake();", "other();")},
     "the hook wake is not used upward"),
    ("thirteen hooks", "link",
     {"docs/architecture.md": ("| `wake` | it must |\n", "".join(
         f"| `wake{n}` | x |\n" for n in range(13)))}, "13 hooks, more than 12"),
    ("a circle of five files", "link", CIRCLE, "a circle of 5 files"),
    ("a layout that is not clang-format's", "layout",
     {"lib/other.c": ("{\n}", "{\n    low( );\n}")}, "would change it"),
    ("a core over its budget", "budget", {"tools/core.budget": "# lines\n14\n"},
     "the core has 16 lines of code, 14 are allowed"),
    ("a budget without `make core`", "budget", {"build/core.objects": None},
     "`make core` must be run first"),
    ("a function that the contract lacks", "contract",
     {"mmu/mmu.h": "int pte_none(int pte);\nint pte_write(int pte);\n"},
     "mmu/mmu.h:2: pte_write is declared, but"),
    ("a function of the contract that is gone", "contract",
     {"mmu/mmu.h": ""}, "the contract has pte_none, which none of"),
    ("a function pointer in a structure", "pointers",
     {"include/low.h": ("void low", "struct odd {\n\tint (*go)(void);\n};\n"
                        "void low")},
     "include/low.h:5: 1 function pointers outside of *_operations"),
    ("a function pointer as a parameter", "pointers",
     {"include/low.h": ("low(void)", "low(int (*go)(void))")},
     "1 function pointers are parameters in include/"),
]
# Not everywhere: without them, the check says so and is skipped.
NEEDS = {"layout": "clang-format 14", "budget": "cloc"}


def write(folder, files):
    for path, text in files.items():
        place = os.path.join(folder, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if text is not None:
            with open(place, "w") as file:
                file.write(text)


def compile_all(folder):
    for path in (os.path.join(where, name) for where, _, names
                 in os.walk(folder) for name in names if name.endswith(".c")):
        path = os.path.relpath(path, folder)
        name = f"build/obj/{path}.o"
        os.makedirs(os.path.join(folder, os.path.dirname(name)), exist_ok=True)
        subprocess.run([CC, "-Iinclude", "-I.", "-MMD", "-O1", "-c", "-w", "-o",
                        name, path], cwd=folder, check=True)


def lint(check, changes):
    """(status, output) of one check in the tree with these changes."""
    files = dict(TREE)
    for path, change in changes.items():
        if isinstance(change, tuple):
            assert change[0] in TREE[path], (path, change)
            change = TREE[path].replace(*change)
        files[path] = change
    with tempfile.TemporaryDirectory() as folder:
        write(folder, {**TREE, **files})
        if check in ("link", "budget"):
            compile_all(folder)
        run = subprocess.run(
            [sys.executable, f"{HERE}/tools/lint.py", check], cwd=folder,
            env=dict(os.environ, OUT="build", BOARD="vexpress-a9"), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run.returncode, run.stdout


house = subprocess.run(["make", "-s", "lint"], text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
tap.is_(house.returncode, 0, "make lint finds nothing", house.stdout)

for name in dict.fromkeys(check for _, check, _, _ in BROKEN):
    status, output = lint(name, {})
    tap.is_(status, 0, f"lint {name} finds nothing in a small tree", output)
for what, name, changes, message in BROKEN:
    status, output = lint(name, changes)
    if f"{NEEDS.get(name, '-')} is not installed" in output:
        tap.ok(True, f"{what} # SKIP {NEEDS[name]} is not installed")
    else:
        tap.ok(status == 1 and message in output, f"lint sees {what}",
               f"status {status}, wanted {message!r} in\n{output}")
tap.done()
