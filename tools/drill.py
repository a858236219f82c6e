#!/usr/bin/env python3
"""The worst day, rehearsed: people at work in four systems, backups each few seconds, then the machine is gone. A backup is
restored elsewhere. Prints what was at risk (RPO) and how long it took until all was in step again (RTO)."""
import argparse
import datetime
import glob
import os
import random
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo"))

import measure  # noqa: E402
from check import print_table  # noqa: E402
from measure import heading, line, seconds  # noqa: E402
from traffic import OBJECTS, Traffic  # noqa: E402
from world import World  # noqa: E402

RPO_LIMIT_S, RTO_LIMIT_S = 15 * 60, 30 * 60
PEOPLE_POLICY = "default_policy: {strategy: last_write_wins}\n"


class Deletes:
    """People delete customers here and there: none of them may come back."""

    def __init__(self, world, traffic, rng):
        """Takes customers without cases out of the traffic: systems refuse to delete the others."""
        self.world, self.traffic, self.rng, self.emails = world, traffic, rng, []
        with_cases = {case["contact"]["email"] for case in world.customers[2]}
        emails = {own: values["email"].lower() for _, own, _, values in world.salesforce.records("contact")}
        free = [held for held in traffic.everywhere if emails[held["salesforce"]] not in with_cases]
        self.reserved = [(held, emails[held["salesforce"]]) for held in rng.sample(free, len(free) // 2)]
        gone = {held["salesforce"] for held, _ in self.reserved}
        traffic.everywhere = [held for held in traffic.everywhere if held["salesforce"] not in gone]

    def step(self):
        if not self.reserved:
            return
        held, email = self.reserved.pop()
        system = self.rng.choice([name for name in held if name != "support"])
        self.traffic.person(system, {"operation": "delete", "object": OBJECTS[system][0], "id": held[system]})
        self.emails.append(email)

    def undead(self):
        return [f"{email} is back in {system.name}" for system in self.world.systems for _, _, _, values in system.records("contact")
                if (email := (values["email"] or "").lower()) in self.emails]


class Operator:
    """So many deletes in so little time wait for somebody who says that they are meant."""

    def __init__(self, world):
        self.world, self.confirmed = world, 0

    def step(self):
        if self.world.status()["open_reviews"] == 0:
            return
        for item in self.world.lockstep_lines("review", "list", "--limit", "10000"):
            if item["kind"] == "mass_delete":
                self.world.lockstep("review", "resolve", item["id"], "approve")
                self.confirmed += 1


def newest_backup(world):
    """(path, when its snapshot was taken, as its name tells) of the newest that is complete."""
    found = sorted(glob.glob(os.path.join(world.folder, "backups", "lockstep-*.db")))
    if not found:
        return None, 0
    name = os.path.basename(found[-1]).removeprefix("lockstep-").removesuffix("Z.db")
    return found[-1], datetime.datetime.strptime(name + "+0000", "%Y%m%dT%H%M%S.%f%z").timestamp()


class Backups:
    """Lockstep makes them itself from each minute up; for a short drill the command does, beside the running program."""

    def __init__(self, world, every_s):
        self.world, self.every_s, self.by_command, self.last = world, every_s, every_s < 60, time.monotonic()

    @staticmethod
    def setting(every_s):
        return "" if every_s < 60 else f"backup: {{to: backups, every: {every_s:.0f}s, keep: 5}}\n"

    def step(self):
        if self.by_command and time.monotonic() - self.last > self.every_s:
            self.world.lockstep("backup", "--to", os.path.join(self.world.folder, "backups"), "--keep", "5")
            self.last = time.monotonic()


def work(backups, traffic, deletes, until, rng):
    """People at work until `until()`; when each edit was made."""
    times = []
    while not until():
        traffic.step()
        if rng.random() < 0.04:
            deletes.step()
        times.append(time.time())
        backups.step()
        time.sleep(0.05)
    return times


def destroy(world):
    world.kill_lockstep()
    for path in glob.glob(os.path.join(world.folder, "lockstep.db*")):
        os.remove(path)


def once(world, backups, traffic, deletes, operator, rng, arguments):
    """One disaster. Returns (seconds at risk, seconds to recover, problems)."""
    _, taken = newest_backup(world)
    edits = work(backups, traffic, deletes, lambda: newest_backup(world)[1] > taken, rng)  # a backup in the midst of it
    ends = time.monotonic() + rng.uniform(0.6, 0.95) * arguments.every
    edits += work(backups, traffic, deletes, lambda: time.monotonic() > ends, rng)
    backup, taken = newest_backup(world)
    destroy(world)
    died = time.time()
    at_risk = sum(1 for made in edits if made > taken)
    while_down = random.Random(rng.random())
    for _ in range(5):  # nobody stops working because Lockstep does
        held = while_down.choice(traffic.everywhere)
        system = while_down.choice([name for name in held if name != "support"])
        field = {"salesforce": "Phone", "hubspot": "phone", "dynamics365": "telephone1"}[system]
        traffic.edit(system, held[system], {field: f"+4930777{while_down.randint(10000, 99999)}"})
    if arguments.expire:
        for crm in world.crms:
            world.control(crm, "faults", {"name": "expire_token", "count": 1})
    print("  " + world.lockstep("restore", backup).strip().replace("\n", "\n  "))
    world.start_lockstep()
    reading_again = measure.wait_for("every system is read again", lambda: not world.status()["recovering"], RTO_LIMIT_S)
    world.connect()
    measure.until_in_step(world, RTO_LIMIT_S, quiet_s=arguments.quiet, meanwhile=operator.step)
    recovered = time.time() - died - arguments.quiet
    line("edits since the backup that was restored", f"{at_risk} of {len(edits)}")
    line("every system was read again after", seconds(reading_again))
    line("RPO: time before the end that was at risk", seconds(died - taken), "15 min", died - taken <= RPO_LIMIT_S)
    line("RTO: from the end until in step again", seconds(recovered), "30 min", recovered <= RTO_LIMIT_S)
    return died - taken, recovered, deletes.undead()


def run(world, arguments):
    rng = random.Random(arguments.seed)
    heading("Four systems, loaded and in step; Lockstep makes its own backups")
    line("in step after", seconds(measure.load(world, arguments.customers)))
    traffic, backups = Traffic(world, seed=arguments.seed), Backups(world, arguments.every)
    deletes, operator = Deletes(world, traffic, rng), Operator(world)
    worst_risk = worst_recovery = 0
    problems = []
    for round_number in range(arguments.rounds):
        heading(f"Disaster {round_number + 1} of {arguments.rounds}: killed under load, the store destroyed")
        risk, recovery, undead = once(world, backups, traffic, deletes, operator, rng, arguments)
        worst_risk, worst_recovery = max(worst_risk, risk), max(worst_recovery, recovery)
        problems += undead
    heading("Check: every record of all four systems, read over their own APIs, field by field")
    rows, wrong = measure.differences(world)
    print_table(world.systems, rows)
    problems += wrong
    heading("Result")
    line("edits by people, and customers deleted", f"{traffic.edits}, {len(deletes.emails)}")
    line("mass deletes asked about, and confirmed", str(operator.confirmed))
    line("RPO, worst", seconds(worst_risk), "15 min", worst_risk <= RPO_LIMIT_S)
    line("RTO, worst", seconds(worst_recovery), "30 min", worst_recovery <= RTO_LIMIT_S)
    line("differences, twins, back from the dead", str(len(problems)), "0", not problems)
    for problem in problems[:20]:
        print("  " + problem)
    return not problems and worst_risk <= RPO_LIMIT_S and worst_recovery <= RTO_LIMIT_S


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--customers", type=int, default=200, help="size of the made-up company")
    parser.add_argument("--rounds", type=int, default=3, help="disasters, one after the other")
    parser.add_argument("--every", type=float, default=60, help="seconds between backups")
    parser.add_argument("--quiet", type=float, default=3, help="seconds it has to stay in step to count")
    parser.add_argument("--seed", type=int, default=1)
    measure.add_request_life(parser)
    parser.add_argument("--expire", action="store_true", help="all tokens die with the machine")
    parser.add_argument("--keep", action="store_true", help="keep the store, configuration and log")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="lockstep-drill-")
    policies = PEOPLE_POLICY + Backups.setting(arguments.every) + measure.request_life(arguments)
    world = World(arguments.build, folder, policies=policies)
    return world.play(lambda: run(world, arguments), arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
