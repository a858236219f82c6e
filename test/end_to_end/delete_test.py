"""Deletes by policy, the guard against a mass of them, merges made in a CRM, one person made twice."""
import sys

from harness import FAST, LAST_WRITE_WINS, TYPES, EndToEnd, main, wait_until

OBJECTS = {"salesforce": {"account": "Account", "contact": "Contact", "case": "Case"}, "dynamics365": {"account": "account", "contact": "contact", "case": "incident"}}
DEATHS = "default_policy: {strategy: last_write_wins}\ndelete_guard: {count: 3, share_percent: 5}\n"


class DeleteTest(EndToEnd):
    def start(self, settings=None, policies=LAST_WRITE_WINS, customers=6, polls=None):
        world = self.make_world(crms=("salesforce", "dynamics365"), settings=settings or {}, policies=policies, **({"polls": polls} if polls else {}))
        world.load_systems(customers)
        world.subscribe()
        world.start_lockstep()
        world.load_support()
        self.assert_in_step(world)
        return world

    def new_contact(self, world, number=1):
        """A contact nothing refers to, everywhere; its entity."""
        world.support.put("contact", f"x{number}", {"first_name": "Xenia", "last_name": f"Extra{number}", "email": f"xenia{number}@extra.example"})
        entity = next(known for _, own, known, _ in world.support.records("contact") if own == f"x{number}")
        wait_until("it is everywhere", lambda: len(self.held(world, "contact", entity)) == len(world.systems))
        self.wait_calm(world)
        return entity

    def delete(self, world, system, kind, own):
        if system == "support":
            return world.support.call("DELETE", f"/v1/{kind}s/{own}")
        return world.control(system, "edit", {"as": "Ann", "operation": "delete", "object": OBJECTS[system][kind], "id": own})

    def test_a_delete_is_propagated_to_all_and_never_undone(self):
        world = self.start()
        for number, system in enumerate(("salesforce", "dynamics365", "support")):
            entity = self.new_contact(world, number)
            self.delete(world, system, "contact", self.held(world, "contact", entity)[system])
            wait_until(f"the delete in {system} is everywhere", lambda: not self.held(world, "contact", entity))
        self.assert_in_step(world)
        self.assert_counts(world, contact=6)

    def test_a_delete_that_is_ignored_stays_where_it_was_made(self):
        world = self.start({("salesforce", "contact"): "delete: ignore"})
        entity = self.new_contact(world)
        self.delete(world, "salesforce", "contact", self.held(world, "contact", entity)["salesforce"])
        wait_until("it is seen", lambda: any("left alone elsewhere" in c["note"] for row in world.lockstep_lines("audit", "--entity", entity) for c in row["changes"]))
        world.support.patch("contact", "x1", {"job_title": "Still here"})
        wait_until("the others go on", lambda: self.values(world, "contact", entity, "job_title") == {"dynamics365": "Still here", "support": "Still here"})
        self.wait_calm(world)
        self.assertEqual(set(self.held(world, "contact", entity)), {"dynamics365", "support"}, "it is not created there again")

    def test_a_system_that_is_spared_deletes_keeps_its_record(self):
        world = self.start({("dynamics365", "contact"): "incoming_delete: ignore"})
        entity = self.new_contact(world)
        self.delete(world, "salesforce", "contact", self.held(world, "contact", entity)["salesforce"])
        wait_until("support follows", lambda: set(self.held(world, "contact", entity)) == {"dynamics365"})
        self.wait_calm(world)
        self.assertEqual(set(self.held(world, "contact", entity)), {"dynamics365"})

    def inactive(self, world, own):
        rows = {row["contactid"]: row for row in world.dynamics365.rows("contacts")}
        return rows[own]["statecode"] != 0 if own in rows else None

    def test_an_archived_record_is_taken_out_of_use_and_back(self):
        for settings in ({("dynamics365", "contact"): "incoming_delete: archive"}, {("salesforce", "contact"): "delete: archive"}):
            with self.subTest(settings=settings):
                world = self.start(settings, customers=2)
                entity = self.new_contact(world)
                held = self.held(world, "contact", entity)
                self.delete(world, "salesforce", "contact", held["salesforce"])
                wait_until("it is deactivated", lambda: self.inactive(world, held["dynamics365"]))
                self.wait_calm(world)
                self.assertTrue(self.inactive(world, held["dynamics365"]), "and stays so")
                self.assertIn("archive", [row["operation"] for row in world.lockstep_lines("audit", "--entity", entity)])
                world.control("salesforce", "edit", {"as": "Ann", "operation": "restore", "object": "Contact", "id": held["salesforce"], "fields": {}})
                wait_until("it is in use again", lambda: self.inactive(world, held["dynamics365"]) is False)
                self.assert_in_step(world)
                self.assertEqual(self.held(world, "contact", entity)["dynamics365"], held["dynamics365"], "the same record, not one beside it")
                self.put_away(world)

    def test_under_review_a_delete_waits_and_is_then_carried_out_or_undone(self):
        world = self.start({("salesforce", "contact"): "delete: review"})
        for number, (choice, left) in enumerate((("remove", 0), ("keep", 3))):
            entity = self.new_contact(world, number)
            self.delete(world, "salesforce", "contact", self.held(world, "contact", entity)["salesforce"])
            item = wait_until("the review item", lambda: world.lockstep_lines("review", "list"))[0]
            self.assertEqual((item["kind"], item["entity"]), ("delete_vs_edit", entity))
            self.wait_calm(world)
            self.assertEqual(set(self.held(world, "contact", entity)), {"dynamics365", "support"}, "nothing is done before somebody decides")
            world.lockstep("review", "resolve", item["id"], choice, "--by", "ada")
            wait_until(f"{choice} is done", lambda: len(self.held(world, "contact", entity)) == left)
            self.assertEqual(world.lockstep_lines("review", "list"), [])
        self.assert_in_step(world)

    def test_an_edit_elsewhere_wins_over_a_delete_or_loses_as_configured(self):
        for rule, left in (("edit_wins", 3), ("delete_wins", 0)):
            with self.subTest(rule=rule):
                world = self.start({(system, "contact"): f"delete_vs_edit: {rule}" for system in ("salesforce", "dynamics365")}, customers=2)
                entity = self.new_contact(world)
                held = self.held(world, "contact", entity)
                world.kill_lockstep()
                self.delete(world, "salesforce", "contact", held["salesforce"])
                world.control("dynamics365", "edit", {"as": "Bob", "operation": "update", "object": "contact", "id": held["dynamics365"], "fields": {"jobtitle": "Alive"}})
                world.start_lockstep()
                wait_until(f"{rule}: in {left} systems", lambda: len(self.held(world, "contact", entity)) == left)
                self.assert_in_step(world)
                self.assertEqual(len(self.held(world, "contact", entity)), left)
                self.put_away(world)

    def test_an_edit_that_was_not_seen_yet_is_found_before_it_is_deleted(self):
        polls = {"salesforce": FAST["salesforce"], "dynamics365": {kind: "1h" for kind in TYPES}}
        world = self.start(polls=polls, customers=2)
        entity = self.new_contact(world)
        held = self.held(world, "contact", entity)
        world.control("dynamics365", "steps", method="DELETE")  # nothing tells of what happens there
        world.control("dynamics365", "edit", {"as": "Bob", "operation": "update", "object": "contact", "id": held["dynamics365"], "fields": {"jobtitle": "Unseen"}})
        self.delete(world, "salesforce", "contact", held["salesforce"])
        wait_until("it lives on with the edit", lambda: self.values(world, "contact", entity, "job_title") == dict.fromkeys(held, "Unseen"))
        self.assert_in_step(world)

    def test_a_mass_of_deletes_waits_for_approval_while_everything_else_flows(self):
        world = self.start(policies=DEATHS, customers=30)
        accounts, contacts, cases = world.customers
        own = {known: (own, values) for _, own, known, values in world.salesforce.records("contact")}
        free = [known for known in own if not any(own[known][0] == v["@contact"] for _, _, _, v in world.salesforce.records("case"))]
        victims = free[:10]
        world.kill_lockstep()
        for entity in victims:
            self.delete(world, "salesforce", "contact", own[entity][0])
        world.start_lockstep()
        item = wait_until("the review item", lambda: [i for i in world.lockstep_lines("review", "list") if i["kind"] == "mass_delete"])[0]
        self.assertEqual(item["connection"], "salesforce")
        survivor = next(known for known in own if known not in victims)
        world.control("salesforce", "edit", {"as": "Ann", "operation": "update", "object": "Contact", "id": own[survivor][0], "fields": {"Title": "Still flowing"}})
        wait_until("an edit flows meanwhile", lambda: set(self.values(world, "contact", survivor, "job_title").values()) == {"Still flowing"})
        self.assertEqual(sum(1 for _ in world.dynamics365.records("contact")), len(contacts), "nothing is deleted elsewhere before approval")
        self.assertEqual(sum(1 for _ in world.support.records("contact")), len(contacts))
        world.lockstep("review", "resolve", item["id"], "approve", "--by", "ada")
        wait_until("the deletes are carried out", lambda: all(sum(1 for _ in s.records("contact")) == len(contacts) - 10 for s in world.systems))
        self.assert_in_step(world)

    def test_a_merge_made_in_a_crm_is_followed(self):
        world = self.start()
        for number, system in enumerate(("salesforce", "dynamics365")):
            with self.subTest(system=system):
                kept, lost = self.new_contact(world, 10 + number), self.new_contact(world, 20 + number)
                winner, loser = (self.held(world, "contact", entity)[system] for entity in (kept, lost))
                email = lambda: next(values["email"] for _, own, _, values in getattr(world, system).records("contact") if own == winner)
                winners = email()
                world.control(system, "edit", {"as": "Ann", "operation": "merge", "object": OBJECTS[system]["contact"], "id": loser, "into": winner})
                wait_until("the loser is gone everywhere or waits for a person", lambda: len(self.held(world, "contact", lost)) == 0 or world.status()["open_reviews"])
                self.assert_in_step(world)
                self.assertEqual(email(), winners, "the loser is newer, and gives way all the same")
                older = min(kept, lost)
                story = world.lockstep_lines("record", "show", lost)[0]
                self.assertEqual(story["entity"], older, "both ids lead to the one customer")
                self.assertEqual(world.lockstep_lines("record", "show", kept)[0]["entity"], older)
                # Other systems still hold two records of that one customer: a person is asked, nothing is guessed.
                items = {i["connection"] for i in world.lockstep_lines("review", "list") if i["kind"] == "second_record" and i["entity"] == older}
                self.assertEqual(items, {"salesforce", "dynamics365", "support"} - {system})
                world.support.patch("contact", f"x{10 + number}", {"job_title": f"Merged {number}"})
                wait_until("an edit reaches the survivor", lambda: any(
                    own == winner and v["job_title"] == f"Merged {number}" for _, own, _, v in getattr(world, system).records("contact")))

    def test_one_person_made_in_two_crms_in_the_same_moment_becomes_one(self):
        world = self.start()
        for moment in ("while it runs", "while it is down"):
            with self.subTest(moment=moment):
                last = "Twin" + str(len(moment))
                if moment != "while it runs":
                    world.kill_lockstep()
                world.control("salesforce", "edit", {"as": "Ann", "operation": "create", "object": "Contact",
                                                     "fields": {"FirstName": "Tina", "LastName": last, "Email": f"tina@{last}.example", "Title": "Buyer"}})
                world.control("dynamics365", "edit", {"as": "Bob", "operation": "create", "object": "contact",
                                                      "fields": {"firstname": "Tina", "lastname": last, "emailaddress1": f"TINA@{last}.example", "telephone1": "+4930999000"}})
                if moment != "while it runs":
                    world.start_lockstep()
                wait_until("one record everywhere", lambda: all(
                    [(v["job_title"], v["phone"]) for _, _, _, v in s.records("contact") if v["last_name"] == last] == [("Buyer", "+4930999000")] for s in world.systems))
                self.assert_in_step(world)
        self.assert_counts(world, contact=8)


if __name__ == "__main__":
    sys.exit(main())
