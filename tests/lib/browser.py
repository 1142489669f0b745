"""Chromium without a window, spoken to over a pipe: its DevTools protocol is
JSON, each message with a zero byte behind it."""

import json
import os
import shutil
import subprocess
import tempfile


def find():
    return next((path for name in ("chromium", "chromium-browser",
                                   "google-chrome")
                 if (path := shutil.which(name))), None)


class Browser:
    """One page. Waits for what it is told to wait for, never for a time."""

    def __init__(self, url):
        to, from_us = os.pipe()
        from_it, back = os.pipe()
        self.profile = tempfile.TemporaryDirectory()
        # Chromium reads descriptor 3 and writes 4.
        line = ["sh", "-c", f'exec 3<&{to} 4>&{back}; exec "$@"', "sh", find(),
                "--headless", "--no-sandbox", "--disable-gpu",
                f"--user-data-dir={self.profile.name}",
                "--remote-debugging-pipe", "--window-size=1280,1000"]
        self.process = subprocess.Popen(line, pass_fds=(to, back),
                                        stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to)
        os.close(back)
        self.write, self.read = from_us, os.fdopen(from_it, "rb")
        self.number, self.session = 0, None
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        self.call("Page.enable")
        self.call("Page.navigate", url=url)
        while self.message().get("method") != "Page.loadEventFired":
            pass

    def message(self):
        text = b""
        while not text.endswith(b"\0"):
            byte = self.read.read(1)
            if not byte:
                raise RuntimeError("the browser has ended")
            text += byte
        return json.loads(text[:-1])

    def call(self, method, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.write, json.dumps(request).encode() + b"\0")
        while (answer := self.message()).get("id") != self.number:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def key(self, key, code=0):
        text = {"text": key} if len(key) == 1 else {}
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=key,
                      windowsVirtualKeyCode=code, **text)

    def mouse(self, x, y):
        self.evaluate("void (globalThis.moved = new Promise((done) => document."
                      "addEventListener('pointermove', done, {once: true})))")
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.evaluate("moved.then(() => 0)")

    def close(self):
        try:
            self.call("Browser.close")
        except RuntimeError:
            pass
        self.process.wait()
        self.profile.cleanup()
