"""A first load and a full refresh of many contacts: Lockstep beside a script over the vendors' clients, the same stand-ins,
without rate limits. A record is counted in each system that Lockstep keeps it in; the script carries it to one."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools", "demo"))

import world as demo_world  # noqa: E402


def contact(number):
    return {"firstname": f"First{number % 977}", "lastname": f"Last{number}", "email": f"person{number}@company{number % 5000}.example",
            "phone": f"+4930{number % 10**7:07d}", "mobilephone": f"+49151{number % 10**7:07d}", "jobtitle": ["Buyer", "Engineer", "Owner"][number % 3],
            "address": f"{number % 200} Main Street", "city": "Berlin", "state": "Berlin", "zip": f"{10000 + number % 5000}", "country": "Germany",
            "website": f"https://company{number % 5000}.example", "message": f"Customer since {1990 + number % 30}"}


def load(world, count):
    for start in range(0, count, 5000):
        world.control("hubspot", "records/contacts", [contact(n) for n in range(start, min(start + 5000, count))])


def peer(build, count):
    """The script: one way, HubSpot to Salesforce. The first time, and once more when all is there."""
    folder = tempfile.mkdtemp(prefix="lockstep-bench-")
    world = demo_world.World(build, folder)
    try:
        world.start_systems()
        load(world, count)
        script = os.path.join(ROOT, "bench", "peers", "one_way.mjs")
        if not os.path.isdir(os.path.join(ROOT, "bench", "peers", "node_modules")):
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=os.path.dirname(script), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        command = ["node", script, world.addresses["hubspot"], world.addresses["salesforce"]]
        runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2)]
        return [json.loads(run.stdout.strip().splitlines()[-1]) for run in runs]
    finally:
        world.stop()
        shutil.rmtree(folder, ignore_errors=True)


def peak_memory(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        parts = file.read().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def least_calls(count, systems, polled):
    """Each object listed, of which all but one are empty; each record listed once where it stands, told its id there, and
    created once elsewhere, in full batches. Where feeds are read while it runs, they cannot but tell each of our writes once."""
    pages = lambda size: -(-count // size)
    calls = {"hubspot": 5 + pages(100) + pages(100), "salesforce": 5 + pages(200), "dynamics365": 6 + pages(100)}
    feeds = {"hubspot": pages(200), "salesforce": pages(2000), "dynamics365": pages(5000)}
    return sum(calls[name] + (feeds[name] if polled else 0) for name in systems)


def least_refresh_calls(count, systems):
    """Each object listed once, of which all but one are empty, and the account asked for; who is signed in stays so."""
    pages = lambda size: -(-count // size)
    calls = {"hubspot": 5 + pages(100), "salesforce": 4 + pages(2000), "dynamics365": 5 + pages(3000)}
    return sum(calls[name] for name in systems)


def full_refresh(world, count, systems):
    """Every record of every system is read and compared, by a program that starts and ends. Not the first time: after a load, versions
    come to be known that only a read tells."""
    world.lockstep_process.send_signal(signal.SIGTERM)
    world.lockstep_process.wait()
    world.lockstep("sync", "--full")
    started = time.time()
    with subprocess.Popen([world.program("lockstep"), "-c", world.config, "sync", "--full", "--json"], stdout=subprocess.PIPE, env=world.environment) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.time() - started
    told = json.loads(output.decode().strip().splitlines()[-1])["systems"]
    read = sum(s.get("read", 0) for s in told)
    if process.returncode != 0 or read < count * len(systems) or any(s.get("written", 0) for s in told):
        raise RuntimeError(f"a full refresh that does not read everything, or writes: {output.decode()}")
    return {"records": count * len(systems), "seconds": seconds, "calls": {s["name"]: s["calls"] for s in told if not s["hosted"]},
            "least_calls": least_refresh_calls(count, systems), "peak_memory_bytes": usage.ru_maxrss * 1024}


def calls_so_far(world):
    return {s["name"]: s.get("calls", 0) for s in world.status()["systems"] if not s["hosted"]}


def let_feeds_end(world, systems, limit_seconds=900):
    """Until each feed has told all that was written, also what an index shows late: then polls alone call, a few a minute. The
    stand-ins are asked, since a poll tells its calls when it ends."""
    calls = lambda: sum(world.control(name, "counts")["total_calls"] for name in systems)
    time.sleep(100)  # a poll and an index delay
    until, before = time.time() + limit_seconds, calls()
    while time.time() < until:
        time.sleep(20)
        now = calls()
        if now - before <= 10 * len(systems):
            return
        before = now
    raise RuntimeError(f"the feeds were not read to their ends within {limit_seconds} s")


def lockstep(build, count, systems):
    """From an empty store until nothing is owed and every system holds every contact; then a full refresh of it."""
    folder = tempfile.mkdtemp(prefix="lockstep-bench-")
    world = demo_world.World(build, folder, crms=systems, polls={name: dict.fromkeys(("account", "contact", "case", "interaction"), "60s") for name in systems})
    try:
        world.start_systems()
        load(world, count)
        started = time.time()
        world.start_lockstep()
        pid = world.lockstep_process.pid
        done = None
        while done is None:
            time.sleep(max(0.1, count / 200_000))  # a look counts what is owed
            status = world.status()
            owed = sum(s.get(k, 0) for s in status["systems"] for k in ("ready", "in_flight", "to_read"))
            listed = all(s.get("first_listing_done", True) for s in status["systems"])
            links = {s["name"]: s.get("links", 0) for s in status["systems"]}
            if listed and owed == 0 and status["entities"] == count and all(held == count for held in links.values()):
                done = time.time()
            if time.time() - started > 1800:
                raise RuntimeError(f"not done in half an hour: {status}")
        memory, cpu = peak_memory(pid), cpu_seconds(pid)
        polled = done - started > 40  # the first poll comes then
        if polled:
            let_feeds_end(world, systems)
        calls = calls_so_far(world)
        load_result = {"records": count * len(calls), "seconds": done - started, "calls": calls, "least_calls": least_calls(count, calls, polled),
                "peak_memory_bytes": memory, "cpu_seconds": cpu, "dead_letters": status["dead_letters"], "open_reviews": status["open_reviews"]}
        return load_result, full_refresh(world, count, systems)
    finally:
        world.stop()
        shutil.rmtree(folder, ignore_errors=True)
