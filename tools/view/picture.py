#!/usr/bin/python3
"""A moment of a film as a picture that documents can show.

make picture: picture.py VIEW.HTML OUTPUT.SVG lets Chromium draw the event of the
film in which a child first writes to a page that fork made it share.
"""

import json
import os
import re
import shutil
import subprocess
import sys

WIDTH, LIMIT = 900, 60000


def moment(film):
    """The number of the event: the last copy, of a store whose source we have."""
    found = [number for number, event in enumerate(film["events"], 1)
             if "copy on write: frame" in event["text"] and "->" in event["text"]
             and event["program"] and event["program"][0][3].startswith("*p =")]
    if not found:
        sys.exit("picture: the film has no copy on write; is it that of faults?")
    return found[-1]


def main(page, output):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        sys.exit("picture: no Chromium; `make setup-view` installs it")
    with open(page) as file:
        film = re.search(r'id="film">(.*?)</script>', file.read(), re.S)[1]
    link = (f"file://{os.path.abspath(page)}#event={moment(json.loads(film))}"
            f"&picture={WIDTH}")
    html = subprocess.run([browser, "--headless", "--no-sandbox",
                           "--disable-gpu", f"--window-size={WIDTH},800",
                           "--dump-dom", link], check=True, text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    svg = re.search(r"<svg.*</svg>", html, re.S)[0]
    svg = re.sub(r"></(rect|path|circle)>", "/>", svg).replace("><", ">\n<")
    if len(svg) > LIMIT:
        sys.exit(f"picture: {len(svg)} bytes are too many")
    with open(output, "w") as file:
        file.write(svg + "\n")
    print(f"{output}: {len(svg)} bytes")


if len(sys.argv) != 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
