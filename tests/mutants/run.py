#!/usr/bin/env python3
"""Seeds one bug at a time and shows that the test named for it fails.

    run.py [--find] [--doc FILE] [NAME-PATTERN ...]

The sources are copied to build/mutants/tree, which stays for the next run, so
only what a mutant touches is compiled again. First the unchanged copy must pass
all tests concerned; then each mutant must make its killer fail. --find looks
for tests that fail, for a new row.
--doc writes the table of docs/mutants.md. Ends with "N mutants, N killed, 0
survived"; the status is 0 if that is so.
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import table

TREE = "build/mutants/tree"
COPIED = ("Makefile", "alloc", "board", "docs", "fs", "include", "inspect",
          "lib", "mm", "mmu", "proc", "run", "services", "startup", "tests",
          "tools", "trap", "user")
HOST_SECONDS = 120
FUZZ_RUNS = 2000000
FUZZ_CC = "clang-14"
# What --find tries, by folder of the mutant: quick ones first.
FIND = {
    "mmu": "pte abort tlb pgtable kmap context tlb-strict pgtable-strict "
           "kmap-strict context-strict uaccess fault",
    "mm": "vma fault mmap truncate vmalloc fault-strict mmap-strict mm_random",
    "trap": "do_abort fault alignment",
    "alloc": "buddy slab memblock fault",
    "proc": "elf",
}


# ---- the copy ----------------------------------------------------------------

def same(a, b):
    if not os.path.exists(b) or os.path.getsize(a) != os.path.getsize(b):
        return False
    with open(a, "rb") as one, open(b, "rb") as other:
        return one.read() == other.read()


def source_files():
    for top in COPIED:
        if os.path.isfile(top):
            yield top
        for folder, folders, names in os.walk(top):
            folders[:] = [f for f in folders if f != "__pycache__"]
            yield from (os.path.join(folder, name) for name in names)


def update_tree():
    """Bring the copy up to date; what has not changed keeps its time."""
    wanted = set(source_files())
    for path in wanted:
        copy = os.path.join(TREE, path)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        if not same(path, copy):
            shutil.copyfile(path, copy)
            shutil.copymode(path, copy)
    for top in COPIED:
        for path in glob.glob(f"{TREE}/{top}/**/*", recursive=True):
            if os.path.isfile(path) and os.path.relpath(path, TREE) not in wanted:
                os.remove(path)


# ---- building and running -------------------------------------------------------

class Outcome:
    """How a test ended. failed: names that did not pass; text: why."""

    def __init__(self, failed, text=""):
        self.failed, self.text = failed, text


def run(line, seconds, **environment):
    """(status or None, output): None when it had to be stopped."""
    # Ours is a make's child: its options are not for the makes of the copy.
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    try:
        done = subprocess.run(line, cwd=TREE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds,
                              env=dict(env, **environment), check=False)
        return done.returncode, done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode("utf-8", "replace")


# What a mutant no longer uses is no reason to refuse it.
HOST_CC = "HOST_CC=gcc " + " ".join(
    f"-Wno-error=unused-{what}" for what in
    ("parameter", "function", "variable", "but-set-variable", "const-variable"))


def make(goals, makefile):
    status, output = run(["make", "-s", "-f", makefile, HOST_CC, *goals], 600)
    return None if status == 0 else output


def host_goal(program):
    return f"build/host/test_{program}"


def target_goals():
    out = f"build/{os.environ.get('BOARD', 'vexpress-a9')}"
    return [f"{out}/pagewalk-tests.bin", f"{out}/initramfs.cpio"]


def user_goals():
    out = f"build/{os.environ.get('BOARD', 'vexpress-a9')}"
    return [f"{out}/{name}" for name in
            ("pagewalk.bin", "pagewalk.elf", "initramfs.cpio",
             "test-initramfs.cpio")]


def build(killers):
    """What these killers need; None, or the compiler's words."""
    host = {host_goal(k[1]) for k in killers if k[0] == "host"}
    goals = {goal for k in killers if k[0] == "target" for goal in target_goals()}
    goals |= {goal for k in killers if k[0] in ("user", "system", "soak")
              for goal in user_goals()}
    goals |= {goal for k in killers if k[0] == "fuzz"
              for goal in (f"build/host/fuzz-{k[1]}", "build/host/fuzz-seeds/made")}
    if any(k[0] == "build" for k in killers):
        goals.add("all")
    return (make(sorted(host), "tests/host/host.mk") if host else None) or \
           (make(sorted(goals), "Makefile") if goals else None)


def run_host(program):
    """cmocka's own format: it names a test before it runs."""
    status, output = run([f"./{host_goal(program)}"], HOST_SECONDS,
                         CMOCKA_MESSAGE_OUTPUT="STDOUT")
    started = re.findall(r"^\[ RUN      \] (\w+)", output, re.M)
    passed = set(re.findall(r"^\[       OK \] (\w+)", output, re.M))
    failed = [name for name in started if name not in passed]
    if status == 0:
        return Outcome([], output)
    return Outcome(failed or ["(start)"], output)


def run_tap(line, name=None):
    """With a name: if that test's line is missing, the boot ended before it."""
    status, output = run(line, 600)
    failed = re.findall(r"^not ok \d+ - (\w+)", output, re.M)
    if status == 0:
        return Outcome([], output)
    if name and not re.search(rf"^ok \d+ - {name}\b", output, re.M):
        failed.append(name)
    return Outcome(failed or ["(start)"], output)


def run_killer(killer):
    kind, name = killer[:2]
    if kind == "host":
        return run_host(name)
    if kind == "target":
        return run_tap(["tests/target/target.t"], name)
    if kind == "user":
        return run_tap(["tests/user/programs.t", name])
    if kind == "system":
        # Its lines have no names: any of them will do.
        outcome = run_tap([f"tests/system/{name}.t"])
        return Outcome([name] if outcome.failed else [], outcome.text)
    if kind == "fuzz":
        status, output = run(["python3", "tests/fuzz/host_fuzz.py"], 600,
                             PARSERS=name, FUZZ_RUNS=str(FUZZ_RUNS))
        return Outcome([name] if status else [], output)
    if kind == "soak":
        status, output = run(["python3", "tests/system/soak.py", name], 1800)
        return Outcome([name] if status else [], output)
    return Outcome([])


# ---- one mutant ------------------------------------------------------------------

def first_reason(output):
    """The line that says what the test saw."""
    for pattern in (r"^# unexpected: (.*)", r"^ERROR: (?!Check)(.*)", r"(ERROR: (?:AddressSanitizer|libFuzzer): [\w-]+)",
                    r"^not ok(?: \d+)? - (.*(?:lost|stalled).*)",
                    r"(runtime error: .*)",
                    r"^\[  ERROR   \] --- (.*)", r"^# (.*)"):
        found = re.search(pattern, output, re.M)
        if found:
            return found[1][:100]
    return ""


class Seeded:
    """The copy with one mutant in it, for the length of a with."""

    def __init__(self, mutant):
        self.path = os.path.join(TREE, mutant.file)
        self.mutant = mutant

    def __enter__(self):
        with open(self.path) as file:
            self.text = file.read()
        self.write(self.mutant.apply(self.text))

    def __exit__(self, *_):
        self.write(self.text)

    def write(self, text):
        with open(self.path, "w") as file:
            file.write(text)


def kill(mutant):
    """(killed, what was seen)."""
    killer = mutant.killer_parts()
    with Seeded(mutant):
        words = build([killer])
        if killer[0] == "build":
            refused = words is not None and killer[1] in words
            return refused, "" if refused else words or "it builds"
        if words is not None:
            return False, f"does not build: {words}"
        outcome = run_killer(killer)
    named = killer[2] if killer[0] == "host" else killer[1]
    reason = first_reason(outcome.text)
    if named in outcome.failed:
        return True, reason
    return False, (f"failed instead: {', '.join(outcome.failed)}: {reason}"
                   if outcome.failed else "every test passed")


def find(mutant):
    """Killer lines: each test that fails in the first program where one does,
    the program that the row names tried before the others."""
    named = mutant.killer_parts()
    programs = FIND[mutant.file.split("/")[0]].split()
    if named[0] == "host":
        programs = [named[1]] + [p for p in programs if p != named[1]]
    with Seeded(mutant):
        for program in programs:
            words = build([("host", program)])
            if words is not None:
                return [f"build {words[-300:]}"]
            outcome = run_host(program)
            if outcome.failed:
                return [f"host {program} {name}" for name in outcome.failed]
    return ["every test passed"]


# ---- the whole -------------------------------------------------------------------

def check_rows(mutants):
    bad = [f"{m.where}: {m.name}: {words}" for m in mutants
           for words in [table.problems(m)] if words]
    if bad or not mutants:
        sys.exit("\n".join(bad) or "no mutant has such a name")


def check_unchanged(mutants):
    """A killer that fails anyhow proves nothing."""
    killers = {}
    for kind, name, *_ in (m.killer_parts() for m in mutants):
        # The target's tests share a boot: one stands for all.
        key = (kind, name) if kind in ("host", "user", "system", "fuzz",
                                     "soak") else kind
        killers[key] = (kind, name)
    killers = sorted(killers.values())
    print(f"the unchanged copy: {len(killers)} test programs", flush=True)
    words = build(killers)
    if words is not None:
        sys.exit(f"the unchanged copy does not build:\n{words}")
    for killer in killers:
        outcome = run_killer(killer)
        if outcome.failed:
            sys.exit(f"{' '.join(killer)} fails without any mutant: "
                     f"{', '.join(outcome.failed)}\n{outcome.text[-3000:]}")


def killer_text(mutant):
    kind, *parts = mutant.killer_parts()
    return {
        "host": lambda: f"`test_{parts[0]}`: {parts[1]}",
        "target": lambda: f"`target.t`: {parts[0]}",
        "user": lambda: f"`tests/user/{parts[0]}.c`",
        "system": lambda: f"`tests/system/{parts[0]}.t`",
        "soak": lambda: f"`make soak-load MINUTES={parts[0]}`",
        "fuzz": lambda: f"`make fuzz-host`: {parts[0]}",
        "build": lambda: f"the compiler: \"{parts[0]}\"",
    }[kind]()


DOC_HEAD = """# Seeded bugs, and the tests that find them

`make mutants` builds each of these bugs into a copy of the sources, one at a
time, and shows that the test named here fails; the unchanged copy must pass
first. A test suite that a bug passes is mended, never the bug. `make mutants
MUTANTS='tlb-*'` runs some. The bugs themselves are hunks in
`tests/mutants/*.mutants`; this table is written from them by
`tests/mutants/run.py --doc docs/mutants.md`, after a run without survivors.

"Rule" is the row of [hardware.md](hardware.md) or the classic mistake of memory
managers. "QEMU alone": would boots in the emulator have shown it? That column
is judged by the list at the end of hardware.md, not by a run of each. Where it
says no, the host tests are all that stands between the bug and a board.

Rules without a mutant are those that neither the model nor the emulator can
show broken: what is done before the MMU is on (1, 2, 9, 10, 25, 27, and 23, a
compiler's option), device writes (19); 28 is a decision. Of 11 only the cleared
monitor has one, of 22 only what is done when the abort has come. Reading
protects the rest.

"""


def write_doc(path, mutants):
    hidden = sum(m.qemu == "no" for m in mutants)
    with open(path, "w") as file:
        file.write(DOC_HEAD)
        file.write(f"{len(mutants)} mutants, all killed; {hidden} of them QEMU "
                   "alone would miss.\n\n"
                   "| mutant | what is broken | rule | file | killed by | "
                   "QEMU alone |\n|---|---|---|---|---|---|\n")
        for m in mutants:
            file.write(f"| {m.name} | {m.breaks} | {m.rule} | `{m.file}` | "
                       f"{killer_text(m)} | {m.qemu} |\n")


def run_all(mutants):
    survivors = []
    for m in mutants:
        start = time.monotonic()
        killed, seen = kill(m)
        seconds = time.monotonic() - start
        word = "killed  " if killed else "SURVIVED"
        print(f"{word} {m.name:28} {m.killer}  ({seconds:.0f} s)  {seen}"
              if killed else f"{word} {m.name:28} {m.killer}  {seen}", flush=True)
        if not killed:
            survivors.append(m)
    print(f"{len(mutants)} mutants, {len(mutants) - len(survivors)} killed, "
          f"{len(survivors)} survived")
    return survivors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--find", action="store_true")
    parser.add_argument("--doc")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    mutants = table.load(options.names)
    check_rows(mutants)
    if options.doc:
        write_doc(options.doc, mutants)
        return 0
    update_tree()
    if not shutil.which(FUZZ_CC):
        left_out = [m for m in mutants if m.killer.startswith("fuzz")]
        mutants = [m for m in mutants if m not in left_out]
        print(f"{len(left_out)} mutants left out: no {FUZZ_CC} "
              "(`make setup-fuzz`)", flush=True)
    if options.find:
        for m in mutants:
            print(m.name, *find(m), sep="\n    ", flush=True)
        return 0
    check_unchanged(mutants)
    return 1 if run_all(mutants) else 0


if __name__ == "__main__":
    sys.exit(main())
