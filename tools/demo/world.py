"""Processes, configuration and data of the demo: stand-ins of three CRMs, one lockstep, a support system that uses its API."""
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

from people import for_dataverse, for_hubspot, for_salesforce, for_support, make_customers
from systems import Dataverse, Http, HubSpot, Salesforce, Support

TENANT = "contoso.onmicrosoft.com"
HUBSPOT_TOKEN = "pat-na1-00000000-0000-4000-8000-000000000001"
CRMS = ("salesforce", "hubspot", "dynamics365")
HEAD = """# Four systems in step. Everything runs on this machine; the CRMs are stand-ins.
lockstep: 1
store: lockstep.db
seal_key: {{file: lockstep.key}}
listen: 127.0.0.1:{port}
public_url: http://127.0.0.1:{port}
api_keys:
  - {{name: helpdesk, key: {{env: DEMO_SUPPORT_KEY}}, connection: support}}
connections:
"""
CONNECTIONS = {
    "support": """  support:
    hosted: true
""",
    "salesforce": """  salesforce:
    connector: salesforce
    base_url: {salesforce}
    params: {{login_url: {salesforce}}}
    secrets: {{client_id: {{env: DEMO_CLIENT_ID}}, client_secret: {{env: DEMO_CLIENT_SECRET}}}}
""",
    "hubspot": """  hubspot:
    connector: hubspot
    base_url: {hubspot}
    auth: bearer
    secrets: {{service_key: {{env: DEMO_HUBSPOT_KEY}}, client_secret: {{env: DEMO_CLIENT_SECRET}}}}
""",
    "dynamics365": """  dynamics365:
    connector: dynamics365
    base_url: {dynamics365}
    params: {{org_url: {dynamics365}, login_url: {dynamics365}, tenant: {tenant}}}
    secrets:
      client_id: {{env: DEMO_CLIENT_ID}}
      client_secret: {{env: DEMO_CLIENT_SECRET}}
      door_key: {{env: DEMO_DOOR_KEY}}
""",
}
POLLS = {  # webhooks tell at once where there are some; the feed is the safety net
    "salesforce": {"account": "2s", "contact": "2s", "case": "2s", "interaction": "5s"},
    "hubspot": {"account": "30s", "contact": "30s", "case": "30s", "interaction": "30s"},
    "dynamics365": {"account": "2s", "contact": "2s", "case": "2s", "interaction": "5s"},
}
POLICIES = """default_policy: {strategy: last_write_wins}
policies:
  contact:
    fields:
      job_title: {strategy: manual_review}    # a conflict here waits for a person
"""


def configuration(crms, polls, policies, settings):
    """Text of lockstep.yaml. `settings`: (connection, type) → more of that type's settings."""
    text = HEAD
    for name in ("support", *crms):
        text += CONNECTIONS[name]
        lines = {kind: f"mode: real_time, poll: {poll}" for kind, poll in polls.get(name, {}).items()}
        for (connection, kind), more in settings.items():
            if connection == name:
                lines[kind] = more if "mode:" in more or kind not in lines else f"{lines[kind]}, {more}"
        text += "    types:\n" if lines else ""
        for kind, line in lines.items():
            text += f"      {kind}: {{{{{line}}}}}\n"
    return text + policies.replace("{", "{{").replace("}", "}}")


def waiting(status):
    """What is owed, under way or to be read, of /operations/status. What is parked waits for something else."""
    return sum(s.get("ready", 0) + s.get("in_flight", 0) + s.get("to_read", 0) + s.get("inbox", 0) for s in status["systems"])


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class World:
    """`crms`: which of the three take part; the rest is for tests that want another configuration."""

    def __init__(self, build, folder, limits=False, crms=CRMS, polls=None, policies=POLICIES, settings=None):
        self.build, self.folder, self.limits, self.crms = os.path.abspath(build), folder, limits, tuple(crms)
        self.template = configuration(self.crms, polls or POLLS, policies, settings or {})
        self.processes = []
        self.environment = {**os.environ, "DEMO_CLIENT_ID": "lockstep-client", "DEMO_CLIENT_SECRET": "lockstep-secret", "DEMO_HUBSPOT_KEY": HUBSPOT_TOKEN,
                            "DEMO_SUPPORT_KEY": secrets.token_urlsafe(24), "DEMO_DOOR_KEY": secrets.token_urlsafe(24)}
        self.config = os.path.join(folder, "lockstep.yaml")

    def program(self, name):
        return os.path.join(self.build, "bin", name)

    def start_systems(self):
        command = [self.program("lockstep-emulators"), "--only", ",".join(self.crms), "--port-base", "0", "--json"] + ([] if self.limits else ["--no-limits"])
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        self.addresses = {}
        while len(self.addresses) < len(self.crms):
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the stand-ins did not start")
            served = json.loads(line)
            self.addresses[served["name"]] = served["base_url"]
        self.port = free_port()
        self.write_configuration(self.addresses)
        self.connect()
        self.operations = Http(f"http://127.0.0.1:{self.port}")

    def write_configuration(self, addresses):
        """`addresses`: where Lockstep finds the CRMs; a test may put something in between."""
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(self.template.format(port=self.port, tenant=TENANT, **addresses))
        with open(os.path.join(self.folder, "lockstep.key"), "w", encoding="utf-8") as file:
            import base64
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
        os.chmod(os.path.join(self.folder, "lockstep.key"), 0o600)

    def connect(self):
        """Signs independent readers in."""
        self.support = Support(f"http://127.0.0.1:{self.port}", self.environment["DEMO_SUPPORT_KEY"])
        self.systems = [self.client(name) for name in self.crms] + [self.support]
        for system in self.systems:
            setattr(self, system.name, system)

    @staticmethod
    def api(name):
        """Where the calls of a CRM's API begin, beside its sign-in."""
        return {system.name: system.api for system in (Salesforce, HubSpot, Dataverse)}[name]

    def client(self, name):
        """An independent reader of one CRM, signed in."""
        if name == "salesforce":
            return Salesforce(self.addresses[name]).sign_in("lockstep-client", "lockstep-secret")
        if name == "hubspot":
            return HubSpot(self.addresses[name]).sign_in(HUBSPOT_TOKEN)
        return Dataverse(self.addresses[name]).sign_in(TENANT, "lockstep-client", "lockstep-secret")

    def control(self, name, path, body=None, method=None):
        return Http(self.addresses[name]).call(method or ("POST" if body is not None else "GET"), "/__emulator/" + path, body)

    def subscribe(self):
        """Webhooks of the systems that have them."""
        door = f"http://127.0.0.1:{self.port}/webhooks"
        if "hubspot" in self.crms:
            self.control("hubspot", "webhooks", {"url": door + "/hubspot/events", "secret": "lockstep-secret", "subscriptions": "all"})
        if "dynamics365" in self.crms:
            entities = ["account", "contact", "incident", "annotation", "phonecall", "email"]
            self.control("dynamics365", "steps", {"entity": entities, "message": ["Create", "Update", "Delete", "Merge"], "url": door + "/dynamics365/steps",
                                                  "authtype": 5, "authvalue": {"x-api-key": self.environment["DEMO_DOOR_KEY"]}})

    def load_systems(self, customers):
        """What each CRM holds before Lockstep sees it."""
        makers = {"sf": ("salesforce", for_salesforce, {"account": "Account", "contact": "Contact", "case": "Case"}),
                  "hs": ("hubspot", for_hubspot, {"account": "companies", "contact": "contacts", "case": "tickets"}),
                  "d365": ("dynamics365", for_dataverse, {"account": "account", "contact": "contact", "case": "incident"})}
        makers = {short: made for short, made in makers.items() if made[0] in self.crms}
        accounts, contacts, cases = make_customers(customers, systems=[*makers, "support"])
        ids = {}
        for kind, records in (("account", accounts), ("contact", contacts)):
            for short, (name, make, objects) in makers.items():
                mine = [r for r in records if short in r["systems"]]
                for record, made in zip(mine, self.load(name, objects[kind], [make(kind, r, ids) for r in mine])):
                    ids[short, record["key"]] = made
        for short, (name, make, objects) in makers.items():
            mine = [r for r in cases if r["system"] == short]
            for record, made in zip(mine, self.load(name, objects["case"], [make("case", r, ids) for r in mine])):
                ids[short, record["key"]] = made
        if "hs" in makers:
            self.link_hubspot(contacts, cases, ids)
        self.customers = (accounts, contacts, cases)
        return sum(len(r["systems"]) for r in accounts + contacts) + len(cases)

    def load(self, name, table, rows):
        made = []
        for start in range(0, len(rows), 2000):
            made += self.control(name, "records/" + table, rows[start:start + 2000])["ids"]
        return made

    def link_hubspot(self, contacts, cases, ids):
        def link(left, right, kind, pairs):
            for start in range(0, len(pairs), 100):
                inputs = [{"from": {"id": a}, "to": {"id": b}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]}
                          for a, b in pairs[start:start + 100]]
                self.hubspot.call("POST", f"/crm/v4/associations/{left}/{right}/batch/create", {"inputs": inputs})
        link("contacts", "companies", 1, [(ids["hs", c["key"]], ids["hs", c["account"]["key"]]) for c in contacts if "hs" in c["systems"]])
        mine = [k for k in cases if k["system"] == "hs"]
        link("tickets", "contacts", 16, [(ids["hs", k["key"]], ids["hs", k["contact"]["key"]]) for k in mine])
        link("tickets", "companies", 26, [(ids["hs", k["key"]], ids["hs", k["account"]["key"]]) for k in mine])

    def load_support(self):
        """The support system's own records, through the built-in API."""
        accounts, contacts, cases = self.customers
        lines = []
        for kind, records in (("account", accounts), ("contact", contacts)):
            lines += [{"type": kind + "s", "id": r["key"], "fields": for_support(kind, r, {})} for r in records if "support" in r["systems"]]
        lines += [{"type": "cases", "id": r["key"], "fields": for_support("case", r, {})} for r in cases if r["system"] == "support"]
        for start in range(0, len(lines), 500):
            for line, answer in zip(lines[start:start + 500], self.support.batch(lines[start:start + 500])):
                if answer["status"] >= 300:
                    raise RuntimeError(f"support record {line} was refused: {answer}")

    def start_lockstep(self):
        self.log = open(os.path.join(self.folder, "lockstep.log"), "ab")
        self.lockstep_process = subprocess.Popen([self.program("lockstep"), "-c", self.config, "run"], stderr=self.log, env=self.environment)
        self.processes.append(self.lockstep_process)
        for _ in range(200):
            if self.lockstep_process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1).read()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"lockstep did not start; see {self.folder}/lockstep.log")

    def kill_lockstep(self):
        """As a power cut would: no handler runs."""
        self.lockstep_process.kill()
        self.lockstep_process.wait()
        self.processes.remove(self.lockstep_process)

    def lockstep(self, *arguments):
        result = subprocess.run([self.program("lockstep"), "-c", self.config, *arguments], capture_output=True, text=True, env=self.environment)
        if result.returncode != 0:
            raise RuntimeError(f"lockstep {' '.join(arguments)}: {result.stderr.strip() or result.stdout.strip()}")
        return result.stdout

    def lockstep_lines(self, *arguments):
        return [json.loads(line) for line in self.lockstep(*arguments, "--json").splitlines() if line.strip()]

    def status(self):
        return self.operations.call("GET", "/operations/status")

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def play(self, run, keep=False):
        """Calls run(), which says whether all was well, and stops everything; the folder stays for a look when it was not. Returns the exit code."""
        good = False
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # who is ended in the background leaves no process behind either
        try:
            good = run()
        except RuntimeError as error:
            print(f"\n  {error}", file=sys.stderr)
        finally:
            self.stop()
            if good and not keep:
                shutil.rmtree(self.folder, ignore_errors=True)
            else:
                print(f"  kept: {self.folder}")
        return 0 if good else 1
