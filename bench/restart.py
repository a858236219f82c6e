"""How long Lockstep is away: kill -9 and start again on a large store, until it delivers; and what a backup of it costs."""
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools", "demo"))

import measure  # noqa: E402
from world import World, waiting  # noqa: E402


def people(count):
    return [{"FirstName": "Nia", "LastName": f"Novak{n}", "Email": f"nia.novak{n}@customer{n}.example"} for n in range(count)]


def links(world):
    return sum(system.get("links", 0) for system in world.status()["systems"])


def measured(build, wanted_links, kills=3):
    """Seconds of each restart until an edit made through the API arrived in a CRM; seconds of a backup; links in the store."""
    folder = tempfile.mkdtemp(prefix="lockstep-restart-")
    world = World(build, folder, policies="default_policy: {strategy: last_write_wins}\n")
    try:
        world.start_systems()
        world.load("salesforce", "Contact", people(wanted_links // 4))
        world.start_lockstep()
        measure.wait_for("all is linked", lambda: links(world) >= wanted_links // 4 * 4 and waiting(world.status()) == 0, 3600, 1.0)
        restarts = []
        for number in range(kills):
            world.kill_lockstep()
            begun = time.monotonic()
            world.start_lockstep()
            before = links(world)
            world.support.put("contact", f"restart{number}", {"first_name": "Rae", "last_name": f"Restart{number}", "email": f"rae{number}@restart.example"})
            measure.wait_for("the new record is everywhere", lambda: links(world) >= before + 1 + len(world.crms) and waiting(world.status()) == 0, 120, 0.05)
            restarts.append(time.monotonic() - begun)
        begun = time.monotonic()
        world.lockstep("backup", "--to", os.path.join(folder, "backups"))
        return {"restarts": restarts, "backup": time.monotonic() - begun, "links": links(world), "bytes": os.path.getsize(os.path.join(folder, "lockstep.db"))}
    finally:
        world.stop()
        shutil.rmtree(folder, ignore_errors=True)
