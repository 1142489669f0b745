"""Checks that read one file, or its includes, at a time."""
import os
import re
import shlex
import subprocess

from report import problem, read, say

MAX_FUNCTION, MAX_FILE, MAX_COLUMNS = 50, 600, 100
RULE_END = 72
TAB = 8


def resolve(name, own_folder):
    """The file of this tree that is meant, or None: the compiler's own.
    own_folder: of a "name", None for a <name>."""
    for base in filter(None, (own_folder, "include", ".")):
        path = os.path.normpath(os.path.join(base, name))
        if os.path.exists(path):
            return path
    return None


def includes(path):
    """[(line number, included file of this tree)]"""
    line_re = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
    matches = ((n, line_re.match(line)) for n, line in
               enumerate(read(path), 1))
    here = os.path.dirname(path)
    resolved = ((n, resolve(m[2], here if m[1] == '"' else None))
                for n, m in matches if m)
    return [(n, target) for n, target in resolved if target]


def check_floors(files, floor):
    for path in files:
        folder = path.split("/")[0]
        for number, target in includes(path):
            other = target.split("/")[0]
            if other not in floor:
                problem(path, number, f"{target} is outside the kernel")
            elif other != folder and floor[other] >= floor[folder]:
                problem(path, number,
                        f"{folder}/ (floor {floor[folder]}) must not know "
                        f"{target} (floor {floor[other]})")


def check_cycles(files):
    graph = {path: [target for _, target in includes(path)] for path in files}
    done, trail = set(), []

    def visit(path):
        if path in trail:
            cycle = " -> ".join(trail[trail.index(path):] + [path])
            problem(path, 1, f"include cycle: {cycle}")
        elif path not in done:
            trail.append(path)
            for target in graph.get(path, []):
                visit(target)
            trail.pop()
            done.add(path)

    for path in files:
        visit(path)


def check_headers(files):
    compiler = shlex.split(os.environ.get("CC", "arm-none-eabi-gcc"))
    flags = shlex.split(os.environ.get(
        "CPPFLAGS", "-DPHYS_OFFSET=0x60000000 "
        "-DUART_PA=0 -DUART_HZ=24000000 -DUART_BAUD=38400 "
        "-DEARLY_UART='<board/pl011.h>' -Iinclude -I."))
    for path in (f for f in files if f.endswith(".h")):
        name = path.removeprefix("include/")
        run = subprocess.run(
            [*compiler, *flags, "-mcpu=cortex-a9", "-marm", "-std=gnu11",
             "-Wall", "-Wextra", "-fsyntax-only", "-x", "c", "-"],
            input=f"#include <{name}>\n", text=True, capture_output=True)
        if run.returncode or run.stderr:
            first = next(l for l in run.stderr.splitlines() if "error" in l
                         or "warning" in l)
            problem(path, 1, f"does not compile alone: {first}")


def check_words(path, lines):
    if len(lines) > MAX_FILE:
        problem(path, 1, f"{len(lines)} lines")
    for number, line in enumerate(lines, 1):
        word = re.search(r"\b(XXX|TODO|FIXME)\b", line)
        if word:
            problem(path, number, f"{word[0]}: finish it or say it in CAVEATS")
        if path.endswith(".c") and re.match(r"\s*#\s*if", line):
            problem(path, number, f"{line.strip()}: no #if in a .c file; choose "
                    "by the list of files, by if (IS_ENABLED(...)) or by an "
                    "empty inline in a header")
        if re.search(r'".*%[-+ #0-9.*]*ll[dux]', line):
            problem(path, number, "%ll: nano Newlib does not print it")


def check_shape(path, lines):
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            problem(path, number, "trailing blanks")
        if len(line.expandtabs(TAB)) > MAX_COLUMNS and '"' not in line:
            problem(path, number, f"wider than {MAX_COLUMNS} columns")


def check_include_form(path, lines):
    """One form for all: by the way from the root or from include/."""
    for number, line in enumerate(lines, 1):
        if re.match(r"\s*#\s*include\b", line) and \
                not re.fullmatch(r"#include (<[^>]+>|EARLY_UART)(\s*/\*.*\*/)?", line):
            problem(path, number, f"{line.strip()}: the one form is "
                    "#include <folder/header.h>")


def check_rules(path, lines):
    """A rule divides a file: /* ---- title ----...---- */"""
    for number, line in enumerate(lines, 1):
        if not re.match(r"\s*/\*\s*(--|==|\*\*)", line):
            continue
        if not re.fullmatch(r"\s*/\* ---- \S.*\S -{2,} \*/", line):
            problem(path, number, f"{line.strip()}: a rule has the form "
                    "/* ---- title ---- */")
        elif len(line.expandtabs(TAB)) != RULE_END:
            problem(path, number, "a rule that ends at column "
                    f"{len(line.expandtabs(TAB))}, not {RULE_END}")


def functions(lines):
    """[(line of the brace, length)] of the functions of a file."""
    start = None
    for number, line in enumerate(lines, 1):
        # A body follows a parameter list; a table or an enum does not.
        if line == "{" and lines[number - 2].rstrip().endswith(")"):
            start = number
        elif line == "}" and start:
            yield start, number - start - 1
            start = None


def check_lengths(files):
    lengths = []
    for path in (f for f in files if f.endswith((".c", ".h"))):
        for line, length in functions(read(path)):
            lengths.append(length)
            if length > MAX_FUNCTION:
                problem(path, line, f"a function of {length} lines, more than "
                        f"{MAX_FUNCTION}")
    lengths.sort()
    if lengths:
        say(f"{len(files)} files, {len(lengths)} functions, lines of "
            f"a function: median {lengths[len(lengths) // 2]}, nine in ten "
            f"under {lengths[len(lengths) * 9 // 10] + 1}, longest "
            f"{lengths[-1]}")


def check(kernel, beside, floor):
    """kernel: its files; beside: those of user/ and tests/."""
    check_floors(kernel, floor)
    check_cycles(kernel)
    check_headers(kernel)
    for path in kernel + beside:
        lines = read(path)
        check_shape(path, lines)
        if path in set(kernel):
            check_words(path, lines)
            check_include_form(path, lines)
            check_rules(path, lines)
    check_lengths(kernel)
