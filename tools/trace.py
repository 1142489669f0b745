#!/usr/bin/python3
"""What the kernel recorded while a command ran, for a viewer of Chrome traces.

make trace CMD=...: trace.py OUTPUT COMMAND ... boots, runs /bin/trace COMMAND,
and writes the events as JSON, which https://ui.perfetto.dev opens: a track for each
process, a slice for each time it had the core, a mark for each fault, fork, exec
and flush with its sentence, and counters of free pages, resident pages and page
tables.
"""

import json
import os
import re
import subprocess
import sys

KINDS = "switch,fault,bad,vma,fork,exec,exit,flush,asid,oom"
RING = 20000
EVENT = re.compile(r"^(\d+)\.(\d{9}) (.*)\[(\d+)\] (\w+) (.*)$")
MEMORY = re.compile(r"; (\d+) pages free, (\d+) resident, (\d+) tables$")
SWITCH = re.compile(r"(\d+) -> (\d+) (.*)")
COUNTED = re.compile(r"^# process (\d+): (\d+) faults; the machine: (\d+) "
                     "switches", re.M)


def console_of(command):
    out, machine = os.environ["OUT"], os.environ["QEMU_MACHINE"].split()
    line = [os.environ.get("QEMU", "qemu-system-arm"), *machine, "-nographic",
            "-semihosting", "-icount", "shift=2,sleep=off",
            "-kernel", f"{out}/pagewalk.bin",
            "-initrd", f"{out}/initramfs.cpio", "-append",
            f"quiet trace_ring={RING} init=/bin/trace {KINDS} {command}"]
    run = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True,
                         env=dict(os.environ, QEMU_AUDIO_DRV="none"))
    return run.stdout.decode("utf-8", "replace").replace("\r", "")


def event(phase, name, pid, us, **more):
    return dict(ph=phase, name=name, pid=pid, tid=pid, ts=us, **more)


def counters(pid, us, free, resident, tables):
    return [event("C", "free pages", 0, us, args={"pages": free}),
            event("C", "resident pages", pid, us, args={"pages": resident}),
            event("C", "page tables", pid, us, args={"tables": tables})]


def parse(console):
    """The events of the text, the names of processes, how many switches."""
    events, names, began, switches = [], {0: "the machine"}, {}, 0
    for line in console.splitlines():
        match = EVENT.match(line)
        if not match:
            continue
        sec, nsec, comm, pid, kind, text = match.groups()
        us, pid = int(sec) * 10**6 + int(nsec) / 1000, int(pid)
        names[pid] = comm or f"process {pid}"
        if kind == "switch":
            switches += 1
            old, new, detail = SWITCH.match(text).groups()
            start = began.pop(int(old), None)
            if start:
                events.append(event("X", "has the core", int(old), start[0],
                                    dur=us - start[0],
                                    args={"tables": start[1]}))
            began[int(new)] = us, detail
            continue
        memory = MEMORY.search(text)
        if memory:
            events += counters(pid, us, *map(int, memory.groups()))
            text = text[:memory.start()]
        name = text.split(": ", 1)[1].split(":")[0] if kind == "fault" else ""
        events.append(event("i", f"{kind}: {name}" if name else kind, pid, us,
                            s="t", cat=kind, args={"event": text}))
    return events, names, switches


def main(output, *command):
    console = console_of(" ".join(command))
    if refused := re.search("^trace: .*", console, re.M):
        sys.exit(refused[0])    # a command that there is not
    counted = COUNTED.search(console)
    events, names, switches = parse(console)
    if not counted or not events:
        sys.exit(f"trace: the command left no record:\n{console[-2000:]}")
    for pid, name in names.items():
        events.append(event("M", "process_name", pid, 0,
                            args={"name": f"{name} [{pid}]" if pid else name}))
    with open(output, "w") as file:
        json.dump({"traceEvents": events, "displayTimeUnit": "ns",
                   "otherData": {"command": " ".join(command),
                                 "process": int(counted[1]),
                                 "faults": int(counted[2]),
                                 "switches": int(counted[3]),
                                 "recorded switches": switches}}, file)
    print(f"{output}, for https://ui.perfetto.dev: {len(events)} events, "
          f"{counted[2]} faults of process {counted[1]}, {counted[3]} switches")


if len(sys.argv) < 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
