#!/usr/bin/env python3
"""Rules of this code base that no compiler knows: layers, names, seams, coroutine traps, sizes. Runs as a test."""
import re
import subprocess
import sys

# In layer order: a folder may include only itself and what stands before it.
LAYERS = ["base", "model", "grammar", "expression", "mapping", "merge", "identity", "runtime", "http", "store", "observe", "connector", "hub",
          "discover", "deliver", "engine", "api"]
# merge speaks of review items, which are rows of the store: plain data, no store code.
ALLOWED = {("merge", "store/rows.h")}
CRM = re.compile(r"salesforce|hubspot|dynamics|dataverse|zendesk|\bsoql\b|sobject", re.I)
SEAMS = re.compile(r"system_clock::now|steady_clock::now|sleep_for|random_device|std::j?thread\b|steady_timer")
TRAP = re.compile(r"co_await [^;]*\((\[|\{|[A-Z][A-Za-z]+\{)")
LOOP_TRAP = re.compile(r"\bwhile \(!?co_await ")
LEFTOVER = re.compile(r"\b(TODO|FIXME|HACK)\b|\bXXX:")  # a date pattern has XXX too
LINES_MAX = 500


def findings_of(path, text):
    lines = text.splitlines()
    if len(lines) > LINES_MAX:
        yield 1, f"{len(lines)} lines, more than {LINES_MAX}: it is more than one room"
    parts = path.split("/")
    is_source = parts[0] == "src"
    for number, line in enumerate(lines, 1):
        if parts[0] not in ("emulators", "sim", "test", "bench") and not path.startswith("apps/lockstep-emulators") and CRM.search(line):
            yield number, "names a CRM: the grammar should learn a general word instead"
        if is_source and parts[1] not in ("runtime", "http") and not path.startswith("src/store/sqlite") and SEAMS.search(line):
            yield number, "real time, randomness or threads: take Clock, Rng or Executor"
        if TRAP.search(line):
            yield number, "aggregate or capturing lambda inside co_await: GCC 12 frees it twice; name it on the line before"
        if LOOP_TRAP.search(line):
            yield number, "a loop on co_await: GCC 12 compiled one to an illegal instruction; name its result inside the loop"
        if LEFTOVER.search(line):
            yield number, "left unfinished"
        include = re.match(r'#include "([a-z_]+)/', line)
        if is_source and include and include.group(1) in LAYERS and parts[1] in LAYERS:
            header = re.match(r'#include "([^"]+)"', line).group(1)
            if LAYERS.index(include.group(1)) > LAYERS.index(parts[1]) and (parts[1], header) not in ALLOWED:
                yield number, f"{parts[1]} may not use {include.group(1)}: it stands above it"


def main():
    paths = subprocess.run(["git", "ls-files", "*.cc", "*.h"], capture_output=True, text=True, check=True).stdout.split()
    count = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, message in findings_of(path, file.read()):
                count += 1
                print(f"{path}:{number}: {message}")
    print(f"{len(paths)} files, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
