#!/usr/bin/python3
"""Programs that Linux distributions are made of: linked against a shared C
library, started by its interpreter.

Needs Debian's cross compiler for armhf, whose libc goes into the archive as it
is; without it one sentence says so. Each program ends with 42 if what the C
library promises is true: constructors ran before main, the heap and a thread
work, and a library can be loaded by name.
"""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import cpio
import machine
import tap

SCRATCH = f"{machine.OUT}/system"
COMPILER = "arm-linux-gnueabihf-gcc"
LIBRARIES = "/usr/arm-linux-gnueabihf/lib"
LOADER = "lib/ld-linux-armhf.so.3"

PROGRAM = r"""
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

static int constructed;
static __thread int own = 5;

__attribute__((constructor)) static void construct(void)
{
	constructed = 1;
}

static void *thread(void *arg)
{
	own += 2;
	return (void *)(long)(own + (arg == &own));
}

int main(int argc, char **argv)
{
	extern char __executable_start[];
	void *of_thread = NULL, *library = dlopen("libm.so.6", RTLD_NOW);
	double (*root)(double) = library ? dlsym(library, "sqrt") : NULL;
	char *memory = malloc(3 << 20);
	pthread_t id;

	memset(memory, 1, 3 << 20);
	pthread_create(&id, NULL, thread, NULL);
	pthread_join(id, &of_thread);
	printf("%d arguments, program at %p\n", argc, __executable_start);
	return constructed && root && root(49.0) == (long)of_thread &&
		own == 5 && argc == 2 && strcmp(argv[1], "one") == 0 ? 42 : 1;
}
"""


def build(flags):
    os.makedirs(SCRATCH, exist_ok=True)
    path = f"{SCRATCH}/dynamic"
    subprocess.run([COMPILER, "-O1", "-x", "c", "-", "-o", path, *flags],
                   input=PROGRAM, text=True, check=True)
    with open(path, "rb") as file:
        return file.read()


def boot(program, init):
    files = {"program": program}
    for name in (LOADER, "lib/libc.so.6", "lib/libm.so.6"):
        with open(f"{LIBRARIES}/{os.path.basename(name)}", "rb") as file:
            files[name] = file.read()
    archive = f"{SCRATCH}/dynamic.cpio"
    with open(archive, "wb") as file:
        file.write(cpio.archive(files))
    return machine.boot(f"quiet init={init} one", initrd=archive)


def runs(program, init, where, text):
    result = boot(program, init)
    tap.ok(result.status == 42 and f"program at {where}" in result.console,
           text, result)


if not shutil.which(COMPILER) or \
        not os.path.exists(f"{LIBRARIES}/{os.path.basename(LOADER)}"):
    print(f"1..0 # SKIP there is no {COMPILER} with its C library here: "
          "apt install gcc-arm-linux-gnueabihf")
    sys.exit(0)
fixed, moving = build(["-no-pie"]), build(["-pie", "-fPIE"])
runs(fixed, "/program", "0x10000", "linked at an address")
runs(moving, "/program", "0x400000", "position-independent")
runs(moving, f"/{LOADER} /program", "0xb7",
     "the interpreter, called by hand, maps the program itself")
tap.done()
