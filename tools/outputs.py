#!/usr/bin/python3
"""The outputs that documents quote come from runs.

outputs.py [DOCUMENT...]            show how a run differs; without names, all
outputs.py --write [DOCUMENT...]    put what the run printed into the documents

A line of a document `<!-- shell: COMMAND -->` says that the indented block after
it is what COMMAND prints in Pagewalk's shell; `<!-- host: COMMAND -->`, on the
host. `<!-- shell 3-9: COMMAND -->` quotes these lines of it alone, `3-` all from
the third. The block begins with the command, behind `$ `. `<!-- later: COMMAND -->` is
one on the host that needs the later emulator of `make check-hw`: where that is not
there, the block stays as it is.

`<!-- gdb: APPEND -->`: the block is part of a session of gdb's on a machine with these
words on its command line; all blocks of a document with the same words are one session,
which begins in start_kernel. `<!-- core: COMMAND -->`: on the core that `make dump
CMD=COMMAND` writes. The lines behind `(gdb) ` are what is typed. An answer may leave out
lines, where it has `...`; a command without an answer in the document keeps none.

Numbers depend on the build (a frame, an address, a time): two outputs are the
same to this script if they are so after each number has become a 0. Frames of a
backtrace depend on the compiler, and are not compared (tests/system/gdb.t does).
"""

import difflib
import glob
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests", "lib"))

MARK = re.compile(r"<!-- (shell|host|later|gdb|core)(?: (\d+)-(\d*))?: (.*) -->")

GDB_PROMPT = "(gdb) "
FRAME = re.compile(r"#\d+ ")    # of a backtrace


class Quote:
    """One block of a document: where its lines are, and how they are made."""

    def __init__(self, document, mark, first, end, lines):
        self.document = document
        self.first, self.end = first, end  # its lines, counted from 0
        self.lines = lines
        self.where, low, high, self.command = mark.groups()
        self.low = int(low or 1) - 1
        self.high = int(high) if high else None

    def typed(self):
        """What is typed to gdb in this block."""
        return [line[len(GDB_PROMPT):] for line in self.lines
                if line.startswith(GDB_PROMPT)]

    def answered(self, answers):
        """The block's lines, each answer of gdb's put behind its command."""
        first, *steps = re.split(r"^" + re.escape(GDB_PROMPT),
                                 "\n".join(self.lines), flags=re.M)
        lines = first.split("\n")[:-1]
        for step, answer in zip(steps, answers):
            command, *quoted = step.rstrip("\n").split("\n")
            space = [""] * (len(step) - len(step.rstrip("\n")) - 1)
            lines += [GDB_PROMPT + command,
                      *shortened(answer.strip("\n").split("\n"), quoted), *space]
        return lines

    def made(self, output):
        """The block's lines, made from all that the command printed."""
        if self.where in ("gdb", "core"):
            return self.answered(output)
        lines = [line.rstrip() for line in output.expandtabs().split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        return [f"$ {self.command}"] + lines[self.low:self.high]


def shortened(lines, quoted):
    """An answer with the lines left out that the document leaves out."""
    if not quoted:
        return []
    if "..." not in quoted:
        return lines
    before = quoted.index("...")
    after = len(quoted) - before - 1
    return lines[:before] + ["..."] + (lines[-after:] if after else [])


def documents():
    """Those that may quote."""
    return sorted(["README.md", *glob.glob("docs/*.md"), *glob.glob("*/README.md"),
                   *glob.glob("labs/*/*.md")])


def quotes(document):
    """The quotes of a document, in order."""
    with open(document) as file:
        lines = file.read().split("\n")
    found = []
    for i, line in enumerate(lines):
        mark = MARK.fullmatch(line)
        if not mark:
            continue
        first = end = i + 2
        while end < len(lines) and (lines[end].startswith("    ") or
                                    (not lines[end] and end + 1 < len(lines) and
                                     lines[end + 1].startswith("    "))):
            end += 1
        found.append(Quote(document, mark, first, end,
                           [text[4:] for text in lines[first:end]]))
    return found


def in_shell(commands):
    """What each command prints in Pagewalk's shell, all in one boot."""
    import machine
    import pexpect
    line = machine.command("quiet init=/bin/sh", extra=machine.COUNTED)
    child = pexpect.spawn(line[0], line[1:], encoding="utf-8", timeout=machine.SECONDS,
                          env=machine.environment(), dimensions=(24, 200))
    child.delaybeforesend = None
    child.expect(r"\$ $")
    printed = {}
    for command in commands:
        child.sendline(command)
        child.expect(r"\$ $")
        printed[command] = child.before.replace("\r", "").split("\n", 1)[-1]
    child.close(force=True)
    return printed


def on_host(commands):
    return {command: subprocess.run(["sh", "-c", command], text=True,
                                    capture_output=True).stdout
            for command in commands}


def on_host_later(commands):
    import machine
    return on_host(commands) if machine.runs(machine.QEMU_10) else {}


def in_gdb(blocks):
    """What gdb answers in these blocks, which are one session; none without gdb."""
    import machine
    import debugger
    steps = [step for block in blocks for step in block.typed()]
    if not shutil.which(debugger.GDB):
        return None
    if blocks[0].where == "gdb":
        begin = [debugger.qemu(f"quiet {blocks[0].command}"),
                 "hbreak start_kernel", "continue"]
        elf, core = f"{machine.OUT}/nopan/pagewalk.elf", None
    else:
        begin, elf, core = [], f"{machine.OUT}/pagewalk.elf", f"{machine.OUT}/core"
        debugger.make_core(core, *blocks[0].command.split())
    answers = iter(debugger.gdb(elf, *begin, *steps, core=core)[len(begin):])
    return [[next(answers) for _ in block.typed()] for block in blocks]


def run_gdb(found):
    """The same for the quotes of gdb's, by session."""
    made = {}
    for quote in found:
        blocks = [q for q in found if (q.document, q.where, q.command) ==
                  (quote.document, quote.where, quote.command)]
        if quote is blocks[0] and quote.where in ("gdb", "core"):
            made.update(zip(map(id, blocks), in_gdb(blocks) or []))
    return made


def run(found):
    """The lines that a run makes of each quote."""
    sessions = run_gdb(found)
    printed = {}
    for where, how in (("shell", in_shell), ("host", on_host),
                       ("later", on_host_later)):
        commands = list(dict.fromkeys(q.command for q in found if q.where == where))
        if commands:
            printed.update({(where, c): text for c, text in how(commands).items()})
    said = [sessions.get(id(q)) or printed.get((q.where, q.command)) for q in found]
    return [q.lines if text is None else q.made(text)
            for q, text in zip(found, said)]


def without_numbers(lines):
    """Lines without what depends on the build. A word may be a number or none:
    "none" and "-" stand where another run has one. Where `trace` has folded a line
    (four blanks, and on it goes) depends on its numbers, too."""
    lines = [line for line in lines if not FRAME.match(line)]
    lines = re.sub(r"\n {4}(?=\S)", " ", "\n".join(lines)).split("\n")
    return [" ".join(re.sub(r"\b(?:0x)?[0-9a-f]*\d[0-9a-f]*\b", "0", line).split())
            for line in lines]


def differences(quote, made):
    """How the run differs from the document; nothing if it does not."""
    return list(difflib.unified_diff(without_numbers(quote.lines),
                                     without_numbers(made), quote.document,
                                     quote.command, lineterm="", n=0))


def write(document, found, made):
    with open(document) as file:
        lines = file.read().split("\n")
    for quote, new in reversed(list(zip(found, made))):
        text = [f"    {line}".rstrip() for line in new]
        if quote.first == quote.end:
            text.append("")
        lines[quote.first:quote.end] = text
    with open(document, "w") as file:
        file.write("\n".join(lines))


def main(arguments):
    writes = "--write" in arguments
    chosen = [a for a in arguments if not a.startswith("--")] or documents()
    found = {d: quotes(d) for d in chosen}
    made = iter(run([q for d in chosen for q in found[d]]))
    differs = False
    for document in chosen:
        new = [next(made) for _ in found[document]]
        if writes:
            write(document, found[document], new)
            continue
        for quote, lines in zip(found[document], new):
            for line in differences(quote, lines):
                differs = True
                print(line)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
