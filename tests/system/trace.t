#!/usr/bin/python3
"""make trace: what was recorded is what the kernel counted, in words and in a
file that viewers of Chrome traces open."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

SCRATCH = f"{machine.OUT}/system"
OUTPUT = f"{SCRATCH}/trace.json"


def record(command):
    os.makedirs(SCRATCH, exist_ok=True)
    run = subprocess.run(
        ["tools/trace.py", OUTPUT, *command.split()], text=True,
        env=dict(os.environ, OUT=machine.OUT,
                 QEMU_MACHINE=" ".join(machine.MACHINE)),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if not tap.is_(run.returncode, 0, f"trace of {command}", run.stdout):
        tap.done()
    with open(OUTPUT) as file:
        return json.load(file)


for command in "layout", "faults":
    trace = record(command)
    told, events = trace["otherData"], trace["traceEvents"]
    faults = [event for event in events if event.get("cat") == "fault" and
              event["pid"] == told["process"]]
    tap.is_(len(faults), told["faults"],
            f"{command}: as many faults as getrusage counts")
    tap.is_(told["recorded switches"], told["switches"],
            f"{command}: as many switches as /proc/stat counts")
    tap.ok(all("frame 0x" in event["args"]["event"] or
               "the zero page" in event["args"]["event"] for event in faults),
           f"{command}: each fault has its frame and the reason", faults)
    named = {event["pid"] for event in events if event["ph"] == "M"}
    tap.is_({event["pid"] for event in events} - named, set(),
            f"{command}: each track has a name")
    tap.ok(all(event["dur"] >= 0 for event in events if event["ph"] == "X"),
           f"{command}: no slice ends before it begins")

run = subprocess.run(["tools/trace.py", OUTPUT, "nope"], text=True,
                     env=dict(os.environ, OUT=machine.OUT,
                              QEMU_MACHINE=" ".join(machine.MACHINE)),
                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
tap.ok(run.returncode and "trace: /bin/nope: No such file" in run.stdout,
       "a command that there is not is named", run.stdout)

SAYS = (
    ("bad crash null", r"crash\[3\] bad pc 0x\w+ address 0x00000000 fsr 0x8\w\w: no "
     "VMA allows it, signal 11"),
    ("fork,exec,exit true", r"(?s)trace\[1\] fork child 2: \d+ pages.*true\[2\] exec "
     r"begins at 0x0001\w+.*true\[2\] exit status 0x0000"),
    ("flush true", r"trace\[1\] flush all of ASID \d+, by dup_mmap for sys_fork\n"),
    ("flush true", r"true\[2\] flush all of ASID \d+, by \w+ for sys_exit_group\n"),
    ("flush true", r"trace\[1\] flush 0x\w+ - 0x\w+ of ASID \d+, by \w+ for do_DataAbort\n"),
    ("flush mmshow", r"mmshow\[2\] flush 0x\w+ - 0x\w+ of the kernel, by \w+ for sys_write\n"),
    ("vma lazy", r"lazy\[2\] vma brk 0x\w+ -> 0x\w+"),
    ("sync,page mmshow", r"mmshow\[2\] page alloc pfn"),
    ("nonsense true", r"/proc/trace does not know nonsense"),
    ("", r"usage: trace KINDS COMMAND"),
)
for words, pattern in SAYS:
    boot = machine.boot(f"quiet trace_ring=4096 init=/bin/trace {words}")
    tap.ok(re.search(pattern, boot.console), f"trace {words}", boot)
tap.done()
