"""Two people edit one record in two systems before either edit has travelled."""
import sys
import time

from harness import EndToEnd, LAST_WRITE_WINS, main, wait_until

NAMES = {  # one field of a contact, by its name in each system
    "job_title": {"salesforce": "Title", "dynamics365": "jobtitle"},
    "description": {"salesforce": "Description", "dynamics365": "description"},
    "phone": {"salesforce": "Phone", "dynamics365": "telephone1"},
    "last_name": {"salesforce": "LastName", "dynamics365": "lastname"},
}
OBJECTS = {"salesforce": "Contact", "dynamics365": "contact"}


class ConflictTest(EndToEnd):
    def start(self, policies=LAST_WRITE_WINS, files=None):
        world = self.make_world(crms=("salesforce", "dynamics365"), policies=policies)
        for name, text in (files or {}).items():
            with open(f"{world.folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        world.load_systems(4)
        world.control("dynamics365", "settings", {"transaction_ms": 0})  # else its edits count as earlier than the test makes them
        world.subscribe()
        world.start_lockstep()
        world.load_support()
        self.assert_in_step(world)
        entity = next(known for _, _, known, _ in world.support.records("contact"))
        return world, entity

    def edit(self, world, system, entity, field, value):
        own = self.held(world, "contact", entity)[system]
        if system == "support":
            return world.support.patch("contact", own, {field: value})
        name = NAMES[field][system] if field in NAMES else field
        return world.control(system, "edit", {"as": "Ann" if system == "salesforce" else "Bob", "operation": "update", "object": OBJECTS[system], "id": own,
                                              "fields": {name: value}})

    def collide(self, world, entity, field, first, second, apart_s=1.1):
        """Both edits are there before Lockstep sees either; `apart_s` lets clocks of whole seconds tell which was later."""
        world.kill_lockstep()
        self.edit(world, first[0], entity, field, first[1])
        time.sleep(apart_s)
        self.edit(world, second[0], entity, field, second[1])
        world.start_lockstep()

    def wait_value(self, world, entity, field, value):
        seen = [None]

        def everywhere():
            seen[0] = self.values(world, "contact", entity, field)
            return set(seen[0].values()) == {value}
        try:
            wait_until("everywhere", everywhere, 20)
        except AssertionError:
            self.fail(f"{field} is {seen[0]}, not {value!r} everywhere")

    def notes(self, world, entity, field):
        return [c for row in world.lockstep_lines("audit", "--entity", entity, "--limit", "1000") for c in row["changes"] if c["field"] == field]

    def test_the_later_write_wins_and_the_loser_is_in_the_audit(self):
        world, entity = self.start()
        for first, second in ((("salesforce", "Chief Buyer"), ("dynamics365", "Head of Purchasing")), (("dynamics365", "Director"), ("salesforce", "Owner"))):
            self.collide(world, entity, "job_title", first, second)
            self.wait_value(world, entity, "job_title", second[1])
            self.assert_in_step(world)
            lost = [c for c in self.notes(world, entity, "job_title") if first[1] in (c["before"], c["after"])]
            self.assertTrue(lost, f"{first[1]!r} is nowhere in the audit")
        self.assertEqual(world.status()["open_reviews"], 0)

    def test_edits_of_different_fields_are_both_kept(self):
        world, entity = self.start()
        world.kill_lockstep()
        self.edit(world, "salesforce", entity, "phone", "+4930111222")
        self.edit(world, "dynamics365", entity, "job_title", "Pilot")
        world.start_lockstep()
        self.wait_value(world, entity, "phone", "+4930111222")
        self.wait_value(world, entity, "job_title", "Pilot")
        self.assert_in_step(world)

    def test_under_manual_review_the_field_waits_and_the_rest_flows_until_somebody_decides(self):
        world, entity = self.start("default_policy: {strategy: last_write_wins}\npolicies:\n  contact:\n    fields:\n      job_title: {strategy: manual_review}\n")
        self.collide(world, entity, "job_title", ("salesforce", "Chief Buyer"), ("dynamics365", "Head of Purchasing"), apart_s=0)
        item = wait_until("the review item", lambda: world.lockstep_lines("review", "list"))[0]
        self.assertEqual((item["kind"], item["entity"]), ("field_conflict", entity))
        values = [c["value"] for c in item["candidates"]]
        self.assertTrue({"Chief Buyer", "Head of Purchasing"} <= set(values), values)
        self.edit(world, "salesforce", entity, "phone", "+4930333444")
        self.wait_value(world, entity, "phone", "+4930333444")
        held = self.values(world, "contact", entity, "job_title")
        self.assertEqual((held["salesforce"], held["dynamics365"]), ("Chief Buyer", "Head of Purchasing"), "nothing is sent for the field meanwhile")
        shown = world.lockstep("review", "show", item["id"])
        self.assertIn("Head of Purchasing", shown)
        world.lockstep("review", "resolve", item["id"], str(values.index("Head of Purchasing") + 1), "--by", "ada")
        self.wait_value(world, entity, "job_title", "Head of Purchasing")
        self.assert_in_step(world)
        self.assertEqual(world.lockstep_lines("review", "list"), [])
        self.assertIn("ada", next(i for i in world.lockstep_lines("review", "list", "--all") if i["id"] == item["id"])["closed_by"])

    def test_a_conflict_closes_itself_when_both_come_to_the_same_value(self):
        world, entity = self.start("default_policy: {strategy: manual_review}\n")
        self.collide(world, entity, "job_title", ("salesforce", "Chief Buyer"), ("dynamics365", "Head of Purchasing"), apart_s=0)
        wait_until("the review item", lambda: world.lockstep_lines("review", "list"))
        self.edit(world, "salesforce", entity, "job_title", "Head of Purchasing")
        wait_until("the item is closed", lambda: not world.lockstep_lines("review", "list"))
        self.wait_value(world, entity, "job_title", "Head of Purchasing")
        self.assert_in_step(world)

    def test_field_rules_decide_by_content_or_by_system_not_by_time(self):
        rules = ("models: [topics_model.yaml]\nmappings: [topics_mapping.yaml]\ndefault_policy: {strategy: last_write_wins}\npolicies:\n  contact:\n    fields:\n"
                 "      description: {strategy: longest}\n      topics: {strategy: union}\n      last_name: {strategy: owner, order: [salesforce]}\n"
                 "      job_title: {strategy: prefer, order: [dynamics365, salesforce]}\n      phone: {strategy: newest_nonblank}\n")
        model = "types:\n  contact:\n    fields:\n      topics: set\n"
        mapping = ("mapping: contact\nsystems:\n  salesforce: {object: Contact}\n  dynamics365: {object: contact}\nfields:\n  topics:\n    in:\n"
                   "      salesforce: {field: AssistantName, lens: 'delimited(\";\")'}\n      dynamics365: {field: nickname, lens: 'delimited(\",\")'}\n")
        world, entity = self.start(rules, {"topics_model.yaml": model, "topics_mapping.yaml": mapping})
        self.edit(world, "salesforce", entity, "AssistantName", "golf;wine")
        wait_until("the set is in both", lambda: sorted(self.topics(world, entity)) == ["golf", "wine"])
        self.assert_in_step(world)
        world.kill_lockstep()
        for field, value in (("description", "A long and careful description"), ("AssistantName", "golf;wine;chess"), ("last_name", "Owned"), ("job_title", "From S"),
                             ("phone", "+4930777888")):
            self.edit(world, "salesforce", entity, field, value)
        time.sleep(1.1)
        for field, value in (("description", "Short"), ("nickname", "golf"), ("last_name", "Not owned"), ("job_title", "From D"), ("phone", None)):
            self.edit(world, "dynamics365", entity, field, value)
        world.start_lockstep()
        self.wait_value(world, entity, "description", "A long and careful description")
        self.wait_value(world, entity, "last_name", "Owned")
        self.wait_value(world, entity, "job_title", "From D")
        self.wait_value(world, entity, "phone", "+4930777888")
        wait_until("union: wine is removed, chess added", lambda: sorted(self.topics(world, entity)) == ["chess", "golf"], 10)
        self.assert_in_step(world)
        # And the other way round in time: the rules look at content and system only.
        self.collide(world, entity, "job_title", ("dynamics365", "D again"), ("salesforce", "S later"))
        self.wait_value(world, entity, "job_title", "D again")
        self.edit(world, "dynamics365", entity, "last_name", "Still not owned")
        self.wait_value(world, entity, "last_name", "Owned")
        self.assert_in_step(world)

    def topics(self, world, entity):
        own = self.held(world, "contact", entity)["support"]
        return world.support.call("GET", f"/v1/contacts/{own}")["fields"].get("topics") or []


if __name__ == "__main__":
    sys.exit(main())
