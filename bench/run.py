#!/usr/bin/env python3
"""Measurements, each beside what it is compared with in the same run."""
import argparse
import json
import resource
import subprocess
import sys

import emulators
import full_refresh
import restart


def rate(result):
    return result["records"] / result["seconds"]


def measure_full_refresh(arguments):
    """Rows: what, figure, beside, aim, whether the aim holds; without an aim it is only told."""
    script = full_refresh.peer(arguments.build, arguments.records)
    for name, systems in (("two systems", ["hubspot", "salesforce"]), ("three systems", ["salesforce", "hubspot", "dynamics365"])):
        for kind, result, beside in zip(("first load", "full refresh"), full_refresh.lockstep(arguments.build, arguments.records, systems), script):
            calls = sum(result["calls"].values())
            yield (f"{kind}, {name}: records a second", f"{rate(result):,.0f}", f"script, one way: {rate(beside):,.0f} ({rate(result) / rate(beside):.2f})", "2 x", rate(result) >= 2 * rate(beside))
            contacts = arguments.records / result["seconds"]
            yield (f"{kind}, {name}: contacts a second", f"{contacts:,.0f}", f"each counted once ({contacts / rate(beside):.2f})", None, None)
            yield (f"{kind}, {name}: API calls", f"{calls:,}", f"least: {result['least_calls']:,} ({calls / result['least_calls']:.3f})", "1.05 x", calls <= 1.05 * result["least_calls"])
            yield (f"{kind}, {name}: peak memory", f"{result['peak_memory_bytes'] / 1e6:.0f} MB", f"script: {beside['peak_memory_bytes'] / 1e6:.0f} MB", "120 MB",
                   result["peak_memory_bytes"] < 120e6)


def rates(arguments, pattern, *options, repetitions=15):
    """Records a second by benchmark: the best of runs taken in turn, which a neighbour's load disturbed least."""
    command = [f"{arguments.build}/bench/lockstep_bench", f"--benchmark_filter={pattern}", "--benchmark_format=json",
               f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    runs = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            runs.setdefault(run["run_name"].removesuffix("/iterations:1/manual_time"), []).append(run["items_per_second"])
    return {name: max(all) for name, all in runs.items()}


def measure_lenses(arguments):
    found = rates(arguments, "^(lens|json)/", "--benchmark_min_time=0.02")
    for name, figure in sorted(found.items()):
        kind, place = name.split("/")
        if kind == "lens":
            limit = found["json/" + place]
            yield (f"lenses, {place}: records a second", f"{figure:,.0f}", f"parse and print: {limit:,.0f} ({figure / limit:.2f})", "0.5 x", figure >= 0.5 * limit)


def measure_commit(arguments):
    found = rates(arguments, "^(merge_and_commit|raw_inserts)/", repetitions=3)
    for batch in ("100", "1000"):
        figure, limit = found["merge_and_commit/" + batch], found["raw_inserts/" + batch]
        yield (f"commit, {batch} new contacts a time: records a second", f"{figure:,.0f}", f"raw inserts: {limit:,.0f} ({figure / limit:.2f})", None, None)


def measure_emulators(arguments):
    started = emulators.start(arguments.build)
    yield ("stand-ins: all of them started", f"{started * 1000:.0f} ms", "", "100 ms", started < 0.1)
    for name in emulators.CONTACTS:
        result = emulators.load(arguments.build, name, emulators.MILLION)
        yield (f"stand-ins, {name}: a million contacts loaded", f"{result['seconds']:.1f} s", f"processor time: {result['processor_s']:.1f} s", "30 s", result["seconds"] < 30)
        yield (f"stand-ins, {name}: peak memory then", f"{result['peak_bytes'] / 1e9:.2f} GB", "", "2 GB", result["peak_bytes"] < 2e9)


def measure_restart(arguments):
    result = restart.measured(arguments.build, arguments.links)
    slowest = max(result["restarts"])
    yield (f"killed and started again at {result['links']:,} links: until it delivers", f"{slowest:.1f} s", "slowest of " + str(len(result["restarts"])), "10 s", slowest < 10)
    yield ("a backup of that store, checked", f"{result['backup']:.1f} s", f"{result['bytes'] / 1e6:.0f} MB", "60 s", result["backup"] < 60)


def measure_busy_day(arguments):
    taken = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    before = taken()
    done = subprocess.run([f"{arguments.build}/bin/lockstep-sim", "--busy-day", str(arguments.edits)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    seconds = taken() - before
    yield (f"simulator: a busy day of {arguments.edits:,} edits, processor time", f"{seconds:.1f} s", f"{1e6 * seconds / arguments.edits:,.0f} us an edit", "10 s" if arguments.edits >= 50_000 else None, seconds < 10)


MEASUREMENTS = {"full_refresh": measure_full_refresh, "lenses": measure_lenses, "commit": measure_commit, "restart": measure_restart, "emulators": measure_emulators,
                "busy_day": measure_busy_day}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--records", type=int, default=100_000, help="contacts in the full refresh")
    parser.add_argument("--links", type=int, default=100_000, help="links in the store that is restarted")
    parser.add_argument("--edits", type=int, default=50_000, help="in the simulated busy day")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("name", nargs="?", default="", help="only measurements whose name holds this")
    arguments = parser.parse_args()
    for name, measure in MEASUREMENTS.items():
        if arguments.name not in name:
            continue
        for what, figure, beside, aim, holds in measure(arguments):
            if arguments.json:
                print(json.dumps({"what": what, "figure": figure, "beside": beside, "aim": aim, "holds": holds}), flush=True)
            else:
                told = f"aim {aim:<7} {'holds' if holds else 'MISSED'}" if aim else "no aim"
                print(f"{what:<52} {figure:>12}   {beside:<38} {told}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
