"""`python bench`: what is measured, and how; one table with the machine and the sizes beside it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

EVENTS = 200_000
PARTS = ("yardstick", "judging", "sealing", "follow", "rebuild", "pages", "questions")


def main() -> int:
    options = _options()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="whereabouts-bench-"))
    os.environ.update(VAR_DIR=str(folder), DJANGO_SETTINGS_MODULE="console.settings")
    for name in ("DATABASE_URL", "REDIS_URL", "WHEREABOUTS_CONFIG"):
        os.environ.pop(name, None)
    from audit import servers  # reads VAR_DIR

    try:
        _measure(folder, options)
    finally:
        servers.release()
        if not options.folder and servers.remove(folder):
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure catch-up, rebuild, pages and questions.")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"of the bank's history (default: {EVENTS:,})")
    parser.add_argument("--folder", help="keep servers and data here; a history that stands there is used again")
    parser.add_argument("--only", choices=PARTS, action="append",
                        help="measure only this (may be given several times)")
    parser.add_argument("--pages", type=int, default=200, help="how many of each page are asked for (default: 200)")
    return parser.parse_args()


def _measure(folder: Path, options: argparse.Namespace) -> None:
    from audit import servers
    from audit.database import database_url
    from bench import judging, long, machine, pages, questions, sealing, yardstick
    from bench.running import MANAGE, timed
    from demobank.loading import load_history
    from demobank.store import reader_url

    def wanted(name: str) -> bool:
        return options.only is None or name in options.only

    _row("machine", machine.described())
    servers.ensure()
    bank = servers.address("bank")
    events = load_history(bank, events=options.events).events
    _row("events", f"{events:,} of the demo bank, three PostgreSQL stores")
    postmaster = machine.postmaster(database_url())
    measured = None
    if wanted("yardstick"):
        before = machine.seconds_of_server(postmaster)
        measured = yardstick.events_per_second(bank, database_url())
        after = machine.seconds_of_server(postmaster)
        _row("yardstick (raw COPY)", f"{measured:,.0f} events/s"
             + ("" if before is None or after is None else f", {(after - before) / events * 1e6:.0f} us in PostgreSQL"))
    _write_configuration(folder / "whereabouts.toml")
    environment = {"BANK_DATABASE_URL": reader_url(bank), "WHEREABOUTS_CONFIG": str(folder / "whereabouts.toml")}
    os.environ.update(environment)
    parts = [part for name, part in (("judging", judging), ("sealing", sealing)) if wanted(name)]
    whole = judging.apart(folder / "whole", MANAGE, environment) if parts else 0.0
    for part in parts:
        for name, text in part.measured(folder, environment, events, whole):
            _row(name, text)
    if wanted("follow"):
        before = machine.seconds_of_server(postmaster)
        run = timed(environment, "follow", "--once")
        after = machine.seconds_of_server(postmaster)
        ratio = f", {events / run.seconds / measured:.2f} of the yardstick" if measured else ""
        _row("catch-up", f"{events / run.seconds:,.0f} events/s{ratio} ({run.seconds:.1f} s)")
        _row("  processor time", f"{run.cpu / events * 1e6:.0f} us an event in Python"
             + ("" if before is None or after is None else f", {(after - before) / events * 1e6:.0f} us in PostgreSQL"))
        _row("  memory", f"{run.memory / 2**20:,.0f} MB at most")
    if wanted("rebuild"):
        run = timed(environment, "rebuild", "--json")
        _row("rebuild", f"{events / run.seconds:,.0f} events/s ({run.seconds:.1f} s, one process)")
    if wanted("pages"):
        for name, text in pages.measured(options.pages):
            _row(name, text)
    if wanted("questions"):
        for name, text in [*questions.measured(options.pages), *long.measured(folder / "long")]:
            _row(name, text)


def _write_configuration(path: Path) -> None:
    """The demo bank's own, with its model's whole path."""
    text = (ROOT / "demobank" / "whereabouts.toml").read_text(encoding="utf-8")
    model = tomllib.loads(text)["model"]
    path.write_text(text.replace(f'"{model}"', f'"{ROOT / "demobank" / model}"', 1), encoding="utf-8")


def _row(name: str, text: str) -> None:
    print(f"{name:<22} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
