#!/usr/bin/env python3
"""Every mark of a test and every scenario comes into the table of facts, under a name that reads as a claim."""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import facts  # noqa: E402

WORDS = [("ASecondWithMoreRowsThanAPage", "a second with more rows than a page"), ("ReadsCSVOf3Columns", "reads CSV of 3 columns"), ("KeepsTheIDOfARecord", "keeps the ID of a record")]


def count(pattern, paths):
    found = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found += len(re.findall(pattern, file.read(), re.M))
    return found


def claims():
    for name, words in WORDS:
        yield f"{name} reads as '{words}'", facts.in_words(name) == words
    told = facts.fact_of("claim", "§3.4 [U] switch: null_clears", "test")
    yield "a switch stands apart from its marks", (told.marks, told.switch) == ("§3.4 [U]", "null_clears")
    for dialect in facts.TITLES:
        marks = count(r"^// fact: ", glob.glob(os.path.join(ROOT, "test", "emulators", dialect + "_*.cc")))
        yield f"{dialect}: all {marks} marks of tests are read", len(list(facts.cpp_facts(ROOT, dialect))) == marks
        scenarios = count(r"^[ \t]*(?:scenario|claim)\(\s*[\"'`]", glob.glob(os.path.join(ROOT, "test", "conformance", dialect, "*.mjs")))
        yield f"{dialect}: all {scenarios} scenarios are read", len(list(facts.scenario_facts(ROOT, dialect))) == scenarios


def main():
    passed = failed = 0
    for claim, holds in claims():
        passed, failed = passed + bool(holds), failed + (not holds)
        print(f"{'ok  ' if holds else 'FAIL'} {claim}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
