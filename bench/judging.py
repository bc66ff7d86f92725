"""What judging adds to catch-up: the same events read twice into empty instances, with the rules and without, compared
by processor time; `python -m bench.judging FOLDER SCRIPT` is one of the two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import machine
from bench.running import timed

ROOT = Path(__file__).resolve().parent.parent
UNJUDGED = Path(__file__).with_name("unjudged.py")


def measured(folder: Path, environment: Mapping[str, str], events: int, judged: float) -> Iterator[tuple[str, str]]:
    """One row. `environment` says where the bank is, `judged` what a whole catch-up takes."""
    without = apart(folder / "unjudged", UNJUDGED, environment)
    yield "judging", (
        f"adds {judged / without - 1:.0%} to catch-up: {without / events * 1e6:.0f} us an event without rules,"
        f" {judged / events * 1e6:.0f} us with them (Python and PostgreSQL)"
    )


def apart(folder: Path, script: Path, environment: Mapping[str, str]) -> float:
    """Seconds of the processor that one catch-up takes, in an instance of its own."""
    there = {**os.environ, **environment, "VAR_DIR": str(folder)}
    for name in ("DATABASE_URL", "REDIS_URL"):
        there.pop(name, None)
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "bench.judging", str(folder), str(script)]
    done = subprocess.run(command, cwd=ROOT, env=there, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench.judging failed: {done.stderr.decode(errors='replace').strip()[-2000:]}")
    return float(json.loads(done.stdout))


def main() -> None:
    from audit import servers
    from audit.database import database_url

    folder, script = sys.argv[1:]
    servers.ensure()
    try:
        server = machine.postmaster(database_url())
        before = machine.seconds_of_server(server) or 0.0
        run = timed({}, "follow", "--once", script=Path(script))
        print(json.dumps(run.cpu + (machine.seconds_of_server(server) or 0.0) - before))
    finally:
        servers.release()
        servers.remove(Path(folder))


if __name__ == "__main__":
    main()
