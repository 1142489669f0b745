#!/usr/bin/python3
"""A session at the shell, typed into the emulated serial line."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pexpect
import machine
import tap

PROMPT = r"\$ $"


class Session:
    def __init__(self, append):
        line = machine.command(append)
        self.child = pexpect.spawn(line[0], line[1:], encoding="utf-8",
                                   codec_errors="replace",
                                   timeout=machine.SECONDS,
                                   env=machine.environment())
        self.child.delaybeforesend = None
        self.child.expect(PROMPT)
        self.before = self.child.before

    def run(self, line):
        """Type a line; what it printed, without the echo."""
        self.child.sendline(line)
        # The editor draws the prompt anew at some keys: not those.
        self.child.expect("\n")
        self.child.expect(PROMPT)
        return self.child.before.replace("\r", "")

    def screens(self, line):
        """What a line shows that ends in more, a screen after each key."""
        self.child.send(line + "\n")
        self.child.expect("\n")
        found = []
        while self.child.expect(["--more--", PROMPT]) == 0:
            found.append(self.child.before)
            self.child.send(" ")
        return [screen.replace("\r\x1b[K", "").replace("\r", "")
                for screen in [*found, self.child.before]]

    def start(self, line):
        """Start something made of cat; it runs once it has copied a line."""
        self.child.send(line + "\n")
        self.child.expect("\n")  # from here on the terminal echoes
        self.child.send("typed\n")
        self.child.expect("typed.*typed")

    def end(self, keys):
        """Type keys that end the shell; QEMU's exit status."""
        self.child.send(keys)
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus


CONVERSATION = [
    ("echo hello there", r"^hello there$"),
    ("ls /", r"(?s)bin.*"),
    ("ls -l /", r"^total 0\nd\S+ +2 0 .* bin\nd\S+ .* dev\nd"),
    ("ls -la /etc", r"^total \d+\nd.* \.\nd.* \.\.\n-.* help\n-.* motd$"),
    ("echo a page > /tmp/d ; ls -l /tmp", r"^total 4\n-rw-.* +7 .* d$"),
    ("ls -l /proc/self/fd", r"0 -> /dev/console\n(.*\n)*.* 3$"),
    ("ls /tmp /etc", r"^/etc:\nhelp\nmotd\n\n/tmp:\nd$"),
    ("ls /etc /bin/sh /nowhere", r"^ls: /nowhere: No such file or directory\n"
     r"/bin/sh\n\n/etc:\nhelp"),
    ("ls -lx", r"^usage: ls "),
    ("ls -l /bin/hello",
     r"-rwxr-xr-x    1 0        0        [ \d]{8}\d Jan  1  1970 /bin/hello"),
    ("ls -l /dev/null", r"crw-rw-rw-    1 0        0           1,   3 \w{3} "),
    ("ls -l /dev", r"lrwxrwxrwx .* stdin -> /proc/self/fd/0"),
    ("cat /etc/motd", r"Pagewalk"),
    ("hello a b", r"Hello from user mode: a b"),
    ("faults", r"(?s)^(?!.*FALSE).*Case 3b.*no copy"),
    ("pwd", r"^/$"),
    ("cd /etc", r"^$"),
    ("pwd", r"^/etc$"),
    ("cat motd", r"Pagewalk"),
    ("cd /nowhere", r"cd: /nowhere: "),
    ("nonsense", r"nonsense: not found"),
    ("ps", r"(?m)\b1\b.*(sh|tour)$"),
    ("maps", r"(?s)r-x.*/bin/maps.*\[stack\]"),
    ("maps 1", r"\[stack\]"),
    ("maps 9999", r"no process"),
    ("walk 1 0xc0010000", r"0x?c0010000|section|page"),
    ("walk self 00010000", r"(?s)0x00010000.*r-x usr nG"),
    ("who 1 00010000", r"^frame 0x\w+: a page of a file, in the page cache, "
     r"mapped 1 time\n  sh\[1\]  0x00010000  r-xp  /bin/sh$"),
    ("who self 1000", r"who: no page is mapped at 0x00001000 in process \d+$"),
    ("who self c0010000", r"^who: 0xc0010000 is an address of the kernel's; walk "),
    ("who 9999 1000", r"^who: no process 9999$"),
    ("who 9999 main", r"^who: no process 9999$"),
    ("walk 9999 main", r"^walk: no process 9999$"),
    ("who 0x10000000", r"^frame 0x10000000: no memory that the kernel manages"),
    ("who", r"usage: who FRAME"),
    ("echo one | cat", r"^one$"),
    ("echo two > /tmp/f", r"^$"),
    ("echo three >> /tmp/f", r"^$"),
    ("cat < /tmp/f | cat", r"(?m)^two\nthree$"),
    ("cat /dev/zero | true", r"killed by SIGPIPE"),
    ("crash null", r"killed by SIGSEGV"),
    ("crash self null", r"was killed by SIGSEGV"),
    ("echo 'a  b' \"c | d\"", r"^a  b c \| d$"),
    ("help", r"maps PID"),
    ("cat /proc/meminfo", r"MemFree:"),
    ("echo fault > /proc/trace", r"^$"),
    ("true", r"^$"),
    ("echo none > /proc/trace", r"^$"),
    ("cat /proc/trace", r"fault"),
    ("echo a ; echo 'b;c'; ", r"^a\nb;c$"),
    ("true & true", r"^(\[1\] \d+|\n|\[1\] done: true)*$"),
    ("& true", r"sh: a command is missing"),
    ("ls || ls", r"sh: a command is missing .*\|\| is not known"),
    # 0 would be all processes of the shell's group, itself among them
    ("kill %7", r"kill: %7: no such process or job"),
    ("kill nobody", r"kill: nobody: no such process or job"),
    ("kill 0", r"kill: 0: no such process or job"),
    ("kill 9999", r"kill: 9999: No such process"),
    ("kill -99 1", r"kill: 1: Invalid argument"),
    ("see 9999", r"^see: no process 9999, or one without memory$"),
    ("kill -NONE 1", r"usage: kill"),
    ("fg 7", r"fg: there is no job 7"),
    ("sleep 0.01", r"^$"),
    ("sleep soon", r"usage: sleep"),
    ("free", r"(?m)^ +\d+  free$"),
    ("help nothing", r"help: nothing is known of nothing"),
    ("help words", r"TTBR0"),
    ("help nG", r"^nG: "),
    ("help maps", r"^maps: maps \[PID \[ADDRESS\]\]"),
    ("echo 'open", r"sh: a quote is not closed"),
    ("echo " + "x" * 600, r"x{506}"),
    ("echo echo in a file > /tmp/script; sh /tmp/script", r"^in a file$"),
    # Besides the three, ls opens the directory itself: the script is not theirs.
    ("echo ls -l /proc/self/fd > /tmp/script; sh /tmp/script",
     r"^total 0\n(.*/dev/console\n){3}\S.* 3$"),
    ("cat < /etc/motd >> /tmp/script; cat /tmp/script",
     r"^ls -l /proc/self/fd\nThis is Pagewalk"),
    # Built-in commands in a process of their own:
    ("help pwd | cat", r"^pwd: pwd\n"),
    ("pwd > /tmp/f; cat /tmp/f", r"^/etc$"),
    ("cd /tmp | true; pwd", r"^/etc$"),
    ("kill -0 1", r"^$"),
    ("kill -0 9999", r"kill: 9999: No such process"),
    ("  # echo a comment", r"^$"),
    ("kill 4294967295", r"kill: 4294967295: no such process or job"),
    ("sh /nowhere", r"sh: /nowhere: No such file"),
    ("echo x > /dev/full", r"echo: standard output: No space left"),
    ("cat /etc/motd > /dev/full", r"cat: standard output: No space left"),
    ("echo nonsense > /proc/trace", r"echo: standard output: Invalid"),
    ("echo x > /bin/sh", r"sh: /bin/sh: Text file busy"),
    ("maps abc", r"usage: maps"),
    ("walk 9999 0", r"walk: no process 9999"),
    ("walk 1 zzz", r"walk: zzz is neither .* of /bin/sh"),
    ("walk 1 0x123456789", r"walk: 0x123456789 is neither"),
    ("tour 9", r"usage: tour .* 1 to \d"),
    ("tour 2", r"(?s)---- 2\. Pages come.*0 of 2048"),
    ("", r"^$"),
    ("|", r"missing"),
]


def conversation():
    session = Session("quiet init=/bin/sh")
    for line, pattern in CONVERSATION:
        text = session.run(line)
        tap.ok(re.search(pattern, text.strip("\n")), f"$ {line}",
               f"wanted {pattern!r} in\n{text}")
    tap.is_(session.end("exit 5\n"), 5, "$ exit 5: QEMU's status")


UP, DOWN, LEFT, HOME, DELETE = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[H", "\x1b[3~"
NARROW = ["layout", "lazy", "faults", "twins", "lives", "mmshow", "crash", "ps",
          "free", "maps 1", "walk 1 main", "who 1 main", "help", "help words", "ls",
          "trace all true", "see 1 | cat", "see tables 1 | cat",
          "see frames | cat", "cat /proc/pagetypemap /proc/self/pagetable",
          # what is wrong with them is said, in as little room
          "maps 1 2 3", "walk", "who", "see", "trace", "tour 9", "crash 1",
          "kill", "sleep", "walk 999 main", "maps self zzz", "fg", "nonsense"]


def narrow():
    """A serial terminal has 80 columns, and the kernel's reports fit, too."""
    session = Session("init=/bin/sh")
    for line in NARROW:
        rows = session.run(line).split("\n")
        tap.is_([row for row in rows if len(row) > 80], [],
                f"$ {line}: 80 columns")
    session.end("exit\n")


EDITED = [
    ("echo helxx\x7f\x7flo", "hello", "backspace"),
    (UP + " there", "hello there", "up: the line before"),
    (UP + UP + DOWN + "!", "hello there!", "up, and down again"),
    (UP + LEFT + "\x7fE", "hello therE!", "left"),
    (UP + HOME + DELETE * 4 + "echo now", "now hello therE!", "home, delete"),
    (UP + "\x15echo anew", "anew", "^U: all to the left"),
    (UP + HOME + "\x0becho fresh", "fresh", "^K: all to the right"),
    (UP + " word\x17last", "fresh last", "^W: a word"),
    ("ca\t/et\tmo\t", "This is Pagewalk. Try: help",
     "Tab: a program, a directory, a file"),
    ("echo " + "y" * 90 + HOME + DELETE * 5 + "echo z", "z" + "y" * 90,
     "a line that is wider than the terminal"),
]


def editing():
    """A line is edited before the shell has it."""
    session = Session("quiet init=/bin/sh")
    for keys_typed, want, what in EDITED:
        text = session.run(keys_typed)
        tap.is_(text.strip().splitlines()[-1:], [want], what, repr(text))
    session.child.send("\x15\x17\x0b" + LEFT + "\x1b[C" + "l\t\t")
    session.child.expect("layout +lazy +lives +ls")
    session.child.send("\x03")
    session.child.expect(PROMPT)
    tap.ok(True, "Tab: what it may be")
    # Its first line names no program; its answer shows that both run.
    session.start("cat | sh")
    session.child.send("echo " + "x" * 600 + "\n\x04")
    session.child.expect(PROMPT)
    tap.has(session.child.before, "a line of 605 bytes: at most 511",
            "a line that is not typed is not cut, but left out")
    session.start("cat")
    session.child.send("\x04")
    session.child.expect(PROMPT)
    tap.ok(True, "cat reads the terminal until ^D")
    tap.is_(session.end("\x04"), 0, "^D ends the shell")


def twice():
    """The kernel has one record of its switches; two programs may need it."""
    session = Session("quiet init=/bin/sh")
    session.child.send("twins & twins\n")
    for which in ["first", "second"]:
        session.child.expect("neither saw a wrong value")
        tap.ok(True, f"two twins at once: the {which} ends")
    session.run("")
    session.end("exit\n")


def keys():
    """^C reaches the program, all of it, and never the shell."""
    session = Session("quiet init=/bin/sh")
    session.start("cat | cat")
    session.child.send("\x03")
    session.child.expect(PROMPT)
    tap.ok("^C" in session.child.before, "^C ends both programs of a pipe",
           session.child.before)
    session.child.send("twins\n")
    session.child.expect("being recorded")
    session.child.send("\x03")
    session.child.expect(PROMPT)
    # They die when the core is theirs, which may be after this prompt's look
    # for the dead; each prompt looks again.
    for _ in range(5):
        text = session.run("ps")
        if "twins" not in text:
            break
    tap.ok("twins" not in text and " Z " not in text,
           "killed children of a program leave no zombies", text)
    session.child.send("echo not this\x03")
    session.child.expect(PROMPT)
    text = session.run("echo but this")
    tap.is_(text.strip(), "but this", "^C drops the line that is typed")
    session.start("cat")
    session.child.send("\x1c")
    session.child.expect(PROMPT)
    tap.ok("was killed by SIGQUIT" in session.child.before, "^\\ quits",
           session.child.before)
    tap.is_(session.end("exit 3\n"), 3, "the shell is there to the end")


def stopping():
    """^Z; process 1's own children would never stop, as on Linux."""
    session = Session("quiet init=/bin/sh -c sh")
    tap.ok("there is no job" in session.run("fg"), "fg without a job")
    for command in "cat", "cat | cat":
        session.start(command)
        session.child.send("\x1a")
        session.child.expect(PROMPT)
        tap.has(session.child.before, f"stopped: {command}; fg",
                f"^Z stops {command}")
    tap.is_(len(re.findall(r" T .* cat", session.run("ps"))), 3,
            "ps shows all three")
    tap.ok(re.search(r"\[1\] stopped .* cat\n\[2\] stopped .* cat \| cat",
                     session.run("jobs")), "jobs names both")
    for command in "cat | cat", "cat":
        session.start("fg")
        session.child.send("\x04")
        session.child.expect(PROMPT)
    tap.ok("cat" not in session.run("ps"), "fg: they go on, and end")
    session.run("sleep 1000 &")
    tap.ok("[1] running" in session.run("jobs"), "&: the shell does not wait")
    said = session.run("kill -STOP %1") + session.run("sleep 0.1")
    tap.has(said, "[1] stopped: sleep 1000", "kill -STOP %1 stops it")
    tap.has(session.run("bg"), "sleep 1000 &", "bg: it goes on")
    session.run("kill -STOP %1")
    session.run("sleep 0.1")
    session.run("kill -CONT %1")
    tap.has(session.run("jobs"), "[1] running", "kill -CONT %1 does the same")
    session.run("kill %1")
    session.child.send("fg\n")
    session.child.expect(PROMPT)
    tap.ok("sleep" not in session.run("jobs"), "kill %1 ends it")
    # On a slow host the first prompt may report it already.
    said = session.run("sleep 1 &") + session.run("sleep 2")
    tap.has(said, "[1] done: sleep 1",
            "a job that ends while another is waited for is done at the prompt")
    tap.is_(session.run("jobs"), "", "and is no job any more")
    said = session.run("cat &") + session.run("sleep 1")
    tap.has(said, "[1] stopped: cat",
            "a job that reads the terminal stops, which is printed once")
    tap.ok("stopped: cat" not in session.run("echo"), "and not at each prompt")
    session.run("sleep 1 &")
    tap.ok("running" not in session.run("sleep 2 | true; jobs"),
           "jobs leaves out those that have ended")
    session.end("exit\n")


def paging():
    """more: a screen at a time, lines broken between words, nothing lost."""
    session = Session("quiet init=/bin/sh")
    session.run("trace fault layout > /tmp/events")
    whole = session.run("cat /tmp/events")
    tap.ok(max(map(len, whole.split("\n"))) > 80, "a file keeps its long lines")
    screens = session.screens("more /tmp/events")
    tap.is_([screen.count("\n") for screen in screens[:-1]],
            [23] * (len(screens) - 1), "23 rows and the question are a screen")
    rows = "".join(screens)
    tap.ok(max(map(len, rows.split("\n"))) <= 80, "no row has more than 80 columns",
           rows)
    tap.is_(re.sub(r" *\n {4}(?=\S)", " ", rows), re.sub(
        r" *\n {4}(?=\S)", " ", whole), "put together again they are the file")
    session.child.send("more /tmp/events\n")
    session.child.expect("--more--")
    session.child.send("\r")
    session.child.expect("--more--")
    tap.is_(session.child.before.count("\n"), 1, "Enter: a row more")
    session.child.send("q")
    session.child.expect(PROMPT)
    tap.ok("\n" not in session.child.before, "q ends it", session.child.before)
    session.child.send("more /tmp/events\n")
    session.child.expect("--more--")
    session.child.send("\x03")
    session.child.expect(PROMPT)
    session.child.send("sleep 1000 | echo begun\n")
    session.child.expect("begun\r.*begun\r")
    session.child.send("typed\x03")
    session.child.expect(PROMPT)
    tap.has(session.child.before, "typed", "^C ends it, and keys are echoed again")
    rows = "".join(session.screens("trace fault true | more"))
    tap.ok(max(map(len, rows.split("\n"))) <= 80, "trace ... | more is folded", rows)
    session.end("exit\n")


def help_is_whole():
    """Each program, and each word that `help words` names, has its text."""
    with open("user/etc/help") as file:
        topics = {text.split(":")[0] for text in file.read().split("\n\n")}
    with open("user/etc/help") as file:
        tap.is_([line for line in file if len(line.rstrip("\n")) > 80], [],
                "help fits into 80 columns")
    with open("user/etc/help") as file:
        words = file.read().split("\n\nwords: ")[1].split("\n\n")[0]
    named = [word for line in words.splitlines()[1:]
             for word in line.split(":")[1].split()]
    programs = [path.removesuffix(".c") for path in os.listdir("user/bin")
                if path.endswith(".c")]
    silent = {"true", "false", "hello", "sh"}
    tap.is_(sorted(set(named + programs) - topics - silent), [],
            "help has a text for each program and word")


help_is_whole()
conversation()
narrow()
editing()
twice()
keys()
stopping()
paging()
tap.done()
