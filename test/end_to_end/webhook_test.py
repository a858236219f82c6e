"""Webhooks: what changes in a CRM is known at once; what is not genuine is refused and counted."""
import base64
import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.request

from harness import EndToEnd, TYPES, main, wait_until

SLOW = {name: {kind: "1h" for kind in TYPES} for name in ("hubspot", "dynamics365")}
LIMIT_S = 2.0


def knock(url, body, headers):
    request = urllib.request.Request(url, data=body, method="POST", headers={"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


class WebhookTest(EndToEnd):
    """Feeds are read once an hour here: what arrives, arrives by webhook."""
    crms = ("dynamics365",)

    def start(self):
        world = self.make_world(crms=self.crms, polls=SLOW)
        world.load_systems(8)
        world.subscribe()
        world.start_lockstep()
        world.load_support()
        self.assert_in_step(world)
        return world

    def refused(self, world):
        return world.status()["webhooks"]["refused"]

    def change_arrives(self, world, system, edit, field, value):
        entity = next(known for _, own, known, _ in getattr(world, system).records("contact") if own == edit["id"])
        started = time.monotonic()
        world.control(system, "edit", {"as": "Ann", "operation": "update", **edit})
        wait_until(f"the change in {system} is in the support system",
                   lambda: any(known == entity and v[field] == value for _, _, known, v in world.support.records("contact")), LIMIT_S + 8, 0.05)
        took = time.monotonic() - started
        print(f"  {system}: {took * 1000:.0f} ms", flush=True)
        self.assertLess(took, LIMIT_S)

    def first_contact(self, world, system):
        return next(own for _, own, _, _ in getattr(world, system).records("contact"))


class DataverseTest(WebhookTest):
    def test_a_change_arrives_within_two_seconds(self):
        world = self.start()
        self.change_arrives(world, "dynamics365", {"object": "contact", "id": self.first_contact(world, "dynamics365"), "fields": {"jobtitle": "Told at once"}},
                            "job_title", "Told at once")
        started = time.monotonic()
        world.control("dynamics365", "edit", {"as": "Bob", "operation": "create", "object": "contact", "fields": {"firstname": "Nia", "lastname": "Newcomer"}})
        wait_until("the new record is in the support system", lambda: any(v["last_name"] == "Newcomer" for _, _, _, v in world.support.records("contact")), 10, 0.05)
        self.assertLess(time.monotonic() - started, LIMIT_S)
        self.assert_in_step(world)

    def test_knocks_without_the_right_key_are_refused_and_counted(self):
        world = self.start()
        door = f"http://127.0.0.1:{world.port}/webhooks/dynamics365/steps"
        taken = world.status()["webhooks"]["taken"]
        event = json.dumps({"PrimaryEntityName": "contact", "PrimaryEntityId": self.first_contact(world, "dynamics365"), "MessageName": "Delete"}).encode()
        self.assertIn(knock(door, event, {}), (401, 403))
        self.assertIn(knock(door, event, {"x-api-key": "wrong"}), (401, 403))
        key = {"x-api-key": world.environment["DEMO_DOOR_KEY"]}
        self.assertEqual(knock(door, b" " * 300_001, key), 413)
        self.assertEqual(knock(door, b"{", key), 400)
        self.assertIn(knock(door, event, key), (401, 403), "of another organisation")
        self.assertEqual(self.refused(world), {"unsigned": 1, "forged": 1, "too large": 1, "not JSON": 1, "another account": 1})
        self.assertEqual(world.status()["webhooks"]["taken"], taken)
        self.assertEqual(knock(f"http://127.0.0.1:{world.port}/webhooks/dynamics365/nowhere", event, key), 404)
        self.assertEqual(knock(f"http://127.0.0.1:{world.port}/webhooks/nobody/steps", event, key), 404)
        self.assert_in_step(world)


class HubSpotTest(WebhookTest):
    crms = ("hubspot",)

    def signed(self, world, body, at_ms=None, secret="lockstep-secret"):
        at = str(int(time.time() * 1000) if at_ms is None else at_ms)
        door = f"http://127.0.0.1:{world.port}/webhooks/hubspot/events"
        digest = hmac.new(secret.encode(), b"POST" + door.encode() + body + at.encode(), hashlib.sha256).digest()
        return door, {"X-HubSpot-Signature-v3": base64.b64encode(digest).decode(), "X-HubSpot-Request-Timestamp": at}

    def test_a_change_arrives_within_two_seconds(self):
        world = self.start()
        self.change_arrives(world, "hubspot", {"object": "contacts", "id": self.first_contact(world, "hubspot"), "fields": {"jobtitle": "Told at once"}},
                            "job_title", "Told at once")
        self.assert_in_step(world)

    def test_forged_stale_and_oversized_knocks_are_refused_and_counted(self):
        world = self.start()
        taken = world.status()["webhooks"]["taken"]
        event = [{"objectId": int(self.first_contact(world, "hubspot")), "subscriptionType": "contact.propertyChange", "propertyName": "lastname",
                  "propertyValue": "Forged", "occurredAt": int(time.time() * 1000), "subscriptionId": 1}]
        body = json.dumps(event).encode()
        door, headers = self.signed(world, body)
        self.assertEqual(knock(door, body, {}), 401)
        self.assertEqual(knock(door, body.replace(b"Forged", b"forged"), headers), 401, "the signature is over the bytes")
        door, headers = self.signed(world, body, secret="guessed")
        self.assertEqual(knock(door, body, headers), 401)
        for minutes in (-6, 6):
            door, headers = self.signed(world, body, at_ms=int((time.time() + minutes * 60) * 1000))
            self.assertEqual(knock(door, body, headers), 401)
        large = b"[" + b" " * 1_000_001 + b"]"
        door, headers = self.signed(world, large)
        self.assertEqual(knock(door, large, headers), 413)
        self.assertEqual(self.refused(world), {"unsigned": 1, "forged": 2, "stale": 2, "too large": 1})
        self.assertEqual(world.status()["webhooks"]["taken"], taken)
        self.assert_in_step(world)


del WebhookTest  # a base only


if __name__ == "__main__":
    sys.exit(main())
