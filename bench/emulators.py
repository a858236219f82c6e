"""What a stand-in costs: how long it takes to start, and to load a million contacts through the control plane."""
import http.client
import json
import os
import subprocess
import time

MILLION = 1_000_000
CONTACTS = {  # object and record of each stand-in, as a test would load it
    "salesforce": ("Contact", lambda i: {"FirstName": f"First{i}", "LastName": f"Last{i}", "Email": f"first{i}.last{i}@example.com", "Phone": f"+49 30 {i:07d}", "Title": "Engineer", "MailingCity": "Berlin"}),
    "hubspot": ("contacts", lambda i: {"firstname": f"First{i}", "lastname": f"Last{i}", "email": f"first{i}.last{i}@example.com", "phone": f"+49 30 {i:07d}", "jobtitle": "Engineer", "city": "Berlin"}),
    "dynamics365": ("contacts", lambda i: {"firstname": f"First{i}", "lastname": f"Last{i}", "emailaddress1": f"first{i}.last{i}@example.com", "telephone1": f"+49 30 {i:07d}", "jobtitle": "Engineer", "address1_city": "Berlin"}),
    "zendesk": ("users", lambda i: {"name": f"First{i} Last{i}", "email": f"first{i}.last{i}@example.com", "phone": f"+49 30 {i:07d}"}),
}


class StandIn:
    def __init__(self, build, name):
        began = time.monotonic()
        command = [f"{build}/bin/lockstep-emulators", "--port-base", "0", "--json", *(["--only", name] if name else [])]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(json.loads(self.process.stdout.readline())["base_url"].rsplit(":", 1)[1])
        self.started_s = time.monotonic() - began

    def post(self, path, body, content_type):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("POST", "/__emulator/" + path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {text[:500]}")
        return text

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_bytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))

    def stop(self):
        self.process.terminate()
        self.process.wait()


def start(build, repetitions=5):
    """Seconds until all stand-ins answer: the best of some, which a neighbour's load disturbed least."""
    best = None
    for _ in range(repetitions):
        stand_in = StandIn(build, "")
        stand_in.stop()
        best = min(best or stand_in.started_s, stand_in.started_s)
    return best


def load(build, name, records):
    """One call with all records as JSON; seconds on the clock and of its processor time, and peak memory."""
    object_name, record = CONTACTS[name]
    body = "[" + ",".join(json.dumps(record(i)) for i in range(records)) + "]"
    stand_in = StandIn(build, name)
    try:
        began = time.monotonic()
        stand_in.post("records/" + object_name, body.encode(), "application/json")
        return {"seconds": time.monotonic() - began, "processor_s": stand_in.cpu_s(), "peak_bytes": stand_in.peak_bytes()}
    finally:
        stand_in.stop()
