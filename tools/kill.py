#!/usr/bin/env python3
"""Kills Lockstep (-9) at random moments while it loads and people work, again and again. Nothing may be lost or doubled."""
import argparse
import os
import random
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo"))

import measure  # noqa: E402
from check import print_table  # noqa: E402
from measure import heading, line, seconds  # noqa: E402
from traffic import Traffic  # noqa: E402
from world import World  # noqa: E402


# A create without an answer, of a record that cannot be looked up by a key, may arrive for ten minutes and show a minute later.
LONGEST_S = 900


def kill_again_and_again(world, times, rng, act):
    """Kills at work and at rest: from the first moments of a start to a second into the work. Returns seconds of the starts."""
    starts = []
    for number in range(times):
        ends = time.monotonic() + rng.choice([rng.uniform(0, 0.1), rng.uniform(0, 1.0)])
        while time.monotonic() < ends:
            act()
            time.sleep(0.02)
        world.kill_lockstep()
        begun = time.monotonic()
        world.start_lockstep()
        starts.append(time.monotonic() - begun)
        if sys.stdout.isatty() or (number + 1) % 20 == 0:
            print(f"  killed {number + 1} of {times}", flush=True)
    return starts


def run(world, arguments):
    rng = random.Random(arguments.seed)
    world.start_systems()
    world.load_systems(arguments.customers)
    world.subscribe()
    world.start_lockstep()
    world.load_support()
    heading(f"The first load of {arguments.customers} customers, killed {arguments.times // 2} times")
    starts = kill_again_and_again(world, arguments.times // 2, rng, lambda: None)
    line("in step after the last kill", seconds(measure.until_in_step(world, LONGEST_S)))
    accounts, contacts, cases = world.customers
    expected = {"account": len(accounts), "contact": len(contacts), "case": len(cases)}
    wrong = [f"{system.name} holds {held} of {count} {kind}s" for kind, count in expected.items() for system in world.systems
             if (held := sum(1 for _ in system.records(kind))) != count]
    heading(f"People at work, killed {arguments.times - arguments.times // 2} times")
    traffic = Traffic(world, seed=arguments.seed)
    starts += kill_again_and_again(world, arguments.times - arguments.times // 2, rng, traffic.step)
    line("edits by people", str(traffic.edits))
    line("in step after the last kill", seconds(measure.until_in_step(world, LONGEST_S)))
    heading("Check: every record of all four systems, read over their own APIs, field by field")
    rows, problems = measure.differences(world)
    print_table(world.systems, rows)
    problems = wrong + problems
    letters = world.status()["dead_letters"]
    heading("Result")
    line("kills", str(len(starts)))
    line("slowest start, until it answers", seconds(max(starts)))
    line("lost, doubled, different", str(len(problems)), "0", not problems)
    line("dead letters", str(letters), "0", letters == 0)
    for problem in problems[:20]:
        print("  " + problem)
    return not problems and letters == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--customers", type=int, default=400, help="size of the made-up company")
    parser.add_argument("--times", type=int, default=200, help="how often")
    parser.add_argument("--seed", type=int, default=1)
    measure.add_request_life(parser)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="lockstep-kill-")
    world = World(arguments.build, folder, policies="default_policy: {strategy: last_write_wins}\n" + measure.request_life(arguments))
    return world.play(lambda: run(world, arguments))


if __name__ == "__main__":
    sys.exit(main())
