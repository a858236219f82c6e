"""CRMs that refuse, fail and cut connections: everything arrives in the end, once."""
import sys
import time

from harness import EndToEnd, main, wait_until

FAULTS = ("rate_limit", "server_error", "error_after_commit", "drop_request", "drop_after_commit", "expire_token")


class FaultTest(EndToEnd):
    def start(self, world, customers):
        world.load_systems(customers)
        world.subscribe()
        world.start_lockstep()
        world.load_support()

    def end_faults(self, world):
        for crm in world.crms:
            world.control(crm, "faults", method="DELETE")
        world.connect()  # the readers' tokens died with the others

    def test_a_load_through_every_fault_loses_and_doubles_nothing(self):
        world = self.make_world()
        world.load_systems(60)
        world.subscribe()
        for crm in world.crms:
            for fault in FAULTS:
                world.control(crm, "faults", {"name": fault, "rate": 0.08, "count": 6, "match": world.api(crm), "retry_after_ms": 100})
        world.start_lockstep()
        world.load_support()
        self.wait_calm(world, limit_s=150)
        fired = {fault["name"]: fault["fired"] for crm in world.crms for fault in world.control(crm, "faults")["faults"]}
        self.end_faults(world)
        self.assertGreater(sum(fired.values()), 5, fired)
        self.assert_in_step(world, limit_s=60)
        accounts, contacts, cases = world.customers
        self.assert_counts(world, account=len(accounts), contact=len(contacts), case=len(cases))
        self.assertEqual(world.status()["dead_letters"], 0, "none of these faults is a record's own")

    def test_each_fault_alone_on_writes_is_survived(self):
        world = self.make_world(crms=("salesforce", "dynamics365"))
        self.start(world, customers=4)
        self.assert_in_step(world)
        made = 4
        for fault in FAULTS:
            with self.subTest(fault=fault):
                for crm in world.crms:
                    world.control(crm, "faults", {"name": fault, "rate": 1, "count": 2, "match": "POST " + world.api(crm), "retry_after_ms": 100})
                made += 1
                world.support.put("contact", f"f{made}", {"first_name": "Fay", "last_name": f"Fault{made}", "email": f"fay{made}@fault.example"})
                wait_until(f"a record made during {fault} is everywhere", lambda: all(
                    sum(1 for _, _, _, v in s.records("contact") if v["last_name"] == f"Fault{made}") == 1 for s in world.systems), 30)
        self.end_faults(world)
        self.assert_in_step(world)
        self.assert_counts(world, contact=made)
        self.assertEqual(world.status()["dead_letters"], 0)

    def test_a_record_a_system_never_takes_becomes_a_dead_letter_and_the_rest_flows(self):
        world = self.make_world(crms=("salesforce", "dynamics365"))
        self.start(world, customers=4)
        self.assert_in_step(world)
        # Salesforce takes addresses of at most 80 characters, and half an address is none.
        world.support.put("contact", "long", {"first_name": "Lena", "last_name": "Long", "email": "lena@" + "long." * 16 + "example"})
        world.support.put("contact", "short", {"first_name": "Sam", "last_name": "Short", "email": "sam@short.example"})
        letter = wait_until("the dead letter", lambda: world.lockstep_lines("dead-letters", "list"), 60)[0]
        self.assertEqual((letter["connection"], letter["object"], letter["failure_class"]), ("salesforce", "Contact", "validation"))
        self.assertIn("80 characters", letter["error"])
        self.assertEqual(world.lockstep_lines("dead-letters", "show", letter["id"])[0]["id"], letter["id"])
        self.assert_in_step(world)
        self.assert_counts_of(world, "Short", 1)
        world.lockstep("dead-letters", "replay", "all", "--by", "test")  # nothing was mended: it comes back
        wait_until("it is a dead letter again", lambda: world.lockstep_lines("dead-letters", "list"), 60)
        world.support.patch("contact", "long", {"email": "lena@long.example"})
        wait_until("the mended record is everywhere", lambda: all(any(v["last_name"] == "Long" for _, _, _, v in s.records("contact")) for s in world.systems))
        wait_until("the letter is closed", lambda: world.status()["dead_letters"] == 0)
        self.assert_in_step(world)
        self.assert_counts(world, contact=6)

    def test_a_missing_right_makes_its_type_rest_and_uses_up_no_attempts(self):
        world = self.make_world(crms=("salesforce", "dynamics365"))
        self.start(world, customers=4)
        self.assert_in_step(world)
        world.control("dynamics365", "settings", {"denied": ["Create contact"]})
        world.support.put("contact", "denied", {"first_name": "Dee", "last_name": "Denied", "email": "dee@denied.example"})
        wait_until("the status tells why", lambda: "prvCreateContact" in next(s for s in world.status()["systems"] if s["name"] == "dynamics365")["resting"])
        world.support.put("account", "flows", {"name": "Flowing"})
        wait_until("other types flow", lambda: any(v["name"] == "Flowing" for _, _, _, v in world.dynamics365.records("account")))
        time.sleep(4)
        failures = world.lockstep_lines("audit", "--connection", "dynamics365", "--failures")
        self.assertLess(len(failures), 8, "it is asked less and less often")
        self.assertEqual(world.status()["dead_letters"], 0)
        world.control("dynamics365", "settings", {"denied": []})
        self.assert_in_step(world, limit_s=60)
        self.assert_counts_of(world, "Denied", 1)

    def assert_counts_of(self, world, last_name, count):
        held = {s.name: sum(1 for _, _, _, v in s.records("contact") if v["last_name"] == last_name) for s in world.systems}
        self.assertEqual(held, {s.name: count for s in world.systems})


if __name__ == "__main__":
    sys.exit(main())
