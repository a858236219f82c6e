"""The support system's API: every mistake gets a clear 4xx and nothing is half done."""
import json
import socket
import sys
import urllib.error
import urllib.request

from harness import EndToEnd, main


class SupportApiTest(EndToEnd):
    def setUp(self):
        self.world = self.make_world(crms=("dynamics365",))
        self.world.start_lockstep()

    def call(self, method, path, body=None, headers=None, key=True):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        merged = {"Content-Type": "application/json", **({"Authorization": "Bearer " + self.world.environment["DEMO_SUPPORT_KEY"]} if key else {}), **(headers or {})}
        request = urllib.request.Request(f"http://127.0.0.1:{self.world.port}{path}", data=data, method=method, headers=merged)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, answered, text = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, answered, text = error.code, error.headers, error.read()
        if status >= 400 and path != "/healthz":
            self.assertEqual(answered["Content-Type"], "application/problem+json", (method, path, status, text[:200]))
            problem = json.loads(text)
            self.assertEqual(problem["status"], status)
            self.assertTrue(problem["title"] and problem["detail"], problem)
        return status, (text.decode() if text[:1] != b"{" or b"\n{" in text else json.loads(text)), answered

    def refused(self, status, method, path, body=None, mention=None, **more):
        got, answer, _ = self.call(method, path, body, **more)
        self.assertEqual(got, status, answer)
        if mention:
            self.assertIn(mention, json.dumps(answer))

    def test_mistakes_are_refused_with_their_place_and_change_nothing(self):
        before = self.world.status()
        good = {"last_name": "Lovelace"}
        self.refused(401, "PUT", "/v1/contacts/1", good, key=False)
        self.refused(401, "PUT", "/v1/contacts/1", good, key=False, headers={"Authorization": "Bearer wrong"})
        for text in (b"", b"{", b'{"last_name": "A"} x', b"[]", b"null", b"\xff\xfe", b'{"last_name": "\xff"}', b'{"last_name": NaN}', b"[" * 100_000):
            self.refused(400, "PUT", "/v1/contacts/1", text)
        self.refused(422, "PUT", "/v1/contacts/1", {"last_name": "L", "emial": "a@b.example"}, mention="did you mean 'email'")
        self.refused(422, "PUT", "/v1/contacts/1", {"last_name": ["L"]}, mention="/last_name")
        self.refused(422, "PUT", "/v1/contacts/1", {"last_name": "L", "birth_date": "yesterday"}, mention="/birth_date")
        self.refused(422, "PUT", "/v1/contacts/1", {"last_name": "L", "lead_source": "wep"}, mention="/lead_source")
        self.refused(422, "PUT", "/v1/contacts/1", {"last_name": "L", "mailing_address": {"town": "X"}}, mention="/mailing_address")
        self.refused(422, "PUT", "/v1/contacts/1", {"last_name": "L", "account": {"type": "case", "id": "1"}}, mention="/account")
        self.refused(422, "PUT", "/v1/contacts/1", {"first_name": "Ada"}, mention="last_name")
        self.refused(422, "PUT", "/v1/contacts/1", {"last_name": " "}, mention="/last_name")
        self.refused(422, "PUT", "/v1/accounts/1", {"name": "A", "employees": "many"}, mention="/employees")
        self.refused(413, "PUT", "/v1/contacts/1", {"last_name": "L", "description": "x" * (1 << 20)})
        self.refused(404, "PUT", "/v1/customers/1", good, mention="contacts")
        self.refused(400, "PUT", "/v1/contacts/" + "x" * 201, good)
        self.refused(400, "PUT", "/v1/contacts/%ff", good)
        self.refused(405, "POST", "/v1/contacts/1", good)
        self.refused(405, "PUT", "/v1/contacts", good)
        self.refused(404, "PATCH", "/v1/contacts/1", good)
        self.refused(404, "DELETE", "/v1/contacts/1")
        self.refused(404, "GET", "/v1/contacts/1")
        self.refused(400, "GET", "/v1/contacts?after=x")
        self.refused(400, "GET", "/v1/changes?after=x")
        self.refused(404, "GET", "/nowhere")
        self.refused(404, "GET", "/operations/state", mention="/operations/status")
        self.refused(405, "DELETE", "/operations/status")
        self.refused(405, "GET", "/operations/wake")
        self.assertEqual({k: self.world.status()[k] for k in ("entities", "audit_rows")}, {k: before[k] for k in ("entities", "audit_rows")})

    def test_a_body_beyond_the_servers_limit_is_refused_before_it_is_read(self):
        try:
            status, _, _ = self.call("POST", "/v1/batch", b" " * (9 << 20))
            self.assertEqual(status, 413)
        except (ConnectionError, urllib.error.URLError):
            pass  # refused while we were still sending
        self.assertEqual(self.call("GET", "/healthz")[0], 200)

    def test_what_no_handler_sees_is_refused_as_a_problem_too(self):
        for request, status in ((b"POST /v1/batch HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n", 413), (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
                                (b"nonsense\r\n\r\n", 400)):
            with socket.create_connection(("127.0.0.1", self.world.port), timeout=10) as peer:
                peer.sendall(request)
                head, _, body = b"".join(iter(lambda: peer.recv(65536), b"")).partition(b"\r\n\r\n")
            self.assertIn(f" {status} ".encode(), head.splitlines()[0])
            self.assertIn(b"application/problem+json", head)
            self.assertEqual(json.loads(body)["status"], status)

    def test_a_batch_with_a_bad_line_is_refused_whole_and_names_the_line(self):
        good = '{"type": "contacts", "id": "1", "fields": {"last_name": "Good"}}'
        for bad, place in (('{"type": "contacts", "id": "2", "fields": {"last_nam": "Bad"}}', "/3/fields/last_nam"), ("{oops", "/3"), ("[]", "/3"), ('{"type": "contacts", "id": "a/b", "fields": {"last_name": "B"}}', "/3/id"),
                           ('{"type": "persons", "id": "2", "fields": {}}', "/3/type"), ('{"type": "contacts", "fields": {"last_name": "B"}}', "/3/id"),
                           ('{"type": "contacts", "id": "2"}', "/3/fields"), ('{"type": "contacts", "id": "2", "op": "destroy", "fields": {}}', "/3/op")):
            self.refused(422, "POST", "/v1/batch", f"{good}\n\n{bad}\n".encode(), mention=place)
        self.refused(400, "POST", "/v1/batch", b"\n\n")
        self.refused(413, "POST", "/v1/batch", "\n".join([good] * 1001).encode())
        self.refused(405, "GET", "/v1/batch")
        self.assertEqual(self.world.status()["entities"], 0)

    def test_a_batch_answers_line_by_line(self):
        lines = [{"type": "accounts", "id": "a", "fields": {"name": "Analytical"}}, {"type": "contacts", "id": "c", "fields": {"last_name": "Lovelace", "account": "a"}},
                 {"type": "contacts", "id": "nobody", "op": "delete"}, {"type": "contacts", "id": "c", "op": "patch", "fields": {"job_title": "Countess"}}]
        answers = self.world.support.batch(lines)
        self.assertEqual([a["status"] for a in answers], [201, 201, 404, 200])
        self.assertEqual(answers[3]["body"]["fields"]["job_title"], "Countess")
        self.assertEqual(answers[1]["body"]["fields"]["account"], {"type": "account", "id": "a"})

    def test_a_reference_needs_its_record_first(self):
        self.refused(422, "PUT", "/v1/contacts/c", {"last_name": "Lovelace", "account": "a"}, mention="/account")
        self.assertEqual(self.world.status()["entities"], 0)
        self.assertEqual(self.call("PUT", "/v1/accounts/a", {"name": "Analytical"})[0], 201)
        status, record, _ = self.call("PUT", "/v1/contacts/c", {"last_name": "Lovelace", "account": "a"})
        self.assertEqual((status, record["fields"]["account"]), (201, {"type": "account", "id": "a"}))
        status, record, _ = self.call("PATCH", "/v1/contacts/c", {"account": None})
        self.assertEqual((status, record["fields"].get("account")), (200, None))
        self.assertEqual(record["fields"]["last_name"], "Lovelace", "a patch leaves the rest")

    def test_if_match_guards_against_a_change_in_between(self):
        _, _, headers = self.call("PUT", "/v1/contacts/c", {"last_name": "Lovelace"})
        first = headers["ETag"]
        status, _, headers = self.call("PATCH", "/v1/contacts/c", {"job_title": "Countess"}, headers={"If-Match": first})
        self.assertEqual(status, 200)
        self.assertNotEqual(headers["ETag"], first)
        self.refused(412, "PATCH", "/v1/contacts/c", {"job_title": "Too late"}, headers={"If-Match": first})
        self.refused(412, "DELETE", "/v1/contacts/c", headers={"If-Match": first})
        self.refused(400, "PATCH", "/v1/contacts/c", {"job_title": "X"}, headers={"If-Match": "nonsense"})
        status, record, tag = self.call("GET", "/v1/contacts/c")
        self.assertEqual((status, record["fields"]["job_title"]), (200, "Countess"))
        self.assertEqual(self.call("DELETE", "/v1/contacts/c", headers={"If-Match": tag["ETag"]})[0], 204)
        self.refused(404, "GET", "/v1/contacts/c")

    def test_the_same_record_sent_again_changes_nothing(self):
        record = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@analytical.example"}
        _, first, _ = self.call("PUT", "/v1/contacts/c", record)
        self.wait_calm(self.world)
        rows = self.world.status()["audit_rows"]
        status, second, _ = self.call("PUT", "/v1/contacts/c", record)
        self.assertEqual((status, second["fields"], second["entity"]), (200, first["fields"], first["entity"]))
        self.assertEqual(self.world.status()["audit_rows"], rows)

    def test_changes_tell_what_other_systems_did(self):
        self.call("PUT", "/v1/contacts/c", {"last_name": "Lovelace"})
        self.assert_in_step(self.world)
        _, page, _ = self.call("GET", "/v1/changes")
        own = next(own for _, own, _, _ in self.world.dynamics365.records("contact"))
        self.world.control("dynamics365", "edit", {"as": "Bob", "operation": "update", "object": "contact", "id": own, "fields": {"jobtitle": "Countess"}})
        self.assert_in_step(self.world)
        _, news, _ = self.call("GET", f"/v1/changes?after={page['next']}")
        self.assertEqual([(r["id"], r["fields"]["job_title"]) for r in news["records"]], [("c", "Countess")])


if __name__ == "__main__":
    sys.exit(main())
