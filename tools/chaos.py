#!/usr/bin/env python3
"""A bad day over real sockets: ten times the normal work while the systems refuse calls, all tokens die at once, connections
are cut, and records are refused for good. All of it has to drain: through retries, and dead letters that are mended and replayed."""
import argparse
import os
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo"))

import measure  # noqa: E402
from check import print_table  # noqa: E402
from cutting import CuttingProxy  # noqa: E402
from measure import heading, line, seconds  # noqa: E402
from traffic import Traffic  # noqa: E402
from world import World, waiting  # noqa: E402

NORMAL_EDITS_PER_S = 2


def people_at_work(traffic, per_s, length_s, watch):
    ends = time.monotonic() + length_s
    following = time.monotonic()
    while time.monotonic() < ends:
        traffic.step()
        watch()
        following += 1 / per_s
        time.sleep(max(0.0, following - time.monotonic()))


class Watch:
    """The most that was waiting at once, looked at once a second."""

    def __init__(self, world):
        self.world, self.most, self.last = world, 0, 0.0

    def __call__(self):
        if time.monotonic() - self.last > 1:
            self.last = time.monotonic()
            self.most = max(self.most, waiting(self.world.status()))


def everywhere(world, fault, **settings):
    """Of calls of the API: a refused sign-in is another matter, vendors ask to wait for minutes."""
    for crm in world.crms:
        world.control(crm, "faults", {"name": fault, "match": world.api(crm), **settings})


def refuse_for_good(world):
    """An address that one system does not take becomes a dead letter there."""
    world.support.put("contact", "long", {"first_name": "Lena", "last_name": "Long", "email": "lena@" + "long." * 16 + "example"})


def mend_and_replay(world):
    letters = world.status()["dead_letters"]
    world.support.patch("contact", "long", {"email": "lena@long.example"})
    if letters:
        world.lockstep("dead-letters", "replay", "all", "--by", "chaos")
    return letters


def print_systems(world, proxies, fired):
    """One line a system: what it was asked, what it refused, what was tried again."""
    with open(os.path.join(world.folder, "lockstep.log"), encoding="utf-8", errors="replace") as file:
        log = file.read()
    print(f"\n  {'system':<14}{'calls':>8}{'attempts':>10}{'written':>9}{'failed':>8}{'waits':>7}{'refused':>9}{'tokens':>8}{'cut':>6}{'letters':>9}")
    for status in world.status()["systems"]:
        if status["hosted"]:
            continue
        name = status["name"]
        waits = len(re.findall(rf"(?:deliver_paused|read_failed|open_failed)\b.*\b{name}\b", log))
        print(f"  {name:<14}{status['calls']:>8}{status['written'] + status['failed']:>10}{status['written']:>9}{status['failed']:>8}{waits:>7}"
              f"{fired[name].get('rate_limit', 0):>9}{fired[name].get('expire_token', 0):>8}{sum(proxies[name].cuts.values()):>6}{status['dead_letters']:>9}")


def fired_faults(world, fired):
    for crm in world.crms:
        for fault in world.control(crm, "faults")["faults"]:
            fired[crm][fault["name"]] = fired[crm].get(fault["name"], 0) + fault["fired"]
        world.control(crm, "faults", method="DELETE")
    world.connect()  # the readers' tokens died with the others


def run(world, arguments):
    world.start_systems()
    proxies = {crm: CuttingProxy(address, arguments.seed) for crm, address in world.addresses.items()}
    world.write_configuration({crm: proxy.address for crm, proxy in proxies.items()})
    world.load_systems(arguments.customers)
    world.subscribe()
    world.start_lockstep()
    world.load_support()
    heading(f"{arguments.customers} customers, each call through a proxy")
    line("in step after", seconds(measure.until_in_step(world, 600)))
    traffic, watch = Traffic(world, seed=arguments.seed), Watch(world)
    fired = {crm: {} for crm in world.crms}

    heading(f"{arguments.burst:.0f} s at ten times the normal work, half of all calls refused for their rate")
    everywhere(world, "rate_limit", rate=0.5, retry_after_ms=500)
    refuse_for_good(world)
    people_at_work(traffic, NORMAL_EDITS_PER_S * 10, arguments.burst, watch)
    fired_faults(world, fired)
    line("waiting at the most", str(watch.most))
    line("drained and in step after", seconds(measure.until_in_step(world, arguments.limit)))

    heading("All tokens die at once, under load")
    everywhere(world, "expire_token", count=1)
    people_at_work(traffic, NORMAL_EDITS_PER_S, arguments.length, watch)
    fired_faults(world, fired)
    line("drained and in step after", seconds(measure.until_in_step(world, arguments.limit)))

    heading(f"{arguments.length:.0f} s in which one exchange in seven is cut")
    for proxy in proxies.values():
        proxy.share = 0.15
    people_at_work(traffic, NORMAL_EDITS_PER_S, arguments.length, watch)
    for proxy in proxies.values():
        proxy.share = 0.0
    line("drained and in step after", seconds(measure.until_in_step(world, arguments.limit)))

    heading("Dead letters, mended and replayed")
    measure.wait_for("the refused record is a dead letter", lambda: world.status()["dead_letters"] > 0, 120)
    print_systems(world, proxies, fired)
    line("dead letters", str(mend_and_replay(world)))
    measure.wait_for("no dead letter is open", lambda: world.status()["dead_letters"] == 0, arguments.limit)
    line("drained and in step after", seconds(measure.until_in_step(world, arguments.limit)))

    heading("Check: every record of all four systems, read over their own APIs, field by field")
    rows, problems = measure.differences(world)
    print_table(world.systems, rows)
    status = world.status()
    heading("Result")
    line("edits by people", str(traffic.edits))
    line("lag, p50 and p99", f"{status['lag_ms']['p50'] / 1000:.1f}, {status['lag_ms']['p99'] / 1000:.1f} s")
    line("cut connections", str(sum(sum(proxy.cuts.values()) for proxy in proxies.values())))
    line("open dead letters", str(status["dead_letters"]), "0", status["dead_letters"] == 0)
    line("lost, doubled, different", str(len(problems)), "0", not problems)
    happened = all(fired[crm].get("rate_limit") and fired[crm].get("expire_token") for crm in world.crms) and all(sum(p.cuts.values()) for p in proxies.values())
    if not happened:
        print("  a fault never fired: this run proves nothing")
    for problem in problems[:20]:
        print("  " + problem)
    return happened and not problems and status["dead_letters"] == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--customers", type=int, default=100, help="size of the made-up company")
    parser.add_argument("--burst", type=float, default=600, help="seconds of the rate-limit burst")
    parser.add_argument("--length", type=float, default=60, help="seconds of each other fault")
    parser.add_argument("--limit", type=float, default=1800, help="seconds within which all has to drain")
    parser.add_argument("--seed", type=int, default=1)
    measure.add_request_life(parser)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="lockstep-chaos-")
    world = World(arguments.build, folder, policies="default_policy: {strategy: last_write_wins}\n" + measure.request_life(arguments))
    return world.play(lambda: run(world, arguments))


if __name__ == "__main__":
    sys.exit(main())
