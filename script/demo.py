"""`script/demo`: the demo bank and the console on this machine, from nothing; Ctrl-C stops everything."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import redis

from audit import servers
from audit.errors import UsageError, WhereaboutsError
from audit.given import given
from audit.instance import load_model
from audit.management.progress import Progress
from demobank import answer_key, store
from demobank.history import EVENTS, SEED
from demobank.loading import Loaded, load_history
from script.children import Children

ROOT = Path(__file__).resolve().parent.parent
PORT = 8000
PORTS_TRIED_MAX = 20
ANSWER_SECONDS_MAX = 30
MANAGE: tuple[str, ...] = (sys.executable, str(ROOT / "manage.py"))


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see script/demo --help)")


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _as_interrupt)  # SIGINT too: a shell lets its background jobs ignore it
    try:
        port = 0 if options.once else free_port(options.port)
        loaded, environment = prepare(options)
        if options.once:
            summarise(loaded, environment)
        else:
            serve(port, options.rate, environment)
    except KeyboardInterrupt:
        say("\nStopped." if not options.once else "\nInterrupted.")
        return 130 if options.once else 0
    finally:
        servers.release()
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Our options, and after `--` the demo bank's."""
    parser = Parser(prog="script/demo", description="The demo bank and the console, from nothing.")
    parser.add_argument("--port", type=int, help=f"the console's port (default: {PORT}, or the next free one)")
    parser.add_argument("--once", action="store_true", help="load the history, print what was found, serve nothing")
    parser.add_argument("--anchor", type=moment, help="when the bank's history ends, RFC 3339 (default: now)")
    bank = parser.add_argument_group("after --", "for the demo bank")
    bank.add_argument("--events", type=int, default=EVENTS, help=f"how long its history is (default: {EVENTS:,})")
    bank.add_argument("--seed", default=SEED, help="another seed, another bank")
    bank.add_argument("--rate", type=float, default=4.0, help="events a second, live (default: 4)")
    options = parser.parse_args([argument for argument in arguments if argument != "--"])
    if options.port is not None and not 0 < options.port < 65536:
        raise UsageError(f"--port {options.port} is not a port: choose one from 1024 to 65535")
    return options


def moment(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time: write 2026-11-21T12:00:00Z") from None
    if time.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no zone: write {text}Z for UTC")
    return time


def free_port(wanted: int | None) -> int:
    """The port that was asked for, or the first free one from 8000 on."""
    for port in [wanted] if wanted is not None else range(PORT, PORT + PORTS_TRIED_MAX):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except PermissionError:
                raise UsageError(f"port {port} is reserved for the system: choose another with --port") from None
            except OSError:
                continue
    tried = f"port {wanted} is" if wanted is not None else f"the ports from {PORT} to {PORT + PORTS_TRIED_MAX - 1} are"
    raise WhereaboutsError(f"{tried} taken: choose another with --port")


def prepare(options: argparse.Namespace) -> tuple[Loaded, dict[str, str]]:
    """Servers, the bank's history, a configuration that names it; a new history is read before anyone looks at it."""
    say("Starting PostgreSQL and Redis")
    servers.ensure()
    see_that_the_queue_answers()
    bank = servers.address("bank")
    loaded = load(bank, options)
    answer_key.write(servers.var_dir() / "faults.json", loaded.answers)
    config = write_configuration(servers.var_dir())
    environment = {
        **os.environ,
        "BANK_DATABASE_URL": bank,
        "WHEREABOUTS_CONFIG": str(config),
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "SECOND_FACTOR": os.environ.get("SECOND_FACTOR", "optional"),  # nobody wants a telephone to try a demo
    }
    if not loaded.is_new:
        renew_model(environment)
    if loaded.is_new or options.once:
        say("Reading the bank's events")
        command("follow", "--once", environment=environment)
    return loaded, environment


def see_that_the_queue_answers() -> None:
    """A worker would wait for it for ever, and say so in its log alone."""
    try:
        with redis.Redis.from_url(given("REDIS_URL"), socket_connect_timeout=ANSWER_SECONDS_MAX) as queue:
            queue.ping()
    except (redis.RedisError, ValueError) as error:
        raise WhereaboutsError(f"REDIS_URL cannot be used: {' '.join(str(error).split())}") from None


def renew_model(environment: dict[str, str]) -> None:
    """After an update of the checkout: the demo bank's model as it is now, over what was read with an older one."""
    model = ROOT / "demobank" / "model.toml"
    status = subprocess.run([*MANAGE, "status", "--json"], env=environment, capture_output=True, text=True, check=False)
    before = json.loads(status.stdout)["model"] if status.returncode == 0 else None
    if before is not None and before != load_model(model).hash:
        say("The demo bank's model has changed: reading all events anew with it")
        command("rebuild", "--model", str(model), environment=environment)


def load(bank: str, options: argparse.Namespace) -> Loaded:
    progress = Progress()
    try:
        loaded = load_history(
            bank,
            options.anchor,
            options.seed,
            options.events,
            lambda done, total: progress("The demo bank's history", done, total),
        )
    except (store.StoreRefused, psycopg.Error, ValueError) as error:
        raise WhereaboutsError(f"the demo bank's history cannot be written: {' '.join(str(error).split())}") from None
    finally:
        progress.close()
    if options.anchor is not None and loaded.anchor != options.anchor.astimezone(UTC):
        there = f"the bank's history is there already and ends at {loaded.anchor.isoformat()}"
        raise UsageError(f"{there}: choose another VAR_DIR, or no --anchor")
    say(f"The demo bank has {loaded.events:,} events up to {loaded.anchor:%Y-%m-%d %H:%M} UTC")
    return loaded


def write_configuration(var: Path) -> Path:
    """The bank's own description of how it is read, with addresses that hold from any folder and shell."""
    text = (ROOT / "demobank" / "whereabouts.toml").read_text(encoding="utf-8")
    text = text.replace('model = "model.toml"', f"model = {json.dumps(str(ROOT / 'demobank' / 'model.toml'))}")
    text = re.sub(r'url_env = "BANK_DATABASE_URL".*', f'url_embedded = "bank"\nuser = "{store.READER}"', text)
    file = var / "whereabouts.toml"
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
    return file


def serve(port: int, rate: float, environment: dict[str, str]) -> None:
    """The console, its worker, the follower and the live bank, until one ends or Ctrl-C."""
    python = [sys.executable, "-m"]
    worker = [*python, "celery", "--app", "console.celery:application", "worker", "--beat", "--concurrency", "2"]
    console = [*python, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    logins = output("demo_users", environment=environment)
    with Children(servers.var_dir() / "logs", environment) as children:
        children.start("follower", [*MANAGE, "follow"])
        children.start("bank", [*python, "demobank", "live", "--rate", str(rate)])
        children.start("worker", [*worker, "--loglevel", "WARNING", "--without-gossip", "--without-mingle"])
        command("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
        # a worker that is still starting hears no SIGTERM, and granian would wait for it for ever
        console += ["--blocking-threads", "4", "--no-ws", "--workers-kill-timeout", "5"]
        children.start("console", [*console, "console.wsgi:application"])
        wait_for(port, children)
        say(f"\nWhereabouts is at http://127.0.0.1:{port}/\n\n{logins.rstrip()}\n\nCtrl-C stops everything.")
        children.watch()


def wait_for(port: int, children: Children) -> None:
    """Until the console takes connections."""
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    while time.monotonic() < deadline:
        children.check()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise WhereaboutsError(f"the console does not answer on port {port} after {ANSWER_SECONDS_MAX} seconds")


def summarise(loaded: Loaded, environment: dict[str, str]) -> None:
    """What was read and what was found, on standard output."""
    status = json.loads(output("status", "--json", environment=environment))
    faults = servers.var_dir() / "faults.json"
    sources = ", ".join(f"{source['name']} {source['events']:,}" for source in status["sources"])
    subjects = ", ".join(f"{count:,} {kind}" for kind, count in status["subjects"].items())
    lines = [f"position {status['position']:,}; events by source: {sources}", f"subjects: {subjects}"]
    lines += [total(place) for place in status["places"]]
    lines += found(status["findings"])
    lines.append(f"planted faults: {len(loaded.answers)}, answers in {faults}")
    lines += ["", *next_steps(loaded.answers)]
    print("\n".join(lines), flush=True)


def total(place: Mapping[str, str]) -> str:
    return f"{place['book']} / {place['place']}: {Decimal(place['amount']):,f} {place['currency']}"


def next_steps(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """What to do with a history that is loaded, about the fault that the docs tell of, else the last of a transfer."""
    known = sorted(reversed(answers), key=lambda answer: answer["fault"] != "clearing_never_answers")
    subjects = [str(answer["subject"]) for answer in known]
    subject = next((one for one in subjects if one.startswith("transfer:")), subjects[0] if subjects else "SUBJECT")
    return [
        "What next:",
        "  . .venv/bin/activate",
        f"  python manage.py ask where {subject}   (docs/start.md goes on from here)",
        "  script/demo   (the same history in the browser)",
    ]


def found(findings: dict[str, dict[str, int]]) -> list[str]:
    rules = sorted({*findings["open"], *findings["resolved"]})
    counts = [(rule, findings["open"].get(rule, 0), findings["resolved"].get(rule, 0)) for rule in rules]
    return [f"found {rule}: {is_open:,} open, {resolved:,} resolved" for rule, is_open, resolved in counts]


def command(*words: str, environment: dict[str, str]) -> None:
    """One of our commands, its words to a person passed through; its failure is ours."""
    done = subprocess.run([*MANAGE, *words], env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise _failed(words[0], done.returncode)


def output(*words: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [*MANAGE, *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise _failed(words[0], done.returncode)
    return done.stdout


def _failed(name: str, code: int) -> WhereaboutsError:
    return WhereaboutsError(f"`python manage.py {name}` ended with {code}; what it said stands above")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _as_interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except WhereaboutsError as failure:
        say(f"error: {failure}")
        sys.exit(failure.exit_code)
