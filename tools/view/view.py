#!/usr/bin/python3
"""The run of a command as a film, in one HTML file that needs no network.

make view CMD=...: view.py OUTPUT COMMAND ... boots a small machine, runs
/bin/trace COMMAND in it and has gdb look at each event (tools/view/record.py): all
address spaces, both levels of their tables, and every frame. Beside each state
stand the kernel's sentence for the event (/proc/trace) and the lines of code, of
the kernel and of the program, from the debug information of their ELFs. MEMORY=
is the machine's, KINDS= the events; INITRD= is another archive than the shell's.
"""

import json
import os
import re
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.environ["OUT"]
USER_OUT = os.environ.get("USER_OUT", f"{OUT}/user")
DEFAULTS = {"MEMORY": "16M", "KINDS": "fault,bad,vma,fork,exec,exit,oom,sync",
            "INITRD": f"{OUT}/initramfs.cpio", "QEMU": "qemu-system-arm",
            "GDB": "gdb-multiarch", "CROSS_COMPILE": "arm-none-eabi-"}
RING = 1024             # the kernel's own; a longer run is recorded again
EVENT = re.compile(r"^(\d+\.\d{9}) (.*)\[(\d+)\] (\w+) (.*)$", re.M)


def option(name):
    return os.environ.get(name) or DEFAULTS[name]


def qemu(command, ram, console, ring):
    append = (f"quiet trace_ring={ring} init=/bin/trace {option('KINDS')} "
              f"{command}")
    memory = option("MEMORY")
    return shlex.join([
        option("QEMU"),
        *shlex.split(os.environ["QEMU_MACHINE"]), "-m", memory,
        "-machine", "memory-backend=ram", "-object",
        f"memory-backend-file,id=ram,size={memory},mem-path={ram},share=on",
        "-semihosting", "-icount", "shift=2,sleep=off",
        "-kernel", f"{OUT}/pagewalk.bin",
        "-initrd", option("INITRD"),
        "-append", append, "-display", "none", "-monitor", "none",
        "-serial", f"file:{console}", "-S", "-gdb", "stdio"])


def record(command, scratch, ring=RING):
    """Boot and film; what the console showed, and the film."""
    os.makedirs(scratch, exist_ok=True)
    ram, console, film = (f"{scratch}/{name}" for name in
                          ("ram", "console", "film.json"))
    for path in ram, console, film:
        if os.path.exists(path):
            os.remove(path)
    run = subprocess.run(
        [option("GDB"), "-nx", "-batch", "-x",
         f"{HERE}/record.py", f"{OUT}/pagewalk.elf"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
        env=dict(os.environ, QEMU_AUDIO_DRV="none", RAM=ram, FILM=film,
                 RING=str(ring),
                 MACHINE=qemu(command, ram, console, ring)))
    if os.path.exists(ram):
        os.remove(ram)
    if not os.path.exists(film):
        sys.exit(f"view: no film was made. gdb said:\n{run.stdout}")
    with open(film) as file:
        film = json.load(file)
    with open(console, errors="replace") as file:
        console = file.read().replace("\r", "")
    if len(film["events"]) > ring:
        return record(command, scratch, len(film["events"]) + 64)
    return console, film


# ---- lines of code ----------------------------------------------------------------

def source_line(path, line):
    """Its text, or "" where the source is not ours."""
    try:
        with open(path) as file:
            return file.readlines()[line - 1].strip()
    except (OSError, IndexError):
        return ""


def program_of(comm):
    """The program's ELF with debug information: ours lie beside each other."""
    for folder in "bin", "test":
        path = f"{USER_OUT}/{folder}/{comm}.debug"
        if os.path.exists(path):
            return path
    return None


def lines_of(elf, addresses):
    """{address: [function, file, line]} by addr2line."""
    tool = option("CROSS_COMPILE") + "addr2line"
    said = subprocess.run([tool, "-f", "-e", elf], text=True, check=True,
                          input="".join(f"{a:#x}\n" for a in addresses),
                          stdout=subprocess.PIPE).stdout.splitlines()
    places = {}
    for address, function, place in zip(addresses, said[::2], said[1::2]):
        path, line = place.split(" ")[0].rsplit(":", 1)
        path = os.path.relpath(path) if path != "??" else ""
        places[address] = [function, path if os.path.exists(path) else "",
                           int(line) if line.isdigit() else 0]
    return places


def add_program_lines(events):
    """Where the program was: its pc, and where that is in a system call, or the
    call itself is what made the event, who made the call."""
    wanted = {}
    for event in events:
        elf = program_of(event["comm"])
        pc, lr = event.pop("user")
        called = event["kind"] not in ("fault", "bad")
        event["program"] = []
        if elf and event["kind"] != "exec":
            wanted.setdefault(elf, []).append(
                (event, called, pc - 4 if called else pc, (lr & ~1) - 2))
    for elf, uses in wanted.items():
        places = lines_of(elf, sorted({address for _, _, *here in uses
                                       for address in here if address > 0}))
        for event, called, pc, lr in uses:
            event["program"] = [places[pc]]
            if (called or places[pc][0] == "linux_syscall") and lr in places:
                event["program"].append(places[lr])


def add_source(events):
    for event in events:
        kernel = []
        for place in event["where"]:
            if not kernel or kernel[-1][0] != place[0]:
                kernel.append(place)
        event["kernel"] = [[*place, source_line(*place[1:])]
                           for place in kernel]
        event["program"] = [[*place, source_line(*place[1:])]
                            for place in event["program"]
                            if place[0] != "??"]
        del event["where"]


# ---- the film --------------------------------------------------------------------

def make_film(command, scratch):
    console, film = record(command, scratch)
    if refused := re.search("^trace: .*", console, re.M):
        sys.exit(refused[0])    # a command that there is not
    told = EVENT.findall(console)
    if not told or len(told) != len(film["events"]):
        sys.exit(f"view: /proc/trace tells {len(told)} events and gdb saw "
                 f"{len(film['events'])}: does the command write "
                 f"/proc/trace itself? The console:\n{console[-2000:]}")
    for event, (time, comm, pid, kind, text) in zip(film["events"], told):
        event.update(time=time, comm=comm, pid=int(pid), kind=kind, text=text)
    add_program_lines(film["events"])
    add_source(film["events"])
    film.update(command=command, memory=option("MEMORY"), board=os.environ["BOARD"],
                console=console[:console.rindex("# recorded")])
    return film


def page(film):
    """view.html with its style, its script and the film put in."""
    parts = {}
    for name in "view.html", "view.css", "view.js":
        with open(f"{HERE}/{name}") as file:
            parts[name] = file.read()
    data = json.dumps(film, separators=(",", ":")).replace("</", "<\\/")
    return (parts["view.html"]
            .replace("/* view.css */", parts["view.css"])
            .replace("/* view.js */", parts["view.js"])
            .replace("/* the film */", data))


def main(output, program, *arguments):
    if "/" not in program:
        program = f"/bin/{program}"
    film = make_film(" ".join((program, *arguments)),
                     os.path.splitext(output)[0])
    with open(output, "w") as file:
        file.write(page(film))
    print(f"{output}: {len(film['events'])} events of "
          f"{len({event['pid'] for event in film['events']})} processes, "
          f"{os.path.getsize(output) // 1024} KiB; open it in a browser")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
