"""`script/test`: lint, types, direction and tests, each by name; everything runs, and any failure fails the run.

With --long also those that take long: kills and many histories (where CI=true, too), and many events, which
measure time and want a quiet machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence

from script.prepare import apt_install, may_use_apt, say

CHECKS = {
    "lint (ruff)": ["ruff", "check", "."],
    "types (mypy)": ["mypy"],
    "direction (import-linter)": ["importlinter.cli", "lint-imports"],
    "tests (pytest)": ["pytest", "-m", "not slow and not stress", "--durations", "15", "--durations-min", "2"],
}
STRESS = {"kills, histories, interleavings (pytest)": ["pytest", "-m", "stress"]}
LONG = {**STRESS, "many events (pytest)": ["pytest", "-m", "slow and not stress"]}
WORKERS_MAX = 4  # each starts a PostgreSQL of its own
IN_PARALLEL = ["--dist", "loadfile", "--no-loadscope-reorder"]  # a file's tests share what they stand on
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def main(arguments: Sequence[str]) -> int:
    is_long = arguments[:1] == ["--long"]
    passed_on = list(arguments[1:] if is_long else arguments)
    passed_on = passed_on[1:] if passed_on[:1] == ["--"] else passed_on
    get_chromium()
    get_poppler()
    also = LONG if is_long else STRESS if os.environ.get("CI") == "true" and not passed_on else {}
    checks = {**CHECKS, **also}
    failed = [name for name, command in checks.items() if not passes(name, command, passed_on)]
    if failed:
        say(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


def passes(name: str, command: Sequence[str], passed_on: Sequence[str]) -> bool:
    """Run one check in the open; its own output says what is wrong."""
    say(f"\n== {name}")
    started = time.monotonic()
    run = [sys.executable, "-m", *command]
    if command[0].startswith("importlinter"):
        run = [sys.executable, "-c", _LINT_IMPORTS]
    elif command[0] == "pytest":
        run += [*IN_PARALLEL, "-n", str(min(os.cpu_count() or 1, WORKERS_MAX)), *passed_on]
    code = subprocess.run(run, check=False).returncode
    say(f"== {name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return code == 0


def get_chromium() -> None:
    """Where apt-get may be used, browser tests get their browser; elsewhere they skip and say so."""
    if shutil.which("chromium") or not may_use_apt() or apt_install(["chromium", "fonts-liberation"]):
        return
    say("Chromium could not be installed; browser tests will " + ("fail" if os.environ.get("CI") else "be skipped"))


def get_poppler() -> None:
    """What reads a PDF that is not ours; the tests that need it skip without."""
    if shutil.which("pdftotext") or not may_use_apt() or apt_install(["poppler-utils"]):
        return
    say("poppler-utils could not be installed; tests that read a PDF will be skipped")


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
