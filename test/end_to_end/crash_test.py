"""Killed at any moment and started again, Lockstep goes on: nothing is lost, nothing is made twice."""
import random
import sqlite3
import sys
import time

from harness import EndToEnd, main, wait_until
from traffic import Traffic


class CrashTest(EndToEnd):
    def load_and_die(self, world, rng, customers, deaths):
        world.load_systems(customers)
        world.subscribe()
        world.start_lockstep()
        world.load_support()
        whole = sum(len(records) for records in world.customers) * len(world.systems)
        for least in sorted(rng.randrange(whole * 3 // 4) for _ in range(deaths)):
            # How far the work is decides, not the clock: a death falls into the load on any machine.
            wait_until(f"{least} of {whole} records are linked", lambda: self.linked(world) >= least, every_s=0.002)
            world.kill_lockstep()
            self.assertLess(self.linked(world), whole, "it was killed at work")
            world.start_lockstep()

    def linked(self, world):
        with sqlite3.connect(f"file:{world.folder}/lockstep.db?mode=ro", uri=True) as store:
            return store.execute("SELECT count(*) FROM link").fetchone()[0]

    def test_killed_again_and_again_in_the_first_load_nothing_is_lost_or_doubled(self):
        for seed in (1, 2):
            with self.subTest(seed=seed):
                world = self.make_world()
                self.load_and_die(world, random.Random(seed), customers=300, deaths=5)
                self.assert_in_step(world, limit_s=60)
                accounts, contacts, cases = world.customers
                self.assert_counts(world, account=len(accounts), contact=len(contacts), case=len(cases))
                status = world.status()
                self.assertEqual((status["entities"], status["dead_letters"], status["open_reviews"]), (len(accounts) + len(contacts) + len(cases), 0, 0))
                self.assert_store_sound(world)
                self.put_away(world)

    def test_killed_in_live_traffic_every_edit_still_arrives(self):
        world = self.make_world()
        world.load_systems(24)
        world.subscribe()
        world.start_lockstep()
        world.load_support()
        self.assert_in_step(world)
        traffic, rng = Traffic(world, seed=3), random.Random(4)
        # A conversation whose create has no answer may arrive for eleven minutes, where a system cannot upsert it: ./dev kill has that time.
        traffic.conversations = False
        for _ in range(3):
            ends = time.monotonic() + rng.uniform(0.3, 0.9)
            while time.monotonic() < ends:
                traffic.step()
                time.sleep(0.02)
            world.kill_lockstep()
            world.start_lockstep()
        self.assertGreater(traffic.edits, 20)
        self.assert_in_step(world, limit_s=60)
        self.assert_store_sound(world)

    def test_edits_made_while_it_is_down_are_found(self):
        world = self.make_world()
        world.load_systems(12)
        world.subscribe()
        world.start_lockstep()
        world.load_support()
        self.assert_in_step(world)
        held = Traffic(world).everywhere[0]
        entity = next(known for _, own, known, _ in world.support.records("contact") if own == held["support"])
        world.kill_lockstep()
        world.control("salesforce", "edit", {"as": "Ann", "operation": "update", "object": "Contact", "id": held["salesforce"], "fields": {"Department": "Night shift"}})
        world.control("dynamics365", "edit", {"as": "Bob", "operation": "update", "object": "contact", "id": held["dynamics365"], "fields": {"description": "Seen at night"}})
        world.control("dynamics365", "edit", {"as": "Bob", "operation": "create", "object": "contact",
                                              "fields": {"firstname": "Nia", "lastname": "Nocturne", "emailaddress1": "nia@night.example"}})
        world.start_lockstep()
        wait_until("the edit is everywhere", lambda: set(self.values(world, "contact", entity, "description").values()) == {"Seen at night"})
        wait_until("the new one is everywhere", lambda: all(any(v["last_name"] == "Nocturne" for _, _, _, v in s.records("contact")) for s in world.systems))
        self.assert_in_step(world)
        self.assertEqual(world.support.call("GET", f"/v1/contacts/{held['support']}")["fields"]["department"], "Night shift")


if __name__ == "__main__":
    sys.exit(main())
