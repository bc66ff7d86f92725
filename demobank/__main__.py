"""python -m demobank: load the demo bank's history, run it live, or export its events."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path

import psycopg

from demobank import answer_key, export
from demobank.history import EVENTS, SEED
from demobank.live import live
from demobank.loading import load_history
from demobank.store import StoreRefused


def main(arguments: list[str] | None = None) -> int:
    """0 done, 1 the database could not be used, 3 usage."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.command is None:
        parser.print_help()
        return 3
    url = chosen.url or os.environ.get("BANK_DATABASE_URL")
    if not url:
        parser.error("say where the bank's own database is: --url URL, or BANK_DATABASE_URL")
    try:
        {"history": _history, "live": _live, "export": _export}[chosen.command](url, chosen)
    except KeyboardInterrupt:
        return 130  # nothing is half done: a history is one transaction
    except (StoreRefused, psycopg.Error, ValueError) as error:
        print(f"demobank: {error}".strip(), file=sys.stderr)
        return 1
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        self.exit(3, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m demobank", description="A small bank; it writes only to its own database.")
    commands = parser.add_subparsers(dest="command")
    history = commands.add_parser("history", help="write the bank's past, once")
    history.add_argument("--anchor", type=_time, help="when the history ends, RFC 3339; default: now")
    history.add_argument("--faults", type=Path, help="where to write the planted faults' answer key")
    history.add_argument("--seed", default=SEED)
    history.add_argument("--events", type=int, default=EVENTS)
    running = commands.add_parser("live", help="go on from there until stopped")
    running.add_argument("--rate", type=float, default=4.0, help="events a second, on the average")
    exporting = commands.add_parser("export", help="all events as CloudEvents JSON lines on standard output")
    for command in (history, running, exporting):
        command.add_argument("--url", help="the bank's own database; default: BANK_DATABASE_URL")
    return parser


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no zone: write {text}Z for UTC")
    return time


def _history(url: str, chosen: argparse.Namespace) -> None:
    progress = _show if sys.stderr.isatty() else None
    loaded = load_history(url, chosen.anchor, chosen.seed, chosen.events, progress)
    if chosen.faults is not None:
        answer_key.write(chosen.faults, loaded.answers)
    done = "written" if loaded.is_new else "already there"
    print(f"{loaded.events} events up to {loaded.anchor.isoformat()}, {len(loaded.answers)} planted faults: {done}")


def _show(done: int, total: int) -> None:
    print(f"\r{done} of {total} events", end="\n" if done >= total else "", file=sys.stderr, flush=True)


def _live(url: str, chosen: argparse.Namespace) -> None:
    live(url, chosen.rate)


def _export(url: str, _: argparse.Namespace) -> None:
    for line in export.cloudevents(url):
        sys.stdout.buffer.write(line)


if __name__ == "__main__":
    sys.exit(main())
