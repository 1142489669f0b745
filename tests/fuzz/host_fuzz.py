#!/usr/bin/env python3
"""Fuzzes the parsers of PARSERS by coverage, each for FUZZ_SECONDS.

Begins with the seeds and what earlier runs found worth keeping (build/host/
fuzz-corpus). Ends at the first input that ends a harness, which stays, with the
line that shows it again. FUZZ_RUNS=n: n inputs by a fixed seed instead of a time,
and nothing of earlier runs: the same whenever it is run.
"""

import os
import re
import shutil
import subprocess
import sys

BUILD = "build/host"
# A longer input finds nothing more, only slower.
LONGEST = {"elf": 1200, "cpio": 4096, "dtb": 8192, "atags": 4096,
           "cmdline": 1200}


def options(parser):
    limit = [f"-max_total_time={os.environ.get('FUZZ_SECONDS', '60')}"]
    if "FUZZ_RUNS" in os.environ:
        limit = [f"-runs={os.environ['FUZZ_RUNS']}", "-seed=1"]
    words = f"tests/fuzz/host_{parser}.dict"
    return [f"-max_len={LONGEST[parser]}", "-timeout=20", "-detect_leaks=0",
            "-print_final_stats=1", f"-artifact_prefix={BUILD}/fuzz-{parser}.",
            *([f"-dict={words}"] if os.path.exists(words) else []), *limit]


def fuzz(parser):
    corpus = f"{BUILD}/fuzz-corpus/{parser}"
    if "FUZZ_RUNS" in os.environ:
        corpus += ".runs"
        shutil.rmtree(corpus, ignore_errors=True)
    os.makedirs(corpus, exist_ok=True)
    run = subprocess.run([f"{BUILD}/fuzz-{parser}", *options(parser), corpus,
                          f"{BUILD}/fuzz-seeds/{parser}"], text=True,
                         errors="replace", stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT)
    inputs = re.search(r"number_of_executed_units: (\d+)", run.stdout)
    covered = re.findall(r"cov: (\d+)", run.stdout)
    print(f"{parser:8} {inputs[1] if inputs else '?':>10} inputs, "
          f"{covered[-1] if covered else '?'} edges covered, "
          f"{'ended with status %d' % run.returncode if run.returncode else 'nothing found'}",
          flush=True)
    if run.returncode:
        failed = re.search(r"Test unit written to (\S+)", run.stdout)
        print("\n".join(run.stdout.splitlines()[-60:]))
        if failed:
            print(f"again: {BUILD}/fuzz-{parser} {failed[1]}")
    return run.returncode == 0


def main():
    if not all(fuzz(parser) for parser in os.environ["PARSERS"].split()):
        sys.exit(1)


if __name__ == "__main__":
    main()
