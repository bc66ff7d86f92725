"""An account of 50,000 events in an instance of its own, asked why and when by `python -m bench.long FOLDER`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.questions import spread, timings
from bench.running import timed

ROOT = Path(__file__).resolve().parent.parent
EVENTS, ROUNDS = 50_000, 20
ACCOUNT, START = "A-1", datetime(2026, 1, 1, tzinfo=UTC)
WHEN = (
    ("balance", "balance < 1000"),
    ("state", "state = frozen"),
    ("field", "daily_limit > 5000"),
    ("payload field", 'payload.channel = "branch"'),
)


def measured(folder: Path) -> Iterator[tuple[str, str]]:
    """Rows of the table, measured by another process: an instance belongs to its process."""
    environment = {**os.environ, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "console.settings"}
    for name in ("DATABASE_URL", "REDIS_URL", "WHEREABOUTS_CONFIG"):
        environment.pop(name, None)
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench.long", str(folder)], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"bench.long failed: {done.stderr.decode(errors='replace').strip()[-2000:]}")
    yield from (tuple(row) for row in json.loads(done.stdout))


def main() -> None:
    import django

    from audit import servers

    servers.ensure()
    django.setup()
    try:
        print(json.dumps(list(_asked(Path(sys.argv[1])))))
    finally:
        servers.release()


def _asked(folder: Path) -> Iterator[tuple[str, str]]:
    file = folder / "long.ndjson"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(event) + "\n" for event in _events())
    timed({}, "ingest", str(file), "--model", str(ROOT / "demobank" / "model.toml"))
    from audit.answers.when import when
    from audit.answers.why import why
    from audit.database import close_pools
    from audit.values import Subject

    chosen = [Subject("account", ACCOUNT)] * ROUNDS
    yield f"why, {EVENTS:,} events", spread(timings(why, chosen))
    for name, claim in WHEN:
        took = timings(lambda inquiry, subject, claim=claim: when(inquiry, subject, claim), chosen)  # type: ignore[misc]
        yield f"when, {EVENTS:,} events" if name == WHEN[0][0] else "", f"{name}: {spread(took)}"
    close_pools()


def _events() -> Iterator[dict[str, Any]]:
    yield _event(1, "AccountOpened", {"account": ACCOUNT, "customer": "C-1", "kind": "current", "currency": "DKK",
                                      "holder": "Bo Lind", "iban": "DK5000400440116243"})  # fmt: skip
    for version in range(2, EVENTS + 1):
        if version % 100 == 0:
            yield _event(version, "LimitChanged", {"amount": str(version % 10_000), "currency": "DKK"})
        elif version % 500 == 1:
            yield _event(version, "AccountFrozen", {"reason": "asked for"})
        elif version % 500 == 2 and version > 500:
            yield _event(version, "AccountReopened", {})
        elif version % 3:
            channel = "branch" if version % 50 == 7 else "machine"
            yield _event(version, "Deposited", {"amount": "10.00", "currency": "DKK", "channel": channel})
        else:
            yield _event(version, "FeeCharged", {"amount": "15.00", "currency": "DKK", "fee": "card"})


def _event(version: int, type_: str, data: dict[str, Any]) -> dict[str, Any]:
    time = (START + timedelta(minutes=version)).isoformat()
    return {"specversion": "1.0", "id": f"long-{version}", "source": "core", "subject": f"account-{ACCOUNT}",
            "type": type_, "time": time, "recordedtime": time, "sequence": str(version), "data": data}  # fmt: skip


if __name__ == "__main__":
    main()
