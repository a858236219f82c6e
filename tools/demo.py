#!/usr/bin/env python3
"""Four systems in step, to look at: loads them, lets people work in all of them, shows a conflict, checks the result."""
import argparse
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo"))

from check import compare, explained, print_table  # noqa: E402
from traffic import Traffic  # noqa: E402
from world import World, waiting  # noqa: E402

TERMINAL = sys.stdout.isatty()


def show(line, done=False):
    """A line that is written over on a terminal, and rarely elsewhere."""
    if TERMINAL:
        print("\r\033[K" + line, end="\n" if done else "", flush=True)
    elif done or time.time() - show.last > 5:
        show.last = time.time()
        print(line, flush=True)


show.last = 0


def heading(text):
    print(f"\n\033[1m{text}\033[0m" if TERMINAL else f"\n{text}", flush=True)


def first_load(world, expected, limit_s):
    """Shows progress until all is listed and nothing is owed any more."""
    started, quiet_since = time.time(), None
    while time.time() - started < limit_s:
        status = world.status()
        read = sum(s.get("read", 0) for s in status["systems"])
        written = {s["name"]: s.get("written", 0) for s in status["systems"] if not s["hosted"]}
        matched = sum(s.get("matched", 0) for s in status["systems"])
        seconds = time.time() - started
        left = waiting(status)
        rate = (read + sum(written.values())) / max(seconds, 0.1)
        listed = all(s.get("first_listing_done", True) for s in status["systems"])
        show(f"  {seconds:4.0f} s  read {read:>6}  matched {matched:>5}  customers and cases {status['entities']:>6}  written "
             + "  ".join(f"{n} {c}" for n, c in written.items()) + f"  {rate:5.0f}/s  "
             + (f"about {left / max(rate, 1):.0f} s left" if listed else f"of about {expected} listed"))
        problem = next((s["paused_reason"] for s in status["systems"] if s.get("paused_reason")), "")
        if problem:
            show(f"  waiting: {problem}")
        calm = listed and left == 0
        quiet_since = (quiet_since or time.time()) if calm else None
        if quiet_since and time.time() - quiet_since > 2:
            show(f"  first load done in {quiet_since - started:.1f} s: {read} read, {matched} matched, " + ", ".join(f"{c} written in {n}" for n, c in written.items()), done=True)
            return True
        time.sleep(0.5)
    return False


def status_line(world):
    status = world.status()
    in_step = status["entities"] - waiting(status)
    lag = status["lag_ms"]
    return (f"  in step {max(in_step, 0):>6} of {status['entities']}   lag p50 {lag['p50'] / 1000:.1f} s p99 {lag['p99'] / 1000:.1f} s   pending {waiting(status):>4}   "
            f"conflicts {status['open_reviews']}   dead letters {status['dead_letters']}")


def live(world, traffic, seconds):
    collided = False
    started = time.time()
    while seconds is None or time.time() - started < seconds:
        traffic.step()
        if not collided and time.time() - started > 2:
            traffic.collide()
            collided = True
        show(status_line(world))
        time.sleep(0.1)
    show(status_line(world), done=True)


def settle(world, limit_s):
    started, quiet_since = time.time(), None
    while time.time() - started < limit_s:
        calm = waiting(world.status()) == 0
        quiet_since = (quiet_since or time.time()) if calm else None
        if quiet_since and time.time() - quiet_since > 6:
            return True
        show(status_line(world))
        time.sleep(0.5)
    return False


def show_conflict(world, resolve):
    items = [i for i in world.lockstep_lines("review", "list") if i.get("kind") == "field_conflict"]
    if not items:
        print("  the two edits met one after the other: no conflict this time")
        return
    print(world.lockstep("review", "show", items[0]["id"]).rstrip())
    print(f"\n  to decide:  lockstep -c {world.config} review resolve {items[0]['id']} 1")
    if resolve:
        print("  deciding for the second candidate: " + world.lockstep("review", "resolve", items[0]["id"], "2", "--by", "demo").strip())


def check(world):
    rows, problems = compare(world.systems, explained(world))
    print_table(world.systems, rows)
    for problem in problems[:20]:
        print("  " + problem)
    if len(problems) > 20:
        print(f"  … and {len(problems) - 20} more")
    return not problems


def run(world, arguments):
    heading("Four systems start")
    world.start_systems()
    for name, address in world.addresses.items():
        print(f"  {name:<12} {address}")
    records = world.load_systems(arguments.customers)
    print(f"  {records} records stand in them, partly the same customers, spelt differently")
    world.subscribe()
    world.start_lockstep()
    print(f"  lockstep     http://127.0.0.1:{world.port}   (configuration {world.config})")
    world.load_support()
    heading("First load")
    if not first_load(world, records, arguments.limit):
        print(f"\n  not done within {arguments.limit} s; see {world.folder}/lockstep.log")
        return False
    heading("People work in all four systems" + ("" if arguments.once else " (Ctrl-C ends)"))
    traffic = Traffic(world)
    try:
        live(world, traffic, 12 if arguments.once else None)
    except KeyboardInterrupt:
        print()
    heading("A conflict that waits for a person")
    settle(world, 30)
    show_conflict(world, resolve=True)
    heading("Settling")
    settled = settle(world, 60)
    show(status_line(world), done=True)
    heading("Check: every record of all four systems, read over their own APIs, field by field")
    good = check(world) and settled
    print(f"\n  {traffic.edits} edits by people. " + ("All four systems are in step." if good else "NOT in step."))
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--once", action="store_true", help="end by itself; exit 0 only when all is in step")
    parser.add_argument("--customers", type=int, default=200, help="size of the made-up company")
    parser.add_argument("--limit", type=int, default=600, help="seconds for the first load")
    parser.add_argument("--keep", action="store_true", help="keep the store, configuration and log")
    parser.add_argument("--limits", action="store_true", help="the stand-ins keep the published quotas")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="lockstep-demo-")
    world = World(arguments.build, folder, arguments.limits)
    return world.play(lambda: run(world, arguments), arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
