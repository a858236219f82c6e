"""What the drills share: loading a world, waiting until it is calm and in step, and lines that tell a verdict."""
import sys
import time

from check import compare, explained
from world import waiting

BOLD = "\033[1m{}\033[0m" if sys.stdout.isatty() else "{}"


def heading(text):
    print("\n" + BOLD.format(text), flush=True)


def line(label, value, limit=None, good=True):
    verdict = "" if limit is None else f"   limit {limit:<10} {'holds' if good else 'MISSED'}"
    print(f"  {label:<46} {value:>14}{verdict}", flush=True)


def seconds(value):
    return f"{value:.1f} s"


def add_request_life(parser):
    parser.add_argument("--request-life", default="10m", help="how long a request without an answer may still be carried out: a create that no lookup can "
                        "tell of waits so long, and a minute, lest it be made twice; a short run need not")


def request_life(arguments):
    """The setting, as a line of lockstep.yaml."""
    return f"request_life: {arguments.request_life}\n"


def is_calm(world):
    """All is listed, nothing is owed, under way or to be read, and a restore is dealt with."""
    status = world.status()
    return not status.get("recovering") and waiting(status) == 0 and all(s.get("first_listing_done", True) for s in status["systems"])


def wait_for(what, condition, limit_s, every_s=0.1):
    """Seconds until `condition` was true."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > limit_s:
            raise RuntimeError(f"not within {limit_s:g} s: {what}")
        time.sleep(every_s)
    return time.monotonic() - started


def load(world, customers, limit_s=600):
    """A world at work, in step."""
    world.start_systems()
    world.load_systems(customers)
    world.subscribe()
    world.start_lockstep()
    world.load_support()
    return until_in_step(world, limit_s)


def differences(world):
    """By the reader that shares no code with Lockstep: every record of every system over its own API, field by field."""
    return compare(world.systems, explained(world))


def until_in_step(world, limit_s, quiet_s=2.0, meanwhile=lambda: None):
    """Seconds until all systems were found in step and calm; it must stay so for `quiet_s` to count. `meanwhile` is what people do."""
    started = time.monotonic()
    problems = ["not compared"]
    while time.monotonic() - started < limit_s:
        meanwhile()
        if is_calm(world):
            found = time.monotonic()
            _, problems = differences(world)
            if not problems:
                time.sleep(quiet_s)
                if is_calm(world) and not differences(world)[1]:
                    return found - started
        time.sleep(0.3)
    raise RuntimeError(f"not in step within {limit_s:g} s: " + "; ".join(problems[:5]))
