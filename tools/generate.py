#!/usr/bin/env python3
"""Writes what is derived from the program and the tests: schemas/*.json and the generated parts of docs/*.md. --check only compares."""
import argparse
import os
import re
import subprocess
import sys

import facts

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCHEMAS = ["configuration", "connector", "mapping", "model"]
PART = re.compile(r"(<!-- generated: (\w+)\. Do not edit: \./dev generate -->\n).*?(<!-- end of generated -->)", re.S)


def printed(program, *arguments):
    return subprocess.run([program, "schema", *arguments], capture_output=True, text=True, check=True).stdout


def reference(program, which):
    """Headings go one level down: the page has a title of its own."""
    if which.startswith("facts"):
        return facts.page_part(ROOT, which)
    text = printed(program, which, "--reference")
    if which != "expressions":
        text = re.sub(r"^(#+ )", r"#\1", text, flags=re.M)
    return text.strip() + "\n"


def wanted_files(program):
    """Pairs of a path and what it has to hold."""
    for which in SCHEMAS:
        yield f"schemas/{which}.json", printed(program, which)
    for name in sorted(os.listdir(os.path.join(ROOT, "docs"))):
        if not name.endswith(".md"):
            continue
        path = f"docs/{name}"
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            page = file.read()
        yield path, PART.sub(lambda part: part[1] + "\n" + reference(program, part[2]) + "\n" + part[3], page)


def current(path):
    try:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "bin", "lockstep"))
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    arguments = parser.parse_args()
    stale = [(path, text) for path, text in wanted_files(arguments.program) if current(path) != text]
    for path, text in stale:
        if arguments.check:
            print(f"{path} is stale: run ./dev generate")
            continue
        with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
            file.write(text)
        print(f"wrote {path}")
    return 1 if arguments.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
