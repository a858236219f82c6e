"""The demo itself, as a visitor starts it."""
import os
import shutil
import subprocess
import sys
import unittest
import urllib.request

import harness
from harness import SOURCE, main


class DemoTest(unittest.TestCase):
    def test_it_ends_by_itself_with_every_system_in_step(self):
        command = [sys.executable, os.path.join(SOURCE, "tools", "demo.py"), "--build", harness.BUILD, "--once", "--customers", "40"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
        self.assertEqual(result.returncode, 0, result.stdout[-4000:] + result.stderr[-2000:])
        self.assertIn("All four systems are in step.", result.stdout)
        self.assertIn("review resolve", result.stdout, "it shows how to decide a conflict")

    def test_it_takes_its_processes_with_it_when_it_is_ended(self):
        command = [sys.executable, os.path.join(SOURCE, "tools", "demo.py"), "--build", harness.BUILD, "--customers", "3"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
            line = next(line for line in demo.stdout if line.startswith("  lockstep "))
            address, folder = line.split()[1], os.path.dirname(line.split()[3].rstrip(")"))
            demo.terminate()
            rest = demo.stdout.read()
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.assertIn(f"kept: {folder}", rest)
        with self.assertRaises(OSError):
            urllib.request.urlopen(address + "/healthz", timeout=5)


if __name__ == "__main__":
    sys.exit(main())
