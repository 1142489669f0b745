#!/usr/bin/python3
"""What documents quote is what a run prints, numbers aside."""

import os
import sys

for folder in ("tests/lib", "tools"):
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../..", folder))
import outputs
import tap

found = [quote for document in outputs.documents()
         for quote in outputs.quotes(document)]
for quote, made in zip(found, outputs.run(found)):
    tap.ok(not outputs.differences(quote, made),
           f"{quote.document}: `{quote.command}` prints what is quoted",
           "\n".join([*outputs.differences(quote, made),
                      "if the new output is right: make docs"]))
tap.done()
