#!/usr/bin/env python3
"""The program lockstep-emulators as a person or a script starts it: records to start with, and mistakes in the command line."""
import base64
import gzip
import json
import os
import subprocess
import sys
import tempfile
import urllib.request


AGENT = "Basic " + base64.b64encode(b"agent@example.com/token:lockstep-api-token").decode()


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def served(program, *arguments):
    """Starts it, tells the first stand-in and what it holds, and stops it."""
    process = subprocess.Popen([program, "--port-base", "0", "--json", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        first = json.loads(process.stdout.readline())
        return first["name"], get(first["base_url"] + "/__emulator/counts"), get(first["base_url"] + "/__emulator/writes")
    finally:
        process.terminate()
        process.wait(timeout=30)


def asked(program, headers):
    """What a client is told of itself that sends these headers: the link of a long list, and how the answer was packed."""
    process = subprocess.Popen([program, "--port-base", "0", "--json", "--only", "zendesk"], stdout=subprocess.PIPE, text=True)
    try:
        origin = json.loads(process.stdout.readline())["base_url"]
        with urllib.request.urlopen(urllib.request.Request(origin + "/api/v2/ticket_fields.json", headers={"Authorization": AGENT, **headers}), timeout=30) as answer:
            return answer.headers, answer.read()
    finally:
        process.terminate()
        process.wait(timeout=30)


def refused(program, *arguments):
    done = subprocess.run([program, "--port-base", "0", *arguments], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stderr.strip()


def claims(program, folder):
    people, companies, broken = (os.path.join(folder, name) for name in ("people.csv", "companies.json", "broken.json"))
    with open(people, "w", encoding="utf-8") as file:
        file.write("name,email\nAnn,ann@example.com\nBob,bob@example.com\n")
    with open(companies, "w", encoding="utf-8") as file:
        json.dump([{"name": "Acme"}], file)
    with open(broken, "w", encoding="utf-8") as file:
        json.dump([{"name": "Good"}, {"details": "no name"}], file)
    name, counts, writes = served(program, "--only", "zendesk", "--load", f"zendesk/users={people}", "--load", f"zendesk/organizations={companies}")
    yield "files of records are there from the start", name == "zendesk" and counts["rows"]["organization"]["live"] == 1 and counts["rows"]["user"]["live"] >= 3, counts
    yield "what was loaded was written by nobody", writes["writes"] == [], writes
    for arguments, told in [
        (["--load", f"zendesk/organizations={broken}"], f"{broken}: record 1: RecordInvalid; Name: cannot be blank"),
        (["--load", f"zendesk/nothing={people}"], f"{people}: record 0: no object 'nothing'"),
        (["--load", "zendesk/users=/nowhere/people.csv"], "/nowhere/people.csv: cannot be read"),
        (["--load", "zendesk/users=people.txt"], "a file of records is .json or .csv"),
        (["--load", "people.csv"], "expected STAND-IN/OBJECT=FILE"),
        (["--load", f"zendex/users={people}"], "did you mean zendesk?"),
        (["--only", "zendex"], "did you mean zendesk?"),
    ]:
        code, message = refused(program, *arguments)
        yield f"{' '.join(arguments).replace(folder, '…')} is refused", code == 1 and told in message, message
    headers, body = asked(program, {"Host": "crm.example", "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip, deflate"})
    unpacked = gzip.decompress(body).decode() if headers.get("Content-Encoding") == "gzip" else ""
    yield "who accepts packed answers gets them, with links to the address it used", "https://crm.example/api/v2/ticket_fields/" in unpacked, headers
    headers, body = asked(program, {"Accept-Encoding": "br, gzip;q=0"})
    yield "who says that it takes none gets none", headers.get("Content-Encoding") is None, headers
    headers, body = asked(program, {})
    yield "others are answered in plain text", headers.get("Content-Encoding") is None and b"http://127.0.0.1:" in body, headers
    help_text = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=30)
    yield "--help shows examples of starting, loading and faults", help_text.returncode == 0 and all(
        word in help_text.stdout for word in ("--load hubspot/contacts=people.csv", "/faults", "/edit", "docs/emulators.md")), help_text.stdout


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for claim, holds, told in claims(sys.argv[1], folder):
            passed, failed = passed + bool(holds), failed + (not holds)
            print(f"{'ok  ' if holds else 'FAIL'} {claim}")
            if not holds:
                print(told)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
