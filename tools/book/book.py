#!/usr/bin/python3
"""book.py VERSION: the documents of tools/book/order as one, on stdout.

A link to another of them becomes one to its chapter; a link to a file that is no
chapter stays as its text. A picture is copied, with its colours for paper. The marks of
tools/outputs.py and of tests/bench/figures.py are left out.
"""

import os
import re
import sys

LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)#:\s]+)(#[\w-]+)?\)")
ROW = re.compile(r"^\|.*", re.M)
CODE = re.compile(r"`[^`]+`")
MARK = re.compile(r"^<!-- .* -->\n\n?", re.M)


def chapters():
    with open("tools/book/order") as file:
        return [line.strip() for line in file if not line.startswith("#")]


def anchor(path):
    return "chapter-" + os.path.splitext(os.path.basename(path))[0]


def picture(path):
    """A copy of an SVG in build/book/ in which no colour is a variable and the size
    of text is an attribute, because weasyprint knows neither in a style."""
    with open(path) as file:
        text = file.read()
    paper = dict(re.findall(r"--(\w+):([^;}\s]+)", text.split("@media")[0]))
    text = re.sub(r"@media[^{]*\{[^{]*\{[^}]*\}\s*\}", "", text)
    size = re.search(r"font:(\d+)px", text)
    text = text.replace("<svg ", f'<svg font-size="{size[1]}" ', 1) if size else text
    text = re.sub(r"var\(--(\w+)\)", lambda name: paper[name[1]], text)
    copy = f"build/book/{os.path.basename(path)}"
    with open(copy, "w") as file:
        file.write(text)
    return copy


def breakable(row):
    """A row of a table in which a name may be broken behind / and _, or its column
    would leave the others no room."""
    return CODE.sub(lambda code: re.sub(r"([/_])(?=\w)", "\\1\u200b", code[0]), row[0])


def text_of(path, known):
    with open(path) as file:
        text = ROW.sub(breakable, MARK.sub("", file.read()))

    def link(found):
        target = os.path.normpath(os.path.join(os.path.dirname(path), found[3]))
        if found[1]:
            return f"![{found[2]}]({picture(target)})"
        return f"[{found[2]}](#{anchor(target)})" if target in known else found[2]
    return f'<a id="{anchor(path)}"></a>\n\n{LINK.sub(link, text)}\n'


def main(version):
    known = chapters()
    print(f"Pagewalk {version}: Linux's process address space on ARMv7-A, whole and "
          "readable. This book is made from the documents of the source by "
          "`make book`; what it quotes was printed by a run.\n")
    for path in known:
        print(text_of(path, known))


main(sys.argv[1])
