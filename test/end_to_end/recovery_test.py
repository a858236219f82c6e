"""The drills in their short forms, and the manners of backup and restore beside a running program."""
import os
import subprocess
import sys
import unittest

import harness
from harness import SOURCE, EndToEnd, main, wait_until
from traffic import Traffic


SHORT = ("--request-life", "5s")


class DrillTest(unittest.TestCase):
    def drill(self, tool, *arguments):
        command = [sys.executable, os.path.join(SOURCE, "tools", tool), "--build", harness.BUILD, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=800, check=False)
        self.assertEqual(result.returncode, 0, result.stdout[-5000:] + result.stderr[-3000:])
        self.assertNotIn("MISSED", result.stdout)
        return result.stdout

    def test_a_lost_store_is_restored_with_nothing_lost_doubled_or_undead(self):
        said = self.drill("drill.py", "--customers", "40", "--rounds", "2", "--every", "4", "--expire", "--quiet", "2", *SHORT)
        self.assertIn("RPO, worst", said)
        self.assertIn("RTO, worst", said)

    def test_killed_at_random_nothing_is_lost_or_doubled(self):
        self.assertIn("lost, doubled, different", self.drill("kill.py", "--customers", "60", "--times", "10", "--seed", "5", *SHORT))

    def test_refused_cut_and_signed_out_everything_drains(self):
        said = self.drill("chaos.py", "--customers", "20", "--burst", "8", "--length", "5", "--limit", "180", *SHORT)
        self.assertIn("cut connections", said)


class BackupTest(EndToEnd):
    def run_it(self, world, *arguments):
        return subprocess.run([world.program("lockstep"), "-c", world.config, *arguments], capture_output=True, text=True, timeout=60, check=False, env=world.environment)

    def test_a_restore_is_refused_beside_a_running_lockstep_and_so_is_a_second_one(self):
        world = self.make_world(crms=("salesforce", "dynamics365"), policies=harness.LAST_WRITE_WINS + "backup: {to: backups, every: 1m, keep: 2}\n")
        world.load_systems(8)
        world.start_lockstep()
        world.load_support()
        self.assert_in_step(world)
        wait_until("it made a backup by itself", lambda: world.lockstep_lines("backup", "--list"), 90)
        for arguments in (["restore", "latest"], ["run"], ["sync"]):
            refused = self.run_it(world, *arguments)
            self.assertNotEqual(refused.returncode, 0, arguments)
            self.assertIn("another lockstep is at work", refused.stderr)
        for _ in range(3):
            made = world.lockstep_lines("backup")[0]
        self.assertEqual([one["file"] for one in world.lockstep_lines("backup", "--list")][0], made["file"])
        self.assertEqual(len(os.listdir(os.path.join(world.folder, "backups"))), 2, "the newest two stay")
        for private in ("lockstep.db", os.path.join("backups", os.path.basename(made["file"]))):
            self.assertEqual(os.stat(os.path.join(world.folder, private)).st_mode & 0o077, 0, f"{private} is its owner's alone")
        world.kill_lockstep()
        self.assertEqual(self.run_it(world, "restore", "nowhere.db").returncode, 4)
        self.assertEqual(world.lockstep_lines("restore", "latest")[0]["epoch"], 1)
        world.start_lockstep()
        self.assert_in_step(world)
        self.assert_store_sound(world)

    def test_what_happened_since_the_backup_is_learnt_again(self):
        world = self.make_world(crms=("salesforce", "dynamics365"))
        world.load_systems(12)
        world.subscribe()
        world.start_lockstep()
        world.load_support()
        self.assert_in_step(world)
        backup = world.lockstep_lines("backup", "--to", os.path.join(world.folder, "backups"))[0]["file"]
        traffic = Traffic(world, seed=2)
        traffic.conversations = False
        for _ in range(30):
            traffic.step()
        self.assert_in_step(world)
        before = {system.name: sorted(str(r) for r in system.records("contact")) for system in world.systems if system.name != "support"}
        world.kill_lockstep()
        world.lockstep("restore", backup)
        world.start_lockstep()
        wait_until("every system was read again", lambda: not world.status()["recovering"], 60)
        self.assert_in_step(world)
        after = {system.name: sorted(str(r) for r in system.records("contact")) for system in world.systems if system.name != "support"}
        self.assertEqual(after, before, "the CRMs hold what they held")


if __name__ == "__main__":
    sys.exit(main())
