#!/usr/bin/python3
"""The labs: each can be taken out of the kernel, and its grade tells right from wrong.

A lab as it is begun, and two wrong solutions (bugs of tests/mutants in the part
that was taken out), must lose points and be told why; the kernel's own source gets
all. Here the lab whose tests are the quickest, without the one that boots;
LABS_ALL=1 (make check-all): all of them, whole. LABS='cow asid': some.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "tests", "lib")]
import lab as labs
import table
import tap

QUICKEST = "buddy"
MUTANTS = {m.name: m for m in table.load()}


def sitting_of(path):
    """The number of the first sitting that has this file."""
    before = labs.read("docs/reading-order.md").split(f"`{path}`")[0]
    return re.findall(r"^## (\d+)\.", before, re.M)[-1]


def pages_fit():
    tap.is_(sorted(labs.names()), sorted(
        name for name in os.listdir("labs")
        if os.path.isdir(f"labs/{name}") and name != "__pycache__"),
        "labs/README.md lists every lab")
    for name in labs.names():
        lab = labs.Lab(name)
        source = labs.read(lab.file)
        places = [len(found) for found in lab.places(source)]
        tap.ok(places and set(places) == {1},
               f"{name}: what it takes out is in {lab.file} once", places)
        page = labs.read(f"labs/{name}/README.md")
        numbers = [sitting_of(lab.file), *re.findall(r"^Sitting (\d+) of", page,
                   re.M), *re.findall(rf"^\| `{name}` \| (\d+) ",
                                      labs.read("labs/README.md"), re.M)]
        tap.ok(len(numbers) == 3 and len(set(numbers)) == 1,
               f"{name}: {lab.file} is read in the sitting that is named", numbers)
        named = re.findall(r"`([\w./-]+/[\w.-]+\.\w+)`", page)
        tap.is_([path for path in named if not os.path.exists(path)], [],
                f"{name}: its page names files that there are")
        tap.is_(sum(check.points for check in lab.checks), 10,
                f"{name}: ten points")
        tap.ok(all(check.sentence for check in lab.checks),
               f"{name}: each test has a teacher's sentence")
        tap.ok(len(lab.wrong) == 2 and all(
            MUTANTS[bug].file == lab.file for bug in lab.wrong),
            f"{name}: two wrong solutions of {lab.file}", lab.wrong)


def graded(lab, text):
    lines = []
    points, highest = labs.grade_sources(lab, {lab.file: text}, lines.append)
    return points, highest, "\n".join(lines)


def grades(name, boots):
    lab = labs.Lab(name)
    if not boots:
        lab.checks = [c for c in lab.checks if c.killer[0] == "host"]
    source = labs.read(lab.file)
    points, highest, lines = graded(lab, source)
    tap.is_(points, highest, f"{name}: the kernel's own source, all points",
            lines)
    solutions = {"as it is begun": lab.take_out(source),
                 **{bug: MUTANTS[bug].apply(source) for bug in lab.wrong}}
    for what, text in solutions.items():
        points, highest, lines = graded(lab, text)
        tap.ok(points < highest, f"{name}: {what}: {points} of {highest}", lines)
        said = [check for check in lab.checks
                if check.sentence.strip() in " ".join(lines.split())]
        tap.ok(said and "does not compile" not in lines,
               f"{name}: {what}: the reason is printed", lines)


def make(*words):
    return subprocess.run(["make", "-s", *words], text=True, cwd=HERE + "/..",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={key: value for key, value in os.environ.items()
                               if key not in ("MAKEFLAGS", "MAKELEVEL", "SEED")})


def riddle_begun(*copies):
    """The number, or what is said, where these copies are in work/."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        for name in copies:
            os.makedirs(os.path.join(folder, "work", name))
        os.chdir(folder)
        try:
            return labs.begun()
        except SystemExit as said:
            return str(said)
        finally:
            os.chdir(here)


def commands():
    """Through make, in a copy of its own: begin, keep, solve, riddle."""
    with tempfile.TemporaryDirectory() as folder:
        lab = labs.Lab(QUICKEST)
        lab.work = f"{folder}/{QUICKEST}"
        place = f"{lab.work}/{lab.file}"
        tap.ok(labs.begin(lab), "a lab is begun")
        tap.is_(list(labs.changed(lab.work)), [lab.file], "one file differs")
        labs.write(place, "mine\n")
        tap.ok(not labs.begin(lab) and labs.read(place) == "mine\n",
               "and not a second time: what is there stays")
        with contextlib.redirect_stdout(io.StringIO()) as told:
            labs.solve(lab)
        tap.has(told.getvalue(), "-mine\n", "solve shows the difference")
        tap.is_(labs.read(place), labs.read(lab.file), "the source is the kernel's own")
        tap.is_(labs.read(f"{place}.yours-1"), "mine\n", "and yours is kept")
    tap.has(make("lab").stdout, "cow", "make lab lists them")
    tap.has(make("lab", "L=no").stdout, "there is no lab 'no'",
            "a lab that does not exist is reported")
    tap.has(make("grade", f"L={QUICKEST}-", "V=").stdout, "there is no lab",
            "make grade, too")
    riddle = labs.Riddle("7")
    tap.is_(labs.Riddle("7").mutant.name, riddle.mutant.name,
            "a seed is always the same riddle")
    hint = make("riddle", "SEED=7", "HINT=1").stdout
    tap.ok(os.path.dirname(riddle.mutant.file) in hint and
           riddle.mutant.breaks not in hint, "a hint is no answer", hint)
    answer = make("riddle", "SEED=7", "ANSWER=1").stdout
    tap.has(" ".join(answer.split()), riddle.mutant.breaks,
            "the answer says what is broken")
    tap.has(make("solve", "L=riddle-7").stdout, "make riddle SEED=7 ANSWER=1",
            "make solve says where it is")
    tap.is_(riddle_begun("riddle-12", "cow"), "12",
            "a hint without SEED= is about the riddle that was begun")
    tap.has(riddle_begun("riddle-12", "riddle-7"), "SEED= is one of 12, 7",
            "if there are two, the command asks which one")
    tap.has(riddle_begun("cow"), "make riddle", "and where there is none it says so")


everything = os.environ.get("LABS_ALL")
pages_fit()
commands()
for chosen in (os.environ.get("LABS", "").split() or
               (labs.names() if everything else [QUICKEST])):
    grades(chosen, everything)
tap.done()
