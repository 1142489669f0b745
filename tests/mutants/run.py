#!/usr/bin/env python3
"""Seeds one bug at a time: the test named for it must fail, and who else sees it?

    run.py [--record] [--rest] [--part K/N] [--find] [--doc] [NAME-PATTERN ...]

The sources are copied to build/mutants/tree, which stays for the next run, so
only what a mutant touches is compiled again. First the unchanged copy must pass
all tests concerned; then each mutant must make its killer fail. Meanwhile it is
asked on three sides, likely tests first and up to the first that fails: does the
emulator show it (tests/system/nopan.t, without software PAN), does a host test,
most of which run on the MMU model, and does the checker that follows the image's
instructions (tests/hw)? What was seen goes into the file `seen`
beside this one with --record, a mutant at a time; without, a difference from that
file is printed. --rest: only those of which `seen` does not know all, so that a
recording can be broken off and taken up again; --part 1/2: every second one, in a
copy of its own, for two runs side by side.
--doc writes docs/mutants.md and the table at the end of docs/hardware.md from
`seen`. --find looks for tests that fail, for a new row. Ends with "N mutants, N
killed, 0 survived"; the status is 0 if that is so.
"""

import argparse
import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seen
import table

TREE = "build/mutants/tree"  # with --part, one for each
COPIED = ("Makefile", "alloc", "board", "docs", "fs", "include", "inspect",
          "lib", "mm", "mmu", "proc", "run", "services", "startup", "tests",
          "tools", "trap", "user")
HOST_SECONDS = 120
FUZZ_RUNS = 2000000
FUZZ_CC = "clang-14"
# What --find tries, by folder of the mutant: quick ones first.
FIND = {
    "mmu": "pte abort tlb pgtable kmap context tlb-strict pgtable-strict "
           "kmap-strict context-strict uaccess fault fork gup",
    "mm": "vma fault fork gup mmap mm_sweep truncate vmalloc fault-strict "
          "fork-strict mmap-strict mm_random",
    "trap": "do_abort fault fork alignment",
    "alloc": "buddy buddy_checks buddy_histories slab slab_checks memblock "
             "fault fork",
    "proc": "elf",
}
# ... and of all other folders.
FIND_ELSEWHERE = "fault fork mmap do_abort truncate filemap alignment"
# A boot that takes longer hangs.
BOOT_SECONDS = "60"
HW_QEMU = os.path.abspath("build/debian/emulator/usr/bin/qemu-system-arm")


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


def hash_of_tree():
    """Of all that the copy is made of."""
    total = hashlib.sha256()
    for path in sorted(source_files()):
        # What a recording writes changes no test.
        if path.startswith("docs/") or path == os.path.relpath(seen.FILE):
            continue
        with open(path, "rb") as file:
            total.update(path.encode() + b"\0" + file.read())
    return total.hexdigest()


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
    status, output = run(["make", "-s", "-f", makefile, HOST_CC, *goals], 3600)
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
             "test-initramfs.cpio", "careless.bin", "nor.bin")]


def nopan_goals():
    out = f"build/{os.environ.get('BOARD', 'vexpress-a9')}"
    return [f"{out}/nopan/{name}.bin" for name in ("pagewalk", "pagewalk-tests")
            ] + [f"{out}/test-initramfs.cpio", f"{out}/initramfs.cpio"]


def hw_goals():
    out = f"build/{os.environ.get('BOARD', 'vexpress-a9')}"
    return [f"{out}/{name}" for name in
            ("pagewalk.bin", "nopan/pagewalk.bin", "test-initramfs.cpio",
             "careless.bin", "hw.so")]


def build(killers):
    """What these killers need; None, or the compiler's words."""
    host = {host_goal(k[1]) for k in killers if k[0] == "host"}
    goals = {goal for k in killers if k[0] == "target" for goal in target_goals()}
    goals |= {goal for k in killers if k[0] in ("user", "system", "soak")
              for goal in user_goals()}
    goals |= {goal for k in killers if k[0] == "nopan" for goal in nopan_goals()}
    goals |= {goal for k in killers if k[0] == "hw" for goal in hw_goals()}
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


def run_tap(line, name=None, **environment):
    """With a name: if that test's line is missing, the boot ended before it."""
    status, output = run(line, 600, **environment)
    failed = re.findall(r"^not ok \d+ - (\w+)", output, re.M)
    if status == 0:
        return Outcome([], output)
    if name and not re.search(rf"^ok \d+ - {name}\b", output, re.M):
        failed.append(name)
    return Outcome(failed or ["(start)"], output)


def emulator_shows():
    """The first test of nopan.t that fails; None: all pass."""
    with subprocess.Popen(["tests/system/nopan.t"], cwd=TREE, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          start_new_session=True,
                          env=dict(os.environ, BOOT_SECONDS=BOOT_SECONDS,
                                   BUILT_BY_MAKE="yes")) as boots:
        for line in boots.stdout:
            if line.startswith("not ok "):
                os.killpg(boots.pid, signal.SIGKILL)  # and its emulator
                return line.split()[4].rstrip(":")
    return None


def checker_says():
    """The rule of hardware.md that hw.t sees broken first; None: none is."""
    output = run(["tests/hw/hw.t"], 600, HW_QEMU=HW_QEMU, HW_FIRST="1",
                 BOOT_SECONDS=BOOT_SECONDS, BUILT_BY_MAKE="yes")[1]
    found = re.search(r"^#   hw: rule (\d+): ", output, re.M)
    return found and found[1]


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
        outcome = run_tap([f"tests/system/{name}.t"], BOOT_SECONDS=BOOT_SECONDS)
        return Outcome([name] if outcome.failed else [], outcome.text)
    if kind == "nopan":
        name = emulator_shows()
        return Outcome([] if name is None else [name])
    if kind == "hw":
        rule = checker_says()
        return Outcome([rule] if rule else [])
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


def killed_by(killer):
    """(killed, what was seen) of the mutant that is in the copy."""
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


def host_test_fails(programs):
    """`test_PROGRAM: TEST` of the first program where one does, or None."""
    for program in programs:
        if make_has_nothing(host_goal(program)):
            continue
        if build([("host", program)]) is not None:
            return None
        outcome = run_host(program)
        if outcome.failed:
            return f"test_{program}: {outcome.failed[0]}"
    return None


def make_has_nothing(goal):
    """Is the file of the mutant no part of it?"""
    return run(["make", "-q", "-s", "-f", "tests/host/host.mk", HOST_CC, goal],
               600)[0] == 0


def on_the_host(mutant, killer, killed):
    """Who sees it there, as `seen` has it."""
    if killer[0] == "host":
        return f"test_{killer[1]}" if killed else None
    found = host_test_fails(programs_for(mutant))
    return found and found.split(":")[0]


def programs_for(mutant):
    return FIND.get(mutant.file.split("/")[0], FIND_ELSEWHERE).split()


def in_the_emulator(killer, killed):
    if killer[0] in ("target", "user", "system", "soak", "nopan"):
        return killer[1] if killed else None
    return None if make(nopan_goals(), "Makefile") else emulator_shows()


def by_the_checker(killer, killed):
    """The rule, or None; "?": there is no QEMU that it could run on."""
    if killer[0] == "hw":
        return killer[1] if killed else None
    if not os.path.exists(HW_QEMU):
        return "?"
    return None if make(hw_goals(), "Makefile") else checker_says()


def kill(mutant):
    """(killed, what the killer saw, Seen): both sides at the same time."""
    killer = mutant.killer_parts()
    result = {}

    def emulator(killed=True):
        result["emulator"] = in_the_emulator(killer, killed)
        result["checker"] = by_the_checker(killer, killed)

    with Seeded(mutant):
        if killer[0] == "build":
            return *killed_by(killer), seen.Seen("compiler", "compiler", None)
        beside = threading.Thread(target=emulator)
        on_host = killer[0] in ("host", "fuzz")
        if on_host:
            beside.start()
        killed, words = killed_by(killer)
        host = on_the_host(mutant, killer, killed)
        if on_host:
            beside.join()
        else:
            emulator(killed)
    return killed, words, seen.Seen(result["emulator"], host,
                                    result["checker"])


def find(mutant):
    """Killer lines: each test that fails in the first program where one does,
    the program that the row names tried before the others; and the emulator."""
    named = mutant.killer_parts()
    programs = programs_for(mutant)
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
        words = build([("nopan", "")])
        name = words or emulator_shows()
    return [f"nopan {name}" if name else "every test passed"]


# ---- the whole -------------------------------------------------------------------

def check_rows(mutants):
    bad = [f"{m.where}: {m.name}: {words}" for m in mutants
           for words in [table.problems(m)] if words]
    if bad or not mutants:
        sys.exit("\n".join(bad) or "no mutant has such a name")


def killers_of(mutants):
    killers = {}
    for kind, name, *_ in (m.killer_parts() for m in mutants):
        # The target's tests share a boot: one stands for all.
        key = (kind, name) if kind in ("host", "user", "system", "fuzz",
                                     "soak") else kind
        killers[key] = (kind, name)
    killers["nopan"] = ("nopan", "")
    if os.path.exists(HW_QEMU):
        killers["hw"] = ("hw", "")
    return sorted(killers.values())


def check_unchanged(mutants):
    """A killer that fails anyhow proves nothing. What has passed in this copy,
    of these sources, is not asked again."""
    note, tree = os.path.join(TREE, "passed"), hash_of_tree()
    passed = set()
    if os.path.exists(note):
        with open(note) as file:
            passed = set(file.read().split("\n"))
    passed = passed if tree in passed else {tree}
    killers = [k for k in killers_of(mutants) if " ".join(k) not in passed]
    print(f"the unchanged copy: {len(killers)} test programs", flush=True)
    words = build(killers)
    if words is not None:
        sys.exit(f"the unchanged copy does not build:\n{words}")
    for killer in killers:
        outcome = run_killer(killer)
        if outcome.failed:
            sys.exit(f"{' '.join(killer)} fails without any mutant: "
                     f"{', '.join(outcome.failed)}\n{outcome.text[-3000:]}")
        passed.add(" ".join(killer))
        with open(note, "w") as file:
            file.write("\n".join(passed))


def killer_text(mutant):
    kind, *parts = mutant.killer_parts()
    return {
        "host": lambda: f"`test_{parts[0]}`: {parts[1]}",
        "target": lambda: f"`target.t`: {parts[0]}",
        "user": lambda: f"`tests/user/{parts[0]}.c`",
        "system": lambda: f"`tests/system/{parts[0]}.t`",
        "soak": lambda: f"`make soak-load MINUTES={parts[0]}`",
        "fuzz": lambda: f"`make fuzz-host`: {parts[0]}",
        "hw": lambda: f"`make check-hw`: rule {parts[0]}",
        "nopan": lambda: f"`tests/system/nopan.t`: {parts[0]}",
        "build": lambda: f"the compiler: \"{parts[0]}\"",
    }[kind]()


def run_all(mutants, keep):
    """The survivors. What saw each mutant goes to keep, as {name: Seen}."""
    survivors = []
    for m in mutants:
        start = time.monotonic()
        killed, words, row = kill(m)
        seconds = time.monotonic() - start
        print(f"{'killed  ' if killed else 'SURVIVED'} {m.name:28} {m.killer}  "
              f"({seconds:.0f} s)  {words}\n         {row}", flush=True)
        if not killed:
            survivors.append(m)
        keep({m.name: row})
    print(f"{len(mutants)} mutants, {len(mutants) - len(survivors)} killed, "
          f"{len(survivors)} survived")
    return survivors


def part_of(mutants, part):
    """Those of the hardware's rules first: the documents count them."""
    global TREE  # pylint: disable=global-statement
    mine, of = map(int, part.split("/"))
    if of > 1:
        TREE += f"-{mine}"
    mutants = sorted(mutants, key=lambda m: not m.rule.startswith("hardware"))
    return mutants[mine - 1::of]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--find", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--rest", action="store_true")
    parser.add_argument("--part", metavar="K/N", default="1/1")
    parser.add_argument("--doc", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    mutants = table.load(options.names)
    check_rows(mutants)
    if options.doc:
        seen.write_documents(mutants, killer_text)
        return 0
    mutants = part_of(mutants, options.part)
    if options.rest:
        mutants = [m for m in mutants if seen.not_all_known(m.name)]
    update_tree()
    if not os.path.exists(HW_QEMU):
        subprocess.run(["make", os.path.relpath(HW_QEMU)], check=False)
    if not os.path.exists(HW_QEMU):
        mutants = [m for m in mutants if not m.killer.startswith("hw ")]
        print("mutants of the checker left out: no QEMU 10", flush=True)
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
    survivors = run_all(mutants, seen.record if options.record else
                        seen.compare)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
