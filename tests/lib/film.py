"""The films that `make view` makes: recorded, and replayed event by event."""

import os
import re
import sys

import machine

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "tools",
                                "view"))
os.environ.update(OUT=machine.OUT, BOARD=machine.BOARD,
                  QEMU_MACHINE=" ".join(machine.MACHINE))
PAGE = 4096


class State:
    """All address spaces and frames, as the changes up to an event left them."""

    def __init__(self):
        self.spaces, self.frames = {}, {}

    def apply(self, changes):
        self.frames.update((i, letter) for i, letter in changes["frames"])
        for pid in changes["gone"]:
            del self.spaces[int(pid)]
        for pid, change in changes["spaces"].items():
            space = self.spaces.setdefault(int(pid), {"l1": {}, "l2": {}})
            for key, value in change.items():
                if key in ("l1", "l2"):
                    value = {**space[key],
                             **{int(n): entry for n, entry in value.items()}}
                    value = {n: entry for n, entry in value.items() if entry}
                space[key] = value

    def owners(self, frame):
        """{(pid, address, rights)} of those who map the frame at an address."""
        found = set()
        for pid, space in self.spaces.items():
            for page, entry in space["l2"].items():
                if pid and entry & 0xFFFFF000 == frame:
                    address = page * PAGE
                    rights = [vma[2] for vma in space["vmas"]
                              if vma[0] <= address < vma[1]]
                    found.add((pid, address, *rights))
        return found


def states(film):
    """Each event with the state that it left: one State, changed on and on."""
    state = State()
    for event in film["events"]:
        state.apply(event["changes"])
        yield event, state


WHO = re.compile(r"^frame (0x\w+): (.*), mapped (\d+) times?$")
OWNER = re.compile(r"^  (\S+)\[(\d+)\]  (0x\w+)  (\S+)  ")


def answers_of_who(console):
    """[(frame, what, {(pid, address, rights)})], in the order it was asked."""
    answers = []
    for line in console.splitlines():
        frame, owner = WHO.match(line), OWNER.match(line)
        if frame:
            answers.append((int(frame[1], 16), frame[2], set()))
        elif owner and answers:
            answers[-1][2].add((int(owner[2]), int(owner[3], 16), owner[4]))
    return answers
