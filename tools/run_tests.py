#!/usr/bin/env python3
"""Runs every test of a build and counts them in one closing line."""
import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import time


TIMEOUT_S = 900  # far above the slowest: a test that hangs fails, and what it said is shown


def run_to_end(command, environment):
    """Runs a command in a process group of its own, so that a hanging one goes with all it started; returns (exit code, output)."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment, start_new_session=True) as process:
        try:
            output = process.communicate(timeout=TIMEOUT_S)[0]
            return process.returncode, output
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 1, process.communicate()[0] + f"\nno end within {TIMEOUT_S} s"


def run_binary(name, command, environment):
    """Runs one GoogleTest binary or script; returns ((passed, failed, skipped), output)."""
    started = time.time()
    code, output = run_to_end(command, environment)
    passed = len(re.findall(r"^\[       OK \]", output, re.M))
    skipped = len(re.findall(r"^\[  SKIPPED \] .*\(\d+ ms\)$", output, re.M))
    failed = len(re.findall(r"^\[  FAILED  \] .*\(\d+ ms\)$", output, re.M))
    if passed + failed + skipped == 0:  # a script: its closing line, or its exit code
        counts = re.search(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", output, re.M)
        if counts:
            passed, failed, skipped = (int(n or 0) for n in counts.groups())
        else:
            passed, failed = (1, 0) if code == 0 else (0, 1)
    if code != 0 and failed == 0:
        failed = 1  # it crashed
    print(f"{'ok  ' if failed == 0 else 'FAIL'} {name:<28} {passed:>5} passed {failed:>3} failed {skipped:>3} skipped  {time.time() - started:6.1f} s",
          flush=True)
    for line in re.findall(r"^.*Skipped$|^\[  SKIPPED \].*|SKIP: .*$", output, re.M)[:3] if skipped else []:
        print("       " + line)
    return (passed, failed, skipped), output


def failures(output):
    """What to read of a run that failed: each failed test of a GoogleTest binary from its start to its end, or a script's last words."""
    parts = re.findall(r"^\[ RUN      \] (?:(?!^\[ RUN      \] )[\s\S])*?^\[  FAILED  \] .*$", output, re.M)
    return "\n".join(part[-6000:] for part in parts) or output[-6000:]


def is_table(test):
    """Tests whose output is a table to be read, not only when they fail (CTest label `table`)."""
    return any(p["name"] == "LABELS" and "table" in p["value"] for p in test.get("properties", []))


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
    tests = [test for test in json.loads(listing.stdout)["tests"] if arguments.name in test["name"] and "command" in test]
    # The tests with real processes mostly wait: they start first, beside the ones that compute; of these the longest.
    tests.sort(key=lambda test: (not test["name"].startswith("end_to_end"), not test["name"].startswith("sim_")))
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 1)) as workers:
        results = list(workers.map(lambda test: run_binary(test["name"], test["command"], environment), tests))
    for (_, output), test in zip(results, tests):
        if is_table(test):
            print("\n" + output.rstrip())
    for (counts, output), test in zip(results, tests):
        if counts[1] > 0 and not is_table(test):
            print(f"\n{test['name']} failed:\n{failures(output)}")
    total = [sum(counts) for counts in zip(*(counts for counts, _ in results))] or [0, 0, 0]
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 0 if total[1] == 0 and total[0] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
