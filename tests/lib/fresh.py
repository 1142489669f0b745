"""No test runs on what is older than its sources: refuse_stale()."""

import os
import subprocess
import sys


def refuse_stale(**variables):
    """End this test, and the prove that runs it, unless make finds nothing to
    do for it. Not asked below a make: that has built what it then tests."""
    test = os.path.relpath(sys.argv[0])
    if os.environ.get("BUILT_BY_MAKE") or not os.path.isfile(test):
        return
    options = [f"{name}={value}" for name, value in variables.items()]
    # T names tests to the make that is asked, which would ask Python for them.
    kept = {name: value for name, value in os.environ.items()
            if name not in ("T", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    asked = subprocess.run(["make", "-q", *options, test], text=True, env=kept,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if asked.returncode == 0:
        return
    name, kind = os.path.splitext(os.path.basename(test))
    words = " ".join(sys.argv[1:]) or name
    remedy = f"make check T='{words}'" if kind == ".t" else f"make {test}"
    board = variables.get("BOARD", "vexpress-a9")
    if board != "vexpress-a9":
        remedy += f" BOARD={board}"
    print(f"Bail out!  What {test} tests is older than its sources, or was "
          f"built with other options. Run: {remedy}\n{asked.stdout}",
          flush=True)
    sys.exit(1)
