"""Real, messy records: 3,337 listings of early-childhood sites in Chicago from nine lists, loaded into four systems by list. Links by exact keys only."""
import collections
import csv
import itertools
import os
import re
import sys
import unittest

from harness import CRMS, EndToEnd, LAST_WRITE_WINS, main

FOLDER = os.environ.get("LOCKSTEP_DATASETS") or os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "datasets")
SITES = os.path.join(FOLDER, "chicago-sites", "sites_with_true_ids.csv")
HOLDER = {  # which list stands in which system
    "CPS_Early_Childhood_Portal_scrape.csv": "salesforce", "ECE Chicago Find a School scrape.csv": "hubspot", "IDHS_child_care_provider_list.csv": "hubspot",
    "chapin_dfss_providers_2011_070212.csv": "dynamics365", "NAEYC_accreditation.csv": "dynamics365"}
NAMES = {"salesforce": ("Account", "Name", "Phone", "BillingStreet", "BillingPostalCode"), "hubspot": ("companies", "name", "phone", "address", "zip"),
         "dynamics365": ("account", "name", "telephone1", "address1_line1", "address1_postalcode")}


def words(text):
    return re.sub(r"\s+", " ", text).strip().casefold()


def pairs_of(groups):
    return sum(len(g) * (len(g) - 1) // 2 for g in groups)


@unittest.skipUnless(os.path.isfile(SITES), f"no data at {os.path.dirname(SITES)}; LOCKSTEP_DATASETS names the folder")
class ChicagoSitesTest(EndToEnd):
    def load(self, world):
        with open(SITES, encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["Site name"].strip()]
        for number, row in enumerate(rows):
            row["system"] = HOLDER.get(row["Source"], "support")
            row["number"] = number
        for system, (table, *names) in NAMES.items():
            mine = [row for row in rows if row["system"] == system]
            for row, own in zip(mine, world.load(system, table, [dict(zip(names, self.values_of(row))) for row in mine])):
                row["own"] = own
                self.assertIsNotNone(own, f"{system} refused {row}")
        return rows

    @staticmethod
    def values_of(row):
        return tuple(value or None for value in (row["Site name"].strip()[:160], row["Phone"], row["Address"][:250], row["Zip"]))

    def load_support(self, world, rows):
        mine = [row for row in rows if row["system"] == "support"]
        unlinked = 0
        for start in range(0, len(mine), 500):
            lines = [{"type": "accounts", "id": f"s{row['number']}", "fields": {"name": name, "phone": phone, "billing_address": {"street": street, "postal_code": postal_code}}}
                     for row in mine[start:start + 500] for name, phone, street, postal_code in [self.values_of(row)]]
            for row, answer in zip(mine[start:start + 500], world.support.batch(lines)):
                row["own"] = f"s{row['number']}"
                self.assertIn(answer["status"], (201, 202), answer)
                unlinked += answer["status"] == 202
        return unlinked

    def test_exact_keys_link_true_duplicates_and_nothing_else_than_equal_keys(self):
        quiet = {(system, kind): "enabled: false" for system in ("support", *CRMS) for kind in ("contact", "case", "interaction")}
        quiet |= {(system, "account"): "creates: false" for system in ("support", *CRMS)}  # links are wanted, not four copies
        world = self.make_world(settings=quiet, policies=LAST_WRITE_WINS)
        rows = self.load(world)
        world.start_lockstep()
        self.wait_calm(world, limit_s=90)
        self.load_support(world, rows)
        self.wait_calm(world, limit_s=60)
        entity_of = {(system.name, own): entity for system in world.systems for _, own, entity, _ in system.records("account")}
        entities, sites, by_system = (collections.defaultdict(list) for _ in range(3))
        for row in rows:
            sites[row["True Id"]].append(row)
            entity = entity_of.get((row["system"], row["own"]))
            if entity:
                entities[entity].append(row)
        joined = [(a, b) for group in entities.values() for a, b in itertools.combinations(group, 2)]
        right = sum(a["True Id"] == b["True Id"] for a, b in joined)
        across = sum(a["system"] != b["system"] for group in sites.values() for a, b in itertools.combinations(group, 2))
        waiting = world.status()["open_reviews"]
        print(f"\n  {len(rows)} listings of {len(sites)} sites: {pairs_of(sites.values())} true pairs, {across} of them across systems\n"
              f"  {len(joined)} pairs linked, {right} rightly: precision {right / max(len(joined), 1):.3f}, recall {right / across:.3f} of the pairs across systems; "
              f"{waiting} listings wait for a person", flush=True)
        self.assertGreater(right, 100)
        for group in entities.values():
            systems = [row["system"] for row in group]
            self.assertEqual(len(systems), len(set(systems)), "one record per system and customer")
        for a, b in joined:
            self.assertEqual((words(a["Site name"]), a["Phone"]), (words(b["Site name"]), b["Phone"]), "joined without an equal key")
        # What shares a key within one system is a question for a person, never a join.
        keys = collections.Counter((row["system"], words(row["Site name"]), row["Phone"]) for row in rows if row["Phone"])
        self.assertEqual(waiting, sum(count - 1 for count in keys.values()))


if __name__ == "__main__":
    sys.exit(main())
