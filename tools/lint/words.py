"""Comments of the core, of the services, of inspect/ and of user/ name their subject and say
locking in sentences: no sentence begins with "Who ..." for a task, a program or a
caller that has a name; no lock stands in brackets instead of the reason for which it
must be held; a VMA is no "area".
"""
import re

from report import problem, read

FOLDERS = ("alloc/", "fs/", "include/", "lib/", "mm/", "mmu/", "proc/", "run/", "trap/",
           "startup/", "services/", "inspect/", "user/")
AREA = "calls a VMA an area"
VMALLOC = ("mm/vmalloc.c", "mm/vmap_", "mm/mm.h")  # whose areas are areas
COMMENT = re.compile(r"/\*.*?\*/", re.S)
RULES = (
    (re.compile(r"(?:^|[.:;] |/\* |\* )Who(?:ever)? [a-z]", re.M),
     "begins with \"Who\": name the task, the program or the caller"),
    (re.compile(r"\((?:read|write|ptl|mmap_lock|tasklist_lock|page_table_lock)\)"),
     "has a lock in brackets: \"Hold mmap_lock for reading, so that ...\""),
    (re.compile(r"\b(?:an|the|one|no|each) area\b"), AREA),
)


def check(files):
    for path in files:
        if not path.startswith(FOLDERS) or path.startswith("include/uapi/"):
            continue
        text = "\n".join(read(path))
        for comment in COMMENT.finditer(text):
            for pattern, sentence in RULES:
                if sentence is AREA and path.startswith(VMALLOC):
                    continue
                for found in pattern.finditer(comment[0]):
                    at = comment.start() + found.start()
                    problem(path, text.count("\n", 0, at) + 1,
                            f"a comment {sentence}")
