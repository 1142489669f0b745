#!/usr/bin/env python3
"""The labs: `make lab L=cow`, `make grade L=cow`, `make solve L=cow`, `make riddle`.

    lab.py list | lab NAME | grade NAME | solve NAME
    lab.py riddle SEED [hint] [answer]

A lab is a folder labs/NAME: README.md, the question; take.patch, what is taken
out of one source; grade, the tests that judge. It is worked on in work/NAME, a
copy of the whole kernel, so that the kernel itself stays right and nobody's work
is written over: a copy that is there is never made again. Graded are the copy's
kernel sources with the tests of the kernel itself, in build/labs/tree, where only
what differs is compiled again. A riddle is a copy with one bug of tests/mutants.

labs/NAME/grade has lines `title TEXT`, `wrong MUTANT` (two wrong solutions, which
labs.t uses), and for each test `POINTS KILLER`, the killer as in
tests/mutants/table.py, followed by what a teacher says if it fails, indented.
"""

import difflib
import os
import random
import re
import shutil
import sys
import textwrap

sys.dont_write_bytecode = True
LABS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(LABS, "..", "tests", "mutants"))
import run
import table

run.TREE = "build/labs/tree"
# What is half written may leave a function unused.
os.environ["WERROR"] = "0"
os.environ.setdefault("BOOT_SECONDS", "120")
SECONDS = 60

# The folders of the copy that are graded; its tests and tools are not.
GRADED = ("alloc", "board", "fs", "include", "inspect", "lib", "mm", "mmu",
          "proc", "run", "services", "startup", "trap")
BESIDE = ("README.md", "LICENSE", ".clang-format", ".gitignore")


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


# ---- what a lab is -------------------------------------------------------------

class Check:
    """One test of a lab: its points, its killer, the teacher's sentence."""

    def __init__(self, points, killer, sentence=""):
        self.points, self.killer, self.sentence = points, killer, sentence

    def title(self):
        kind, *names = self.killer
        return {"host": lambda: f"test_{names[0]}: {names[1]}",
                "target": lambda: f"inside the kernel: {names[0]}",
                "user": lambda: f"the program tests/user/{names[0]}.c"}[kind]()


class Lab:
    """labs/NAME, read. file: the source it takes something out of."""

    def __init__(self, name):
        self.name, self.title = name, name
        self.work = f"work/{name}"
        self.wrong, self.checks = [], []
        if not os.path.exists(f"labs/{name}/grade"):
            said = f"there is no lab {name!r}" if name else "no lab is named, by L="
            sys.exit(textwrap.fill(f"{said}; there are: {', '.join(names())}", 80))
        self.patch = read(f"labs/{name}/take.patch")
        self.file = re.search(r"^--- a/(\S+)", self.patch, re.M)[1]
        for line in read(f"labs/{name}/grade").splitlines():
            self._read(line)

    def _read(self, line):
        word, _, rest = line.partition(" ")
        if word == "title":
            self.title = rest
        elif word == "wrong":
            self.wrong.append(rest)
        elif word.isdigit():
            self.checks.append(Check(int(word), tuple(rest.split())))
        elif line.startswith("  "):
            self.checks[-1].sentence += f" {line.strip()}"
        elif line:
            sys.exit(f"labs/{self.name}/grade: unexpected line {line!r}")

    def hunks(self):
        """The lines of each hunk, with their signs."""
        for hunk in re.split(r"^@@.*\n", self.patch, flags=re.M)[1:]:
            yield hunk.splitlines()

    def places(self, text):
        """[(first line, line behind the last) in text where a hunk fits, for each
        hunk]: as code, for comments are rewritten more often."""
        there = code_lines(text.splitlines())
        for hunk in self.hunks():
            old = [code for _, code in code_lines(
                [line[1:] for line in hunk if line[0] in " -"])]
            yield [(there[n][0], there[n + len(old) - 1][0] + 1)
                   for n in range(len(there) - len(old) + 1)
                   if [code for _, code in there[n:n + len(old)]] == old]

    def take_out(self, text):
        """The text of self.file without what the lab asks for."""
        lines = text.splitlines()
        edits = []
        for hunk, places in zip(self.hunks(), self.places(text)):
            if len(places) != 1:
                sys.exit(f"labs/{self.name}/take.patch does not fit {self.file}")
            edits.append((*places[0], new_side(hunk)))
        for first, behind, new in reversed(edits):
            lines[first:behind] = new
        return "\n".join(lines) + "\n"


def code_lines(lines):
    """[(index, code)] of the lines that are not comment or blank alone; the first
    may be in the middle of a comment."""
    found, inside = [], False
    for index, line in enumerate(lines):
        if inside or re.match(r"\s*\*( |/|$)", line):
            inside = "*/" not in line
            line = "" if inside else line.split("*/", 1)[1]
        line = re.sub(r"/\*.*?\*/", "", line)
        if "/*" in line:
            inside, line = True, line.split("/*")[0]
        if line.strip():
            found.append((index, " ".join(line.split())))
    return found


def new_side(hunk):
    """What replaces the code of a hunk: context that is no code stays outside."""
    code = {index for index, _ in code_lines([line[1:] for line in hunk])}
    kept = [index for index, line in enumerate(hunk)
            if index in code or line[0] == "+"]
    return [hunk[index][1:] for index in range(kept[0], kept[-1] + 1)
            if hunk[index][0] in " +"]


class Riddle:
    """A bug of tests/mutants, chosen by a number, as a lab of one test."""

    def __init__(self, seed):
        mutants = [m for m in table.load()
                   if m.killer.split()[0] in ("host", "user", "target")]
        self.mutant = random.Random(seed).choice(mutants)
        self.name = f"riddle-{seed}"
        self.title = "a bug to be found"
        self.work, self.file = f"work/{self.name}", self.mutant.file
        self.checks = [Check(10, self.mutant.killer_parts(),
                             " What the test sees is still wrong.")]

    def take_out(self, text):
        return self.mutant.apply(text)


def names():
    """In the order of the sittings: labs/README.md has it."""
    return re.findall(r"^\| `(\w+)` ", read("labs/README.md"), re.M)


def named(name):
    riddle = re.fullmatch(r"riddle-(\w+)", name)
    return Riddle(riddle[1]) if riddle else Lab(name)


# ---- the copy ------------------------------------------------------------------

def begin(lab):
    """False: the copy is there already, and stays as it is."""
    if os.path.exists(lab.work):
        return False
    text = lab.take_out(read(lab.file))
    os.makedirs(lab.work)
    for top in (*run.COPIED, *BESIDE):
        if os.path.isdir(top):
            shutil.copytree(top, f"{lab.work}/{top}",
                            ignore=shutil.ignore_patterns("__pycache__"))
        elif os.path.exists(top):
            shutil.copy2(top, f"{lab.work}/{top}")
    write(f"{lab.work}/{lab.file}", text)
    return True


def changed(work):
    """The kernel sources of a copy that are not the kernel's own."""
    for top in GRADED:
        for folder, _, files in os.walk(f"{work}/{top}"):
            for name in files:
                path = os.path.relpath(f"{folder}/{name}", work)
                if not os.path.exists(path) or not run.same(path,
                                                            f"{work}/{path}"):
                    yield path


def need_copy(lab):
    if not os.path.exists(lab.work):
        begin_with = (f"make riddle SEED={lab.name[7:]}"
                      if isinstance(lab, Riddle) else f"make lab L={lab.name}")
        sys.exit(f"{lab.work} is not there: begin with {begin_with}")


# ---- grading -------------------------------------------------------------------

def host_result(program, test):
    """(passed, what was seen) of one test, alone: others may end the program."""
    status, output = run.run([f"./{run.host_goal(program)}"], SECONDS,
                             CMOCKA_MESSAGE_OUTPUT="STDOUT", HOST_ONLY=test)
    passed = status == 0 and f"[       OK ] {test}\n" in output
    if status is None:
        return False, f"it did not end within {SECONDS} seconds"
    return passed, run.first_reason(output)


def boot_result(kind, name):
    line = {"target": "tests/target/target.t", "user": "tests/user/programs.t"}
    outcome = run.run_tap([line[kind], name], name, BUILT_BY_MAKE="yes")
    return not outcome.failed, run.first_reason(outcome.text)


def judge(check):
    """(passed, what was seen) of one check; the tree has the copy's sources."""
    words = run.build([check.killer])
    if words is not None:
        return False, "it does not compile:\n" + words
    if check.killer[0] == "host":
        return host_result(*check.killer[1:])
    return boot_result(*check.killer)


def grade_sources(lab, sources, show=print):
    """Points of the tree with these {path: text}; show gets lines."""
    run.update_tree()
    for path, text in sources.items():
        write(f"{run.TREE}/{path}", text)
    points, highest = 0, sum(check.points for check in lab.checks)
    for check in lab.checks:
        passed, seen = judge(check)
        points += check.points if passed else 0
        show(f"{check.points if passed else 0:4} of {check.points}  "
             f"{check.title()}")
        if not passed:
            show(textwrap.fill(check.sentence.strip(), 79,
                               initial_indent=" " * 10,
                               subsequent_indent=" " * 10))
            show("\n".join(f"          > {line}"
                           for line in seen.splitlines()[:12]))
    show(f"{points:4} of {highest} points")
    return points, highest


def flushed(text):
    if text:
        print(text, flush=True)


def grade(name):
    lab = named(name)
    need_copy(lab)
    paths = sorted(changed(lab.work))
    print(f"{name}: {lab.title}. Changed in {lab.work}: "
          f"{' '.join(paths) or 'nothing, it is the kernel itself'}", flush=True)
    points, highest = grade_sources(
        lab, {path: read(f"{lab.work}/{path}") for path in paths}, flushed)
    if points < highest:
        print(f"Once more: {lab.work}/{lab.file}, then make grade L={name}")
    return points < highest


# ---- the commands --------------------------------------------------------------

def list_labs():
    for name in names():
        lab = Lab(name)
        print(textwrap.fill(f"  {name:12} {lab.title} ({lab.file})", 80,
                            subsequent_indent=" " * 15))
    print("make lab L=NAME begins one; labs/README.md")
    return 0


def lab(name):
    if not name:
        return list_labs()
    chosen = Lab(name)
    if not begin(chosen):
        print(f"{chosen.work} is there already and stays as it is; "
              f"rm -r {chosen.work} to begin again")
        return 0
    print(f"{name}: {chosen.title}\n"
          f"  the question   labs/{name}/README.md\n"
          f"  your source    {chosen.work}/{chosen.file}\n"
          f"  your points    make grade L={name}\n"
          f"{chosen.work} is a kernel of its own: make run and make debug work "
          "there.")
    return 0


def solve(chosen):
    """The kernel's own source into the copy; what was there is kept."""
    if isinstance(chosen, Riddle):
        sys.exit(f"make riddle SEED={chosen.name[7:]} ANSWER=1 shows the bug")
    need_copy(chosen)
    place = f"{chosen.work}/{chosen.file}"
    mine, right = read(place), read(chosen.file)
    if mine == right:
        print(f"{place} is the kernel's own already")
        return 0
    kept = next(path for path in (f"{place}.yours-{n}" for n in range(1, 1000))
                if not os.path.exists(path))
    write(kept, mine)
    write(place, right)
    sys.stdout.writelines(difflib.unified_diff(
        mine.splitlines(True), right.splitlines(True), kept, place))
    print(f"yours is kept: {kept}")
    return 0


def begun():
    """The number of the riddle that was begun; there must be one alone."""
    numbers = sorted(folder.removeprefix("riddle-")
                     for folder in (os.listdir("work") if os.path.exists("work") else ())
                     if folder.startswith("riddle-"))
    if not numbers:
        sys.exit("no riddle was begun: make riddle")
    if len(numbers) > 1:
        sys.exit(textwrap.fill(f"which riddle? SEED= is one of {', '.join(numbers)}",
                               80))
    return numbers[0]


def riddle(seed, *wishes):
    seed = seed or (begun() if wishes else str(random.randrange(1000)))
    chosen = Riddle(seed)
    mutant = chosen.mutant
    if "answer" in wishes:
        print(textwrap.fill(f"{chosen.name}: {mutant.name}: {mutant.breaks}", 80))
        print(f"{mutant.file}, - the kernel's own, + the bug:")
        sys.stdout.writelines(difflib.ndiff(mutant.old.splitlines(True),
                                            mutant.new.splitlines(True)))
        return 0
    if "hint" in wishes:
        print(f"{chosen.name}: it is in {os.path.dirname(mutant.file)}/, and "
              f"about {mutant.rule.replace('hardware', 'row')}"
              f"{' of docs/hardware.md' if 'hardware' in mutant.rule else ''}")
        return 0
    begin(chosen)
    print(f"{chosen.name}: {chosen.work} is a kernel with one bug in it. "
          "What a test sees:", flush=True)
    grade_sources(chosen, {mutant.file: mutant.apply(read(mutant.file))},
                  flushed)
    print(f"Find and mend it there, then: make grade L={chosen.name}\n"
          f"make riddle SEED={seed} HINT=1 or ANSWER=1 says more.")
    return 0


COMMANDS = {"lab": lab, "grade": grade, "riddle": riddle,
            "solve": lambda name: solve(named(name))}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
