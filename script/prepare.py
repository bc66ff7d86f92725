"""From a bare machine to a `.venv` with everything in it, once; a later start finds its stamp and returns at once.

Runs under the machine's own Python, so it uses the standard library alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
FREE_BYTES_MIN = 20_000_000
REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "requirements-local.txt"]


def main() -> None:
    with REQUIREMENTS[-1].open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two scripts may start at once in one checkout
        wanted = stamp()
        if not (PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted):
            say("Setting up .venv (about 800 MB), once: nothing more is said for a minute or two, or longer")
            make_environment()
            install()
            STAMP.write_text(wanted)


def stamp() -> str:
    """Changes with the requirements, this Python and the checkout's place."""
    content = b"".join(file.read_bytes() for file in REQUIREMENTS)
    where = f"{sys.version_info[0]}.{sys.version_info[1]} {ROOT}".encode()
    return hashlib.sha256(content + where).hexdigest()


def works(python: Path) -> bool:
    done = run([python, "-c", "import sys, pip; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 12))"])
    return done.returncode == 0


def make_environment() -> None:
    create: list[str | Path] = [sys.executable, "-m", "venv", "--clear", VENV]
    done = run(create)
    if done.returncode != 0 and not is_disk_full(done) and may_use_apt():
        apt_install([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"])
        done = run(create)
    if done.returncode != 0 or not works(PYTHON):
        mend = f"install python{sys.version_info[0]}.{sys.version_info[1]}-venv (Debian), or this Python's venv and pip"
        reason = "the disk is full" if is_disk_full(done) else mend
        stop(f"{sys.executable} cannot make a virtual environment in {VENV}: {reason}")


def install() -> None:
    quiet = ["--disable-pip-version-check", "--no-input", "--no-compile", "--quiet"]
    done = run([PYTHON, "-m", "pip", "install", *quiet, "-r", REQUIREMENTS[-1]])
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        reason = "the disk is full" if is_disk_full(done) else " ".join((said or ["pip says nothing"])[-1].split())
        stop(f"the requirements cannot be installed: {reason}")


def may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: Sequence[str]) -> bool:
    """Install Debian packages, refreshing the lists first; whether that worked."""
    say(f"Installing {', '.join(packages)} by apt-get")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-q"], environment)
    done = run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages], environment)
    return done.returncode == 0


def run(
    command: Sequence[str | Path], environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    parts = [str(part) for part in command]
    return subprocess.run(parts, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def is_disk_full(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether that is why it failed: not everything that is started says so."""
    return "No space left on device" in done.stdout + done.stderr or shutil.disk_usage(ROOT).free < FREE_BYTES_MIN


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> NoReturn:
    say(f"error: {text}")
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OSError as error:
        stop(f"{error.filename or ROOT}: {error.strerror}")
