#!/usr/bin/env python3
"""console.py SOCKET - this terminal is the machine's; Ctrl-] leaves it."""

import os
import select
import socket
import sys
import termios
import tty

LEAVE = b"\x1d"


def talk(machine):
    """Until one side ends."""
    while True:
        ready, _, _ = select.select([machine, sys.stdin], [], [])
        if machine in ready:
            text = machine.recv(4096)
            if not text:
                return "the machine has ended"
            os.write(sys.stdout.fileno(), text)
        if sys.stdin in ready:
            keys = os.read(sys.stdin.fileno(), 4096)
            if not keys or LEAVE in keys:
                return "left; the machine goes on"
            machine.sendall(keys)


def main():
    with socket.socket(socket.AF_UNIX) as machine:
        try:
            machine.connect(sys.argv[1])
        except OSError as error:
            sys.exit(f"{sys.argv[1]}: {error.strerror}; is make debug running?")
        print("console: connected; Ctrl-] leaves it", flush=True)
        terminal = sys.stdin.isatty()
        settings = termios.tcgetattr(sys.stdin) if terminal else None
        try:
            if terminal:
                tty.setraw(sys.stdin)
            end = talk(machine)
        finally:
            if terminal:
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)
    print(f"\nconsole: {end}")


main()
