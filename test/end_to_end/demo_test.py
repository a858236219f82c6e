"""The demo itself, as a visitor starts it."""
import os
import subprocess
import sys
import unittest

import harness
from harness import SOURCE, main


class DemoTest(unittest.TestCase):
    def test_it_ends_by_itself_with_every_system_in_step(self):
        command = [sys.executable, os.path.join(SOURCE, "tools", "demo.py"), "--build", harness.BUILD, "--once", "--customers", "40"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
        self.assertEqual(result.returncode, 0, result.stdout[-4000:] + result.stderr[-2000:])
        self.assertIn("All four systems are in step.", result.stdout)
        self.assertIn("review resolve", result.stdout, "it shows how to decide a conflict")


if __name__ == "__main__":
    sys.exit(main())
