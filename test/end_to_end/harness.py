"""What the end-to-end tests share: a world of real processes, waiting for a state, a closing line that counts."""
import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SOURCE, "tools", "demo"))

from check import compare, explained  # noqa: E402
from systems import TYPES  # noqa: E402
from world import CRMS, World, waiting  # noqa: E402

BUILD = os.path.join(SOURCE, "build", "release")
FAST = {name: {kind: "300ms" for kind in TYPES} for name in CRMS}  # edits are found at once, tests stay short
LAST_WRITE_WINS = "default_policy: {strategy: last_write_wins}\n"


def wait_until(what, condition, limit_s=30.0, every_s=0.1):
    """The first true value of `condition`; what it saw last is in the error otherwise."""
    ends = time.monotonic() + limit_s
    while True:
        seen = condition()
        if seen:
            return seen
        if time.monotonic() > ends:
            raise AssertionError(f"not within {limit_s:g} s: {what}")
        time.sleep(every_s)


class EndToEnd(unittest.TestCase):
    """A test with a world of its own, in a folder that stays when it fails."""
    longMessage = True

    def make_world(self, **settings):
        folder = tempfile.mkdtemp(prefix="lockstep-test-")
        settings.setdefault("polls", FAST)
        settings.setdefault("policies", LAST_WRITE_WINS)
        world = World(BUILD, folder, **settings)
        self.addCleanup(self.put_away, world)
        world.start_systems()
        return world

    def put_away(self, world):
        for process in world.processes:  # quicker than a stop, which the demo's test waits for
            process.kill()
            process.wait()
        result = self._outcome.result
        if any(test is self or getattr(test, "test_case", None) is self for test, _ in result.failures + result.errors):
            print(f"kept: {world.folder}")
        else:
            shutil.rmtree(world.folder, ignore_errors=True)

    def calm(self, world):
        """All is listed and nothing is owed, under way or to be read."""
        status = world.status()
        return waiting(status) == 0 and all(s.get("first_listing_done", True) for s in status["systems"])

    def wait_calm(self, world, limit_s=40.0, quiet_s=0.7):
        since = [None]

        def quiet():
            since[0] = (since[0] or time.monotonic()) if self.calm(world) else None
            return since[0] and time.monotonic() - since[0] >= quiet_s
        try:
            wait_until("nothing is owed any more", quiet, limit_s)
        except AssertionError as error:
            self.fail(f"{error}: {world.status()['systems']}")

    def differences(self, world):
        _, problems = compare(world.systems, explained(world))
        return problems

    def assert_in_step(self, world, limit_s=40.0):
        """Every record of every system, read over its own API, is the same everywhere, once, and stays so."""
        problems = [["not compared"]]

        def same():
            problems[0] = self.differences(world) if self.calm(world) else ["work is left"]
            return not problems[0]
        try:
            wait_until("all systems are in step", same, limit_s, 0.3)
        except AssertionError as error:
            self.fail(f"{error}\n  " + "\n  ".join(problems[0][:10]) + f"\n  {world.status()['systems']}")
        self.wait_calm(world)
        self.assertEqual(self.differences(world), [])

    def assert_counts(self, world, **wanted):
        """So many records of a type in each system: nothing lost, nothing twice."""
        for kind, count in wanted.items():
            held = {system.name: sum(1 for _ in system.records(kind)) for system in world.systems}
            self.assertEqual(held, {system.name: count for system in world.systems}, kind)

    def assert_store_sound(self, world):
        with sqlite3.connect(f"file:{world.folder}/lockstep.db?mode=ro", uri=True) as store:
            self.assertEqual(store.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(store.execute("PRAGMA foreign_key_check").fetchall(), [])

    def held(self, world, kind, entity):
        """system → that entity's own id there. The support system's is not known while Lockstep is down."""
        systems = [s for s in world.systems if s.name != "support" or world.lockstep_process.poll() is None]
        return {system.name: own for system in systems for _, own, known, _ in system.records(kind) if known == entity}

    def values(self, world, kind, entity, field):
        """system → the value of one field of one entity."""
        return {system.name: values.get(field) for system in world.systems for _, _, known, values in system.records(kind) if known == entity}


class Counted(unittest.TextTestResult):
    def addSuccess(self, test):  # noqa: N802 (the name is unittest's)
        super().addSuccess(test)
        self.passed = getattr(self, "passed", 0) + 1

    def addSkip(self, test, reason):  # noqa: N802
        super().addSkip(test, reason)
        print(f"SKIP: {test.id().split('.', 1)[-1]}: {reason}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=BUILD, help="folder of a build")
    parser.add_argument("names", nargs="*", help="only these tests: Class.method")
    arguments = parser.parse_args()
    globals()["BUILD"] = arguments.build
    module = sys.modules["__main__"]
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(arguments.names, module) if arguments.names else loader.loadTestsFromModule(module)
    started = time.time()
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Counted).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{time.time() - started:.1f} s")
    print(f"{getattr(result, 'passed', 0)} passed, {failed} failed, {len(result.skipped)} skipped", flush=True)
    return 0 if failed == 0 else 1
