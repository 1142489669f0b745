#!/usr/bin/python3
"""The core boots alone and shows what the whole shows; the whole boots without
any one of its services."""

import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import machine
import tap

OUT = machine.OUT
NM = os.environ.get("NM", "arm-none-eabi-nm")
PROGRAMS = ("layout", "lazy", "faults", "twins")
SERVICES = sorted(path.split("/")[1] for path in glob.glob("services/*/"))


def shown(text):
    """What a program printed, without what depends on the image: each frame and
    table is its number in the order of appearance, so that equal ones stay
    equal; how often something was done in a time is no matter."""
    seen = {}

    def number(match):
        return f"frame {seen.setdefault(match[1], len(seen) + 1)}"

    text = re.sub(r"\b\d+ times", "N times", text)
    return re.sub(r"0x([4-9][0-9a-f]{4})[0-9a-f]{3}\b", number, text)


def boot(program, kernel):
    return machine.boot(f"quiet init=/bin/{program}",
                        kernel=f"{OUT}/{kernel}.bin")


def objects(path):
    with open(f"{OUT}/{path}") as file:
        return set(file.read().split())


def core():
    own = {f"{OUT}/obj/{path}.o" for path in ("startup/core.c", "board/no_tree.c",
                                             "inspect/windows.c")}
    more = objects("core.objects") - objects("kernel-objects") - own
    tap.is_(more, set(), "the core is made of the whole's objects")
    services = [path for path in objects("core.objects")
                if path.startswith(f"{OUT}/obj/services/")]
    tap.is_(services, [], "and of no service's")
    for program in PROGRAMS:
        whole, alone = boot(program, "pagewalk"), boot(program, "pagewalk-core")
        tap.is_(alone.status, 0, f"{program} runs on the core alone", alone)
        tap.is_(shown(alone.console).splitlines(),
                shown(whole.console).splitlines(),
                "and shows what it shows on the whole")


def symbols(kernel):
    run = subprocess.run([NM, f"{OUT}/{kernel}.elf"], text=True, check=True,
                         stdout=subprocess.PIPE)
    return {line.split()[-1] for line in run.stdout.splitlines()}


def mark_of(service):
    """A name that is in the image because services.c names the service: its
    row, or else its first call."""
    names = symbols("pagewalk")
    if f"{service}_service" in names:
        return f"{service}_service"
    with open(f"services/{service}/{service}.h") as file:
        return "sys_" + re.search(r"_CALLS[\s\\]+CALL\((\w+)\)", file.read())[1]


# A pipe that breaks, and faults: each may end otherwise where a service is
# missing, but the kernel may not complain.
COMMANDS = b"cat /bin/sh | true\ncrash null\nexit\n"


def lives(service):
    """(what the kernel complains of itself, the boot)"""
    one = machine.boot("init=/bin/sh", stdin=COMMANDS,
                       kernel=f"{OUT}/pagewalk-without-{service}.bin")
    return [line for line in one.console.splitlines()
            if re.search("^(Oops|Kernel panic)", line)], one


def without_each():
    for service in SERVICES:
        kernel = f"pagewalk-without-{service}"
        tap.ok(mark_of(service) not in symbols(kernel),
               f"an image without {service} can be linked")
        one = boot("faults", kernel)
        tap.is_(one.status, 0, "the kernel boots and runs a program", one)
        bad, shell = lives(service)
        tap.is_(bad, [], "its shell cannot take the kernel down", shell)
        tap.ok(not shell.timed_out, "its shell cannot stop the kernel", shell)


core()
without_each()
tap.done()
