#!/usr/bin/python3
"""make view: the film shows what the kernel itself answers, at each event."""

import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import film
import machine
import tap
import view

SCRATCH = f"{machine.OUT}/system/view"
TOLD = re.compile(r"(\d+) pages free, (\d+) resident, (\d+) tables$")
FAULT = re.compile(r" (?:reads|writes) (0x\w+) .*(?:frame|->) (0x\w{8})")
ZERO_PAGE = 0x100       # of an entry: nobody owns its page


def counts(event, state):
    """What the sentence says of memory: free pages, resident ones, tables."""
    space = state.spaces.get(event["process"], {"l1": {}, "l2": {}})
    return (sum(letter == "." for letter in state.frames.values()),
            sum(not entry & ZERO_PAGE for entry in space["l2"].values()),
            sum(entry & 3 == 1 for entry in space["l1"].values()))


def frame_behind(event, state, address):
    """None while execve fills an address space that is nobody's yet."""
    if not event["space"]:
        return None
    entry = state.spaces[event["space"]]["l2"].get(address // film.PAGE, 0)
    return entry & 0xFFFFF000


def sentences(faults):
    """The kernel's words and numbers against the tables that gdb read."""
    wrong, compared, pages = [], 0, 0
    for event, state in film.states(faults):
        told, fault = TOLD.search(event["text"]), FAULT.search(event["text"])
        if told:
            compared += 1
            if counts(event, state) != tuple(map(int, told.groups())):
                wrong.append((event["text"], counts(event, state)))
        if event["kind"] == "fault" and fault:
            address, frame = (int(n, 16) for n in fault.groups())
            shown = frame_behind(event, state, address)
            pages += shown is not None
            if shown not in (frame, None):
                wrong.append(event["text"])
    tap.ok(compared > 100 and pages > 50,
           "faults: most events say how much memory there is",
           (compared, pages))
    tap.is_(wrong, [], "each time the state has as many free frames, resident "
            "pages and tables, and the frame behind the address")


def lines(faults):
    # commit_unmap ends with the event: no call of it is left on the stack.
    wrong = [event["kernel"] for event in faults["events"] if not re.search(
        r"\b(trace_\w+|commit_unmap)\(", event["kernel"][0][3])]
    tap.is_(wrong, [], "the kernel's line is the one that records the event")
    wrote = [event for event in faults["events"]
             if event["kind"] == "fault" and event["program"] and
             event["program"][0][3] == "*p = 0x5a;"]
    tap.ok(len(wrote) > 40 and all(" writes " in event["text"]
                                   for event in wrote),
           "the program's line is the store that faulted", wrote[:2])


def owners():
    """Twenty frames, and what /bin/who answered when it was asked about them."""
    os.environ.update(INITRD=f"{machine.OUT}/test-initramfs.cpio",
                      KINDS="fork,exit")
    asked = view.make_film("/test/ask_who", SCRATCH)
    answers, wrong = film.answers_of_who(asked["console"]), []
    tap.is_(len(answers), 20, "who was run for twenty frames")
    tap.ok(any(len(found) > 1 for _, _, found in answers) and
           any(what == "free" for _, what, _ in answers),
           "some of them are shared, some are free", answers)
    tap.ok(any(what == "memory that programs share" and len(found) == 2
               for _, what, found in answers),
           "one is of a shared mapping, with both processes as owners", answers)
    for event, state in film.states(asked):
        if (event["kind"], event["comm"]) != ("exit", "who"):
            continue
        frame, what, found = answers.pop(0)
        shown = {owner for owner in state.owners(frame)
                 if owner[0] != event["pid"]}
        found = {owner for owner in found if owner[0] != event["pid"]}
        letter = state.frames[(frame - asked["base"]) // film.PAGE]
        if shown != found or (letter == ".") != (what == "free"):
            wrong.append((hex(frame), what, found, letter, shown))
    tap.is_((answers, wrong), ([], []),
            "the film shows the same owners when who ends")


def page(faults):
    html = view.page(faults)
    tap.is_(re.findall(r"""(?:src|href)\s*=|@import|url\(""", html), [],
            "the page needs nothing but itself")
    data = re.search(r'id="film">(.*?)</script>', html, re.S)
    tap.ok(json.loads(data[1]) == json.loads(json.dumps(faults)),
           "the page has the whole film in it")


faults = view.make_film("/bin/faults", SCRATCH)
sentences(faults)
lines(faults)
page(faults)
owners()
try:
    said = view.make_film("/bin/nope", SCRATCH)
except SystemExit as end:
    said = str(end)
tap.is_(said, "trace: /bin/nope: No such file or directory",
        "there is no film of a command that there is not")
tap.done()
