#!/usr/bin/env python3
"""Measurements, each beside what it is compared with in the same run."""
import argparse
import json
import sys

import full_refresh


def rate(result):
    return result["records"] / result["seconds"]


def measure_full_refresh(arguments):
    """Rows: what, figure, beside, aim, whether the aim holds."""
    script = full_refresh.peer(arguments.build, arguments.records)
    one_way = full_refresh.lockstep(arguments.build, arguments.records, ["hubspot", "salesforce"])
    everywhere = full_refresh.lockstep(arguments.build, arguments.records, ["salesforce", "hubspot", "dynamics365"])
    for name, result in (("two systems", one_way), ("three systems", everywhere)):
        calls = sum(result["calls"].values()) - result["feed_calls"]
        yield (f"full refresh, {name}: records a second", f"{rate(result):,.0f}", f"script, one way: {rate(script):,.0f}", "2 x", rate(result) >= 2 * rate(script))
        yield (f"full refresh, {name}: API calls, listing and writing", f"{calls:,}", f"least: {result['least_calls']:,}", "1.05 x", calls <= 1.05 * result["least_calls"])
        yield (f"full refresh, {name}: API calls, feeds meanwhile", f"{result['feed_calls']:,}", "one a minute and object, and pages", "none", True)
        yield (f"full refresh, {name}: peak memory", f"{result['peak_memory_bytes'] / 1e6:.0f} MB", f"script: {script['peak_memory_bytes'] / 1e6:.0f} MB", "120 MB",
               result["peak_memory_bytes"] < 120e6)


MEASUREMENTS = {"full_refresh": measure_full_refresh}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--records", type=int, default=100_000, help="contacts in the full refresh")
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
                print(f"{what:<48} {figure:>12}   {beside:<30} aim {aim:<7} {'holds' if holds else 'MISSED'}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
