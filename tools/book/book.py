#!/usr/bin/python3
"""book.py: the documents of tools/book/order as one, on stdout.

A link to another of them becomes one to its chapter, and names it by its title; a link
to a file that is no chapter becomes the file's path. A picture is copied, with its
colours for paper. The marks of tools/outputs.py and of tests/bench/figures.py are left
out. A comment begins each chapter; paper.lua names the headings by it.
"""

import os
import re
import sys

LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)#:\s]*)(?:#([\w-]+))?\)")
ROW = re.compile(r"^\|.*", re.M)
CODE = re.compile(r"`[^`]+`")
MARK = re.compile(r"^<!-- .* -->\n\n?", re.M)


def chapters():
    with open("tools/book/order") as file:
        return [line.strip() for line in file if not line.startswith("#")]


def anchor(path):
    return os.path.splitext(os.path.basename(path))[0].lower()


def title(path):
    with open(path) as file:
        return re.search(r"^# (.*)", file.read(), re.M)[1]


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
        image, words, target, heading = found.groups()
        target = os.path.normpath(os.path.join(os.path.dirname(path), target)) \
            if target else path
        is_name = words == os.path.basename(target)
        if image:
            return f"![{words}]({picture(target)})"
        if target not in known:
            return f"`{target}`" if is_name else words
        place = f"{anchor(target)}-{heading}" if heading else anchor(target)
        return f"[{title(target) if is_name else words}](#{place})"
    return f'<!-- chapter {anchor(path)} -->\n\n{LINK.sub(link, text)}\n'


def main():
    known = chapters()
    for path in known:
        print(text_of(path, known))


main()
