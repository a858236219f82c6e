#!/usr/bin/env python3
"""The shipped example is accepted; a typo in it is told with its place and the nearest right name."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TYPOS = [  # what is written instead of what, and the name that is suggested
    ("default_policy:", "default_polcy:", "default_policy"),
    ("connector: salesforce", "connector: salesforec", "salesforce"),
    ("strategy: manual_review", "strategy: manual_reveiw", "manual_review"),
    ("      case:\n        mode: batch", "      cases:\n        mode: batch", "case"),
    ("      job_title:", "      job_titel:", "job_title"),
]
MAPPING_TYPO = "mapping: contact\nsystems: {}\nfields:\n  emial: {in: {}}\n"


def check(program, path):
    result = subprocess.run([program, "-c", path, "check"], capture_output=True, text=True)
    return result.returncode, result.stdout + result.stderr


def failures(program, folder):
    with open(os.path.join(ROOT, "examples", "lockstep.yaml"), encoding="utf-8") as file:
        example = file.read()
    shutil.copytree(os.path.join(ROOT, "examples"), folder, dirs_exist_ok=True)
    path = os.path.join(folder, "lockstep.yaml")
    code, output = check(program, path)
    yield "the example is accepted", code == 0, output
    for right, wrong, suggestion in TYPOS:
        if right not in example:
            yield f"'{right}' stands in the example", False, ""
            continue
        with open(path, "w", encoding="utf-8") as file:
            file.write(example.replace(right, wrong, 1))
        line = example[:example.index(right)].count("\n") + 1
        code, output = check(program, path)
        told = re.search(rf"{re.escape(path)}:({line}):\d+: error: .*did you mean '{suggestion}'", output)
        yield f"'{wrong.strip().splitlines()[0]}' is told at line {line} with '{suggestion}'", code == 3 and told, output
    with open(os.path.join(folder, "extra.yaml"), "w", encoding="utf-8") as file:
        file.write(MAPPING_TYPO)
    with open(path, "w", encoding="utf-8") as file:
        file.write(example + "\nmappings: [extra.yaml]\n")
    code, output = check(program, path)
    told = re.search(r"extra\.yaml:4:3: error: .*did you mean 'email'", output)
    yield "a typo in a mapping is told with its place", code == 3 and told, output


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for claim, holds, output in failures(sys.argv[1], folder):
            passed, failed = passed + bool(holds), failed + (not holds)
            print(f"{'ok  ' if holds else 'FAIL'} {claim}")
            if not holds:
                print(output)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
