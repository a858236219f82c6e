#!/usr/bin/env python3
"""Runs every test of a build and counts them in one closing line."""
import argparse
import json
import os
import re
import subprocess
import sys
import time


def run_binary(name, command, environment):
    """Runs one GoogleTest binary or script; returns (passed, failed, skipped, output)."""
    started = time.time()
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    output = result.stdout + result.stderr
    passed = len(re.findall(r"^\[       OK \]", output, re.M))
    skipped = len(re.findall(r"^\[  SKIPPED \] .*\(\d+ ms\)$", output, re.M))
    failed = len(re.findall(r"^\[  FAILED  \] .*\(\d+ ms\)$", output, re.M))
    if passed + failed + skipped == 0:  # a script: its closing line, or its exit code
        counts = re.search(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", output, re.M)
        if counts:
            passed, failed, skipped = (int(n or 0) for n in counts.groups())
        else:
            passed, failed = (1, 0) if result.returncode == 0 else (0, 1)
    if result.returncode != 0 and failed == 0:
        failed = 1  # it crashed
    print(f"{'ok  ' if failed == 0 else 'FAIL'} {name:<28} {passed:>5} passed {failed:>3} failed {skipped:>3} skipped  {time.time() - started:6.1f} s",
          flush=True)
    for line in re.findall(r"^.*Skipped$|^\[  SKIPPED \].*|SKIP: .*$", output, re.M)[:3] if skipped else []:
        print("       " + line)
    if failed:
        print(output[-8000:], flush=True)
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("name", nargs="?", default="", help="only tests whose name holds this")
    arguments = parser.parse_args()
    listing = subprocess.run(["ctest", "--test-dir", arguments.build, "--show-only=json-v1"], capture_output=True, text=True, check=True)
    environment = dict(os.environ)
    shared = os.path.abspath(os.path.join("..", "shared", "datasets"))
    if "LOCKSTEP_DATASETS" not in environment and os.path.isdir(shared):
        environment["LOCKSTEP_DATASETS"] = shared
    total = [0, 0, 0]
    for test in json.loads(listing.stdout)["tests"]:
        if arguments.name not in test["name"] or "command" not in test:
            continue
        for i, count in enumerate(run_binary(test["name"], test["command"], environment)):
            total[i] += count
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 0 if total[1] == 0 and total[0] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
