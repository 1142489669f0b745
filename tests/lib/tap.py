"""TAP for the tests written in Python: ok(), is_(), done()."""

import sys

_count = 0
_failed = 0


def ok(good, text, detail=""):
    """One result. detail, if the test failed, is shown line by line.

    To stderr, which prove passes on: a run's own output says what failed.
    """
    global _count, _failed
    _count += 1
    print(f"{'ok' if good else 'not ok'} {_count} - {text}", flush=True)
    if not good:
        _failed += 1
        print(f"# {sys.argv[0]}: not ok {_count} - {text}", file=sys.stderr)
        for line in str(detail).splitlines()[-40:]:
            print(f"#   {line}", file=sys.stderr, flush=True)
    return bool(good)


def is_(got, want, text, detail=""):
    return ok(got == want, text, f"got {got!r}, wanted {want!r}\n{detail}")


def has(text_searched, part, text):
    """part must occur in text_searched."""
    return ok(part in text_searched, text,
              f"looked for {part!r} in\n{text_searched}")


def diag(text):
    for line in str(text).splitlines():
        print(f"# {line}")


def done():
    print(f"1..{_count}", flush=True)
    sys.exit(1 if _failed else 0)
