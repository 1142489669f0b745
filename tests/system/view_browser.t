#!/usr/bin/python3
"""The film of `make view` in a browser: keys, slider, mouse, and the owners that
it names are those that /bin/who answered.

Without Chromium there is nothing to ask; `make setup-view` installs it.
"""

import base64
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import browser
import film
import machine
import tap
import view

if not browser.find():
    print("1..0 # SKIP no Chromium here: `make setup-view` installs it")
    sys.exit(0)

SCRATCH = f"{machine.OUT}/system/view-browser"
os.environ.update(INITRD=f"{machine.OUT}/test-initramfs.cpio",
                  KINDS="fork,exit")
asked = view.make_film("/test/ask_who", SCRATCH)
with open(f"{SCRATCH}/view.html", "w") as file:
    file.write(view.page(asked))
page = browser.Browser(f"file://{os.path.abspath(SCRATCH)}/view.html")
last = len(asked["events"])


def position():
    """The event that slider, count and sentence show; None if they differ."""
    slider, count, sentence = page.evaluate(
        "[$('slider').value, $('count').textContent, "
        "$('event').textContent]")
    number = int(slider)
    text = asked["events"][number - 1]["text"].split(";")[0]
    return number if count == f"{number} / {last}" and text in sentence else None


def keys():
    tap.is_(position(), 1, "it begins at the first event")
    for key, code, wanted in (("ArrowRight", 39, 2), ("ArrowRight", 39, 3),
                              ("ArrowLeft", 37, 2), ("End", 35, last),
                              ("Home", 36, 1), ("PageDown", 34, 11)):
        page.key(key, code)
        tap.is_(position(), wanted, f"{key} leads to event {wanted}")
    page.evaluate("$('slider').value = 30; "
                  "$('slider').dispatchEvent(new Event('input'))")
    tap.is_(position(), 30, "the slider moves to event 30")
    page.key(" ", 32)
    tap.ok(page.evaluate("timer != 0"), "space plays")
    page.key(" ", 32)
    tap.ok(page.evaluate("timer == 0"), "and stops")


def owners():
    """As the panel names them, in text: "ask_who[2] 0x00017000 rw-p ..."."""
    wrong, answers = [], film.answers_of_who(asked["console"])
    for number, event in enumerate(asked["events"]):
        if (event["kind"], event["comm"]) != ("exit", "who"):
            continue
        frame, _, found = answers.pop(0)
        page.evaluate(f"go({number}); point({{pa: {frame}}})")
        shown = page.evaluate(
            "[...document.querySelectorAll('#path ul li')].map("
            "(one) => one.textContent.split(/\\s+/))")
        shown = {(int(words[0].split("[")[1].rstrip("]")), int(words[1], 16),
                  words[2]) for words in shown}
        shown, found = ({owner for owner in group if owner[0] != event["pid"]}
                        for group in (shown, found))
        if shown != found:
            wrong.append((hex(frame), found, shown))
    tap.is_((answers, wrong), ([], []),
            "of twenty frames it names the owners that who did")


def mouse():
    """Over the frame of a shared page: the way to it, and both who have it."""
    page.key("Escape", 27)
    where = page.evaluate("""(() => {
        const shared = [...owners].find(([pa, list]) => list.length > 1 &&
                number(pa) >= 0 && !isZeroPage(list[0].entry));
        const f = layout.frames, i = number(shared[0]);
        const box = $('scene').firstChild.getBoundingClientRect();
        const scale = box.width / $('scene').firstChild.viewBox.baseVal.width;
        return [box.left + (2 + (i % f.across + .5) * f.cell) * scale,
                box.top + (f.y + (Math.floor(i / f.across) + .5) * f.high) * scale,
                hex(shared[0])];
    })()""")
    page.evaluate("globalThis.drawn = document.querySelector('#scene path')")
    page.mouse(*where[:2])
    text = page.evaluate("$('path').textContent")
    tap.ok(where[2] in text and "mapped by" in text,
           "the frame under the mouse is named, with its owners", text)
    lights = page.evaluate("globalThis.ring = document.querySelector("
                           "'#scene .lights *'); ring.outerHTML")
    tap.ok("class=\"e\"" in lights and page.evaluate("drawn.isConnected"),
           "its path lights up, and the picture below is not drawn again", lights)
    page.mouse(where[0] + .5, where[1])
    tap.ok(page.evaluate("ring.isConnected"),
           "a mouse that moves inside the frame changes nothing")
    page.mouse(where[0] + 40, where[1])
    tap.ok(page.evaluate("!ring.isConnected && drawn.isConnected"),
           "one that moves to another frame changes the lights")


def without_a_mouse():
    """What can be pointed at has a key, or a button that Tab reaches."""
    page.evaluate(f"go({last - 1})")
    page.key("Escape", 27)
    page.key("p", 80)
    page.key("p", 80)
    tap.ok(page.evaluate("$('processes').querySelectorAll("
                         "'[aria-pressed=true]').length == 1"),
           "p goes on to another process")
    page.evaluate("choose(1); find('0x00010000')")
    tap.ok("trace[1] 0x00010000" in page.evaluate("$('path').textContent"),
           "an address that was entered is highlighted")
    page.key(".", 190)
    tap.ok("trace[1] 0x00011000" in page.evaluate("$('path').textContent"),
           "a full stop leads to the next page")
    narrow = page.evaluate("layout.columns[0].w")
    page.key("+", 187)
    tap.ok(page.evaluate("layout.columns[0].w") > 1.4 * narrow,
           "+ makes its slot wider")
    page.evaluate("$('vmas').querySelector('button').click()")
    tap.ok("VMA 00010000-" in page.evaluate("$('path').textContent"),
           "the button of a VMA lights up its first page")
    page.key("Escape", 27)


def printed():
    """On paper: the event that is shown, and below it the list of all."""
    page.evaluate("go(29)")
    paper = page.call("Page.printToPDF", printBackground=True)["data"]
    tap.ok(base64.b64decode(paper).startswith(b"%PDF"), "it can be printed")
    tap.is_(position(), 30, "printed is the event that is shown")
    tap.is_(page.evaluate("[$('events').firstChild.open, "
                          "$('events').querySelectorAll('li').length]"),
            [True, last], "and the list of all events, which is opened for it")


keys()
owners()
mouse()
without_a_mouse()
printed()
differ = page.evaluate("""(() => {
    const there = film.events.map((_, i) => (go(i), choose(1), draw(800, "")));
    return there.map((_, i) => i).reverse().filter(
        (i) => (go(i), choose(1), draw(800, "") != there[i]));
})()""")
tap.is_(differ, [], "on the way back each event has the same picture")
tap.is_(page.evaluate("performance.getEntriesByType('resource').length"), 0,
        "nothing else was fetched")
page.close()
tap.done()
