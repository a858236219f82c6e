"""The command line: help and examples everywhere, JSON where a program reads, exit codes as documented."""
import contextlib
import json
import os
import sqlite3
import subprocess
import sys

from harness import EndToEnd, main, wait_until

COMMANDS = [["init"], ["check"], ["schema"], ["run"], ["sync"], ["backup"], ["restore"], ["status"], ["accept-account"], ["record", "show"], ["review", "list"], ["review", "show"], ["review", "resolve"],
            ["dead-letters", "list"], ["dead-letters", "groups"], ["dead-letters", "show"], ["dead-letters", "replay"], ["dead-letters", "mend"], ["dead-letters", "discard"], ["audit"]]
NOBODY = "01JDFK3V8Q4T0Z6M2N9R5S7W1X"
OK, FAILED, USAGE, CONFIGURATION, NOT_FOUND, UNAVAILABLE = range(6)


class CommandLineTest(EndToEnd):
    def setUp(self):
        self.world = self.make_world(crms=("salesforce", "dynamics365"))

    def run_it(self, *arguments, config=None, environment=None):
        return subprocess.run([self.world.program("lockstep"), "-c", config or self.world.config, *arguments], capture_output=True, text=True, timeout=60, check=False,
                              env=environment or self.world.environment)

    def expect(self, code, *arguments, mention="", **more):
        result = self.run_it(*arguments, **more)
        self.assertEqual(result.returncode, code, (arguments, result.stdout, result.stderr))
        self.assertIn(mention, result.stdout + result.stderr)
        return result

    def make_store(self):
        self.world.start_lockstep()
        self.world.kill_lockstep()

    def lines(self, *arguments):
        return [json.loads(line) for line in self.expect(OK, *arguments, "--json").stdout.splitlines()]

    def test_every_command_has_help_with_examples(self):
        self.expect(OK, "--help", mention="Exit codes")
        for command in COMMANDS:
            text = self.expect(OK, *command, "--help").stdout
            self.assertIn("Examples:", text, command)
            self.assertIn("  lockstep ", text.split("Examples:")[1], command)
            self.assertIn("--json", text, command)
            self.assertNotRegex(text, r"(?m)^  (--|[a-z])\S* [A-Z:]+(=\S+)?( REQUIRED)? *$", command)  # an option that nobody explains
        self.expect(OK, "--version", mention="lockstep")

    def test_wrong_usage_exits_2(self):
        self.make_store()
        for arguments in ([], ["chekc"], ["review"], ["record", "show"], ["status", "--colour"], ["review", "resolve", NOBODY], ["audit", "--limit", "many"], ["schema", "poem"],
                          ["audit", "--since", "yesterday"], ["audit", "--entity", "nobody"], ["review", "show", "nobody"], ["dead-letters", "show", "nobody"],
                          ["dead-letters", "mend", NOBODY], ["dead-letters", "mend", NOBODY, "--set", "email"], ["dead-letters", "mend", NOBODY, "--set", "a=b", "--link", "1"],
                          ["dead-letters", "mend", "all", "--link", "1"], ["dead-letters", "mend", NOBODY, "--map", "a=b"], ["dead-letters", "replay", "all", "--at-most", "0"],
                          ["audit", "--limit", "0"], ["audit", "--limit", "-1"], ["review", "list", "--limit", "0"], ["backup", "--keep", "0"]):
            self.expect(USAGE, *arguments)
        for arguments, nearest in ((["chekc"], "check"), (["review", "lst"], "list"), (["dead-letters", "repaly"], "replay")):
            self.expect(USAGE, *arguments, mention=f"did you mean '{nearest}'")
        self.expect(USAGE, "poem", mention="there are: init, check")

    def test_what_is_not_there_exits_4(self):
        self.make_store()
        for arguments in (["record", "show", "nobody@nowhere.example"], ["record", "show", NOBODY], ["review", "show", NOBODY], ["review", "resolve", NOBODY, "1"],
                          ["dead-letters", "show", NOBODY], ["dead-letters", "replay", NOBODY], ["dead-letters", "discard", NOBODY], ["dead-letters", "mend", NOBODY, "--set", "email=x"], ["dead-letters", "mend", NOBODY, "--link", "1"],
                          ["dead-letters", "mend", NOBODY, "--map", "lead_source:web=Web"], ["accept-account", "nobody"], ["audit", "--connection", "nobody"]):
            self.expect(NOT_FOUND, *arguments)

    def test_a_system_that_cannot_be_reached_exits_5(self):
        config = os.path.join(self.world.folder, "away.yaml")
        with open(self.world.config, encoding="utf-8") as file:
            text = file.read().replace(self.world.addresses["salesforce"], "http://127.0.0.1:9")
        with open(config, "w", encoding="utf-8") as file:
            file.write(text.replace("lockstep.db", "away.db"))
        self.expect(UNAVAILABLE, "sync", mention="salesforce", config=config)

    def test_a_store_that_cannot_be_had_exits_1(self):
        self.world.start_lockstep()
        for command in (["run"], ["sync"], ["restore", "none.db"]):
            self.expect(FAILED, *command, mention="stop it first")
        config = os.path.join(self.world.folder, "other.yaml")
        with open(self.world.config, encoding="utf-8") as file:
            text = file.read().replace("lockstep.db", "other.db")
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        with sqlite3.connect(os.path.join(self.world.folder, "other.db")) as database:
            database.execute("CREATE TABLE poem(line)")
        for command in ("run", "sync", "status"):
            self.expect(FAILED, command, config=config, mention="another program")
        self.world.kill_lockstep()
        store = os.path.join(self.world.folder, "lockstep.db")
        with contextlib.closing(sqlite3.connect(store)) as database:
            database.execute("DROP TABLE obligation")
        self.expect(FAILED, "sync", mention="obligation")
        with contextlib.suppress(FileNotFoundError):
            os.remove(store + "-wal")
        os.mkdir(store + "-wal")  # as in a folder where nothing may be written
        for command in (["status"], ["sync"]):
            self.assertNotIn("damaged", self.expect(FAILED, *command, mention="may this user write").stderr, "nobody is to restore a backup for that")

    def test_who_only_looks_makes_no_store(self):
        config = os.path.join(self.world.folder, "early.yaml")
        with open(self.world.config, encoding="utf-8") as file:
            text = file.read().replace("lockstep.db", "early.db")
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        for command in (["status"], ["review", "list"], ["dead-letters", "list"], ["audit"], ["record", "show", "ada@example.com"]):
            self.expect(FAILED, *command, config=config, mention="lockstep run")
        self.assertFalse(os.path.exists(os.path.join(self.world.folder, "early.db")))

    def test_a_running_lockstep_is_asked_with_the_operator_key(self):
        with open(self.world.config, "a", encoding="utf-8") as file:
            file.write("operator_key: {env: DEMO_OPERATOR_KEY}\n")
        self.world.environment["DEMO_OPERATOR_KEY"] = "for operators"
        self.world.start_lockstep()
        self.expect(OK, "status", mention="running;")
        bare = {k: v for k, v in self.world.environment.items() if k != "DEMO_OPERATOR_KEY"}
        result = self.expect(OK, "status", environment=bare, mention="wants the operator key")
        self.assertNotIn("not running", result.stdout)

    def test_a_decision_about_a_duplicate_is_taken_at_once(self):
        world = self.world
        world.start_lockstep()
        ada = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@analytical.example"}
        world.support.put("contact", "1", ada)
        self.assertEqual(world.support.put("contact", "2", ada)["review"], "possible duplicate")
        self.expect(OK, "review", "resolve", self.lines("review", "list")[0]["id"], "new")
        second = wait_until("made", lambda: world.support.call("GET", "/v1/contacts/2").get("entity"), 5)
        first = world.support.call("GET", "/v1/contacts/1")["entity"]
        told = self.expect(OK, "record", "show", "ada@analytical.example")
        self.assertTrue(first in told.stderr and second in told.stderr, "that two have the key is not kept from whoever asks: " + told.stderr)
        self.assertEqual(self.expect(OK, "record", "show", first).stderr, "")

    def test_init_writes_a_configuration_that_passes_the_check(self):
        config = os.path.join(self.world.folder, "new", "lockstep.yaml")
        os.mkdir(os.path.dirname(config))
        self.expect(OK, "init", config=config)
        self.assertEqual(os.stat(os.path.join(os.path.dirname(config), "lockstep.key")).st_mode & 0o777, 0o600)
        self.expect(OK, "check", config=config, mention="good")
        self.expect(FAILED, "init", config=config, mention="--force")
        self.expect(OK, "init", "--force", config=config)
        self.expect(FAILED, "init", config=os.path.join(self.world.config, "below-a-file.yaml"))

    def test_a_broken_configuration_is_named_with_its_place_and_the_nearest_word(self):
        with open(self.world.config, encoding="utf-8") as file:
            good = file.read()
        config = os.path.join(self.world.folder, "broken.yaml")
        mistakes = [("connector: salesforce", "connector: saleforce", "salesforce"), ("connections:", "conections:", "connections"), ("hosted: true", "hosted: maybe", "true"),
                    ("account: {mode: real_time", "acount: {mode: real_time", "account"), ("mode: real_time", "mode: realtime", "real_time"),
                    ("strategy: last_write_wins", "strategy: last_write_win", "last_write_wins"), ("lockstep: 1", "lockstep: 2", "1"),
                    ("mode: real_time, poll: 300ms", "mode: batch, every: 30s", "1m"), ("mode: real_time, poll: 300ms", "mode: batch, every: 25h", "24h"),
                    ("mode: real_time, poll: 300ms", "mode: batch", "every"), ("connection: support", "connection: suport", "suport"),
                    ("default_policy:", "policies: {contact: {fields: {job_titel: {strategy: longest}}}}\ndefault_policy:", "job_title"),
                    ("  - {name", "  - {name: x, name", "name"), ("connections:", "connections: [", "")]
        for before, after, nearest in mistakes:
            with self.subTest(mistake=after):
                self.assertIn(before, good)
                with open(config, "w", encoding="utf-8") as file:
                    file.write(good.replace(before, after, 1))
                result = self.expect(CONFIGURATION, "check", config=config)
                self.assertRegex(result.stderr, r"(?m)^\S*broken\.yaml:\d+:\d+: error: ", result.stderr)
                self.assertIn(nearest, result.stderr)
                line = 1 + good[:good.index(before)].count("\n")
                if nearest:
                    self.assertIn(f"broken.yaml:{line}:", result.stderr, result.stderr)
                found = json.loads(self.expect(CONFIGURATION, "check", "--json", config=config).stdout)
                self.assertFalse(found["ok"])
                self.assertTrue(found["findings"][0]["place"] and found["findings"][0]["message"])
                self.expect(CONFIGURATION, "run", config=config)
        result = self.expect(CONFIGURATION, "check", config=os.path.join(self.world.folder, "none.yaml"), mention="lockstep init")
        self.assertTrue(result.stderr.startswith(os.path.join(self.world.folder, "none.yaml") + ": error: cannot be opened"), result.stderr)

    def test_a_mapping_with_a_typo_is_named_with_its_place(self):
        with open(os.path.join(self.world.folder, "more.yaml"), "w", encoding="utf-8") as file:
            file.write("mapping: contact\nsystems:\n  salesforce: {object: Contact}\nfields:\n  job_titel:\n    in: {salesforce: Title}\n")
        with open(self.world.config, "a", encoding="utf-8") as file:
            file.write("mappings: [more.yaml]\n")
        result = self.expect(CONFIGURATION, "check")
        self.assertRegex(result.stderr, r"more\.yaml:5:3: .*job_titel")
        self.assertIn("job_title", result.stderr)

    def test_secrets_that_are_missing_are_told_at_the_start_and_never_printed(self):
        bare = {k: v for k, v in self.world.environment.items() if not k.startswith("DEMO_")}
        self.expect(OK, "check", environment=bare)
        result = self.expect(CONFIGURATION, "sync", environment=bare, mention="DEMO_CLIENT_SECRET")
        self.assertRegex(result.stderr, r"lockstep\.yaml:\d+:\d+: ")
        self.world.load_systems(2)
        result = self.expect(OK, "sync", "--json")
        for secret in ("lockstep-secret", self.world.environment["DEMO_SUPPORT_KEY"], self.world.environment["DEMO_DOOR_KEY"]):
            self.assertNotIn(secret, result.stdout + result.stderr)

    def test_an_account_is_accepted_anew_at_the_next_sign_in(self):
        self.expect(OK, "sync")
        with contextlib.closing(sqlite3.connect(os.path.join(self.world.folder, "lockstep.db"))) as store:
            kept = lambda: store.execute("SELECT length(value) FROM setting WHERE name = 'secret/salesforce/account'").fetchone()[0]
            self.assertGreater(kept(), 0)
            self.expect(NOT_FOUND, "accept-account", "salesfroce", mention="there are: salesforce, dynamics365")
            self.expect(OK, "accept-account", "salesforce", "--by", "ada", mention="next sign-in of 'salesforce'")
            self.assertEqual(kept(), 0)
            self.expect(OK, "sync")
            self.assertGreater(kept(), 0)
        decided = self.lines("audit", "--operation", "accept_account")
        self.assertEqual([(row["connection"], row["changes"][0]["note"]) for row in decided], [("salesforce", "ada")])
        self.expect(OK, "audit", "--operation", "accept_account", mention="ada")

    def test_one_round_in_the_foreground_brings_all_in_step(self):
        self.world.load_systems(6)
        for _ in range(2):
            self.expect(OK, "sync", mention="entities")
        status = self.lines("sync", "--full")[0]
        self.assertEqual([s["written"] for s in status["systems"] if not s["hosted"]], [0, 0], "the third round finds nothing to do")
        self.world.start_lockstep()
        self.assert_in_step(self.world)

    def test_the_story_of_a_record_reviews_letters_and_the_audit_as_json(self):
        world = self.world
        world.load_systems(4)
        world.start_lockstep()
        address = "ada@" + "analytical." * 8 + "example"  # too long for Salesforce
        world.support.put("contact", "c", {"first_name": "Ada", "last_name": "Lovelace", "email": address})
        letter = wait_until("a dead letter", lambda: self.lines("dead-letters", "list"), 60)[0]
        self.wait_calm(world)
        for name in (address, "support/contact/c", letter["entity"]):
            story = self.lines("record", "show", name)[0]
            self.assertEqual((story["entity"], story["fields"]["last_name"]["value"], story["fields"]["last_name"]["system"]), (letter["entity"], "Lovelace", "support"))
        self.assertEqual({link["system"] for link in story["links"] if link["present"]}, {"support", "salesforce", "dynamics365"})
        self.assertEqual([pending["system"] for pending in story["pending"]], ["salesforce"])
        text = self.expect(OK, "record", "show", "support/contact/c").stdout
        for part in ("golden values", "links", "pending work", "last audit rows", "Lovelace"):
            self.assertIn(part, text)
        rows = self.lines("audit", "--entity", letter["entity"])
        self.assertEqual({row["operation"] for row in rows}, {"create_entity", "create"})
        self.assertIn("not sent: longer than the 80 characters", json.dumps(rows))
        self.assertTrue(all(not row["success"] for row in self.lines("audit", "--failures")))
        row = self.lines("audit", "--connection", "dynamics365", "--operation", "create", "--limit", "1")[0]
        self.assertTrue({"at", "run", "connection", "entity", "remote_id", "operation", "source", "success", "failure_class", "error", "attempt", "mapping_version", "changes"} <= set(row))
        self.assertEqual(self.lines("audit", "--since", "2100-01-01T00:00:00Z"), [])
        self.assertEqual(self.lines("dead-letters", "show", letter["id"])[0]["failure_class"], "validation")
        group = self.lines("dead-letters", "groups")[0]
        self.assertEqual((group["count"], group["failure_class"], group["error"]), (1, "validation", letter["error"]))
        self.assertIn("mapping", group["advice"])
        self.expect(NOT_FOUND, "dead-letters", "replay", "validation/nobody/00")
        self.expect(OK, "dead-letters", "discard", group["fingerprint"], "--by", "ada")
        self.assertNotIn("replay", self.expect(OK, "dead-letters", "show", letter["id"], mention="closed: discarded").stdout)
        self.assertEqual(self.lines("dead-letters", "list"), [])
        self.assertEqual([(l["id"], l["state"]) for l in self.lines("dead-letters", "list", "--all")], [(letter["id"], "discarded")])
        status = self.lines("status")[0]
        self.assertEqual((status["dead_letters"], [s["name"] for s in status["systems"]]), (0, ["support", "salesforce", "dynamics365"]))
        self.expect(OK, "status", mention="salesforce")
        explained = json.loads(self.expect(OK, "check", "--explain", "--json").stdout)
        self.assertTrue({"iso", "lens"} <= {row["class"] for row in explained})
        self.expect(OK, "check", "--explain", mention="the rest stays in the hub")
        for which in ("configuration", "connector", "mapping", "model"):
            self.assertIn("$schema", json.loads(self.expect(OK, "schema", which).stdout))

    def test_a_letter_is_mended_from_here(self):
        world = self.world
        world.start_lockstep()
        world.support.put("contact", "c", {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@" + "analytical." * 8 + "example"})
        letter = wait_until("a dead letter", lambda: self.lines("dead-letters", "list"), 60)[0]
        self.expect(OK, "dead-letters", "show", letter["id"], mention="as last seen")
        self.assertEqual(letter["context"]["golden"]["last_name"], "Lovelace")
        self.expect(USAGE, "dead-letters", "mend", letter["id"], "--set", "emial=ada@analytical.example", mention="did you mean 'email'")
        # A line for a mapping of one's own: tried, then told where to put; with it the configuration still passes the check.
        line = json.loads(self.expect(OK, "dead-letters", "mend", letter["id"], "--map", "lead_source:partner=Partner Referral", "--json").stdout)
        self.assertTrue(line["new_file"])
        with open(line["file"], "w", encoding="utf-8") as file:
            file.write(line["yaml"])
        with open(world.config, "a", encoding="utf-8") as file:
            file.write("mappings: [%s]\n" % os.path.basename(line["file"]))
        self.expect(OK, "check")
        line = json.loads(self.expect(OK, "dead-letters", "mend", letter["id"], "--map", "lead_source:web=Website", "--json").stdout)
        self.assertFalse(line["new_file"], "there is a file for it now")
        self.expect(OK, "dead-letters", "mend", letter["fingerprint"], "--map", "lead_source:web=Website", mention="Website")
        self.expect(NOT_FOUND, "dead-letters", "mend", letter["id"], "--map", "no_such_field:a=b")
        self.expect(USAGE, "dead-letters", "mend", letter["id"], "--map", "lead_source:a")
        self.expect(CONFIGURATION, "dead-letters", "mend", letter["id"], "--map", "lead_source:no_such_option=b", mention="no_such_option")
        # The value itself, for the whole group.
        self.expect(OK, "dead-letters", "mend", letter["fingerprint"], "--set", "email=ada@analytical.example", "--by", "ada", mention="1 mended")
        wait_until("the letter closed by itself", lambda: not self.lines("dead-letters", "list"))
        self.assertEqual([one["state"] for one in self.lines("dead-letters", "list", "--all")], ["superseded"])
        self.assert_in_step(world)
        rows = self.lines("audit", "--operation", "mend")
        self.assertEqual([(c["field"], c["after"], c["note"]) for row in rows for c in row["changes"]], [("email", "ada@analytical.example", "edited by ada")])


if __name__ == "__main__":
    sys.exit(main())
