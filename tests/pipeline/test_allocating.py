"""Memory that a batch needed is given back to the system."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from audit.allocating import give_back

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))

give_back()
bytes(1) * 3_000_000  # left to itself, the C library keeps what is smaller from now on
pairs = [[bytes(1) * 300_000, bytes(1) * 2_000] for _ in range(300)]
before = resident()
for pair in pairs:
    del pair[0]
print(before - resident())
"""


def test_large_blocks_go_back_though_small_ones_between_them_stay() -> None:
    given = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=30)
    assert int(given.stdout) > 50_000, "KB"
