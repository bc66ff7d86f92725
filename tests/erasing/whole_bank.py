"""A console as it is run, in a VAR_DIR, a PostgreSQL cluster and a Redis of its own, all of which tell what they can;
and everything that it leaves behind, as files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from email import message_from_bytes
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psycopg
from redis import Redis

from audit.servers.place import account, home
from tests.erasing.conftest import EMBEDDED

ROOT = Path(__file__).parents[2]
MANAGE = (sys.executable, str(ROOT / "manage.py"))
TALKATIVE = {
    "log_statement": "all", "log_min_duration_statement": "0", "log_error_verbosity": "verbose",
    "log_checkpoints": "on",
    "log_connections": "on", "log_temp_files": "0", "log_lock_waits": "on",
}  # fmt: skip

CONFIGURATION = """\
model = "model.toml"
[evidence]
publish = "published"
[evidence.mail]
to = ["auditor@authority.example"]
from = "log@bank.example"
server_env = "MAIL_SERVER"
"""


class Box:
    """A mail server's: each mail as it came, and its parts as they are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content)
        read = [part.get_payload(decode=True) or b"" for part in mail.walk()]
        number = sum(1 for _ in self._folder.iterdir())
        (self._folder / f"{number}.mail").write_bytes(b"\n".join([envelope.content, *map(bytes, read)]))
        return "250 kept"


class Browser:
    """Somebody signed in over HTTP."""

    def __init__(self, site: str, name: str, password: str) -> None:
        self._site, self._cookies = site, CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))
        self.get("/sign-in")
        self.post("/sign-in", username=name, password=password)

    def get(self, path: str) -> tuple[str, bytes]:
        """Where it led to, and what stands there."""
        with self._opener.open(self._site + path, timeout=30) as answer:
            return urlsplit(answer.url)._replace(scheme="", netloc="").geturl(), answer.read()

    def post(self, path: str, /, **fields: str) -> tuple[str, bytes]:
        token = next(one.value for one in self._cookies if one.name == "csrftoken")
        body = urlencode({"csrfmiddlewaretoken": token or "", **fields}).encode()
        with self._opener.open(Request(self._site + path, body), timeout=60) as answer:
            return urlsplit(answer.url)._replace(scheme="", netloc="").geturl(), answer.read()


class WholeBank:
    """`var` is its VAR_DIR, whose servers run."""

    def __init__(self, var: Path, url: str, redis_url: str) -> None:
        self.var, self.url = var, url
        self.home = home(var, account())
        self._host = {"host": str(self._socket()), "user": "postgres"}
        self.redis_url = redis_url
        with self.superuser("postgres") as connection:
            for name, value in TALKATIVE.items():
                connection.execute(f"alter system set {name} = '{value}'".encode())
            connection.execute("select pg_reload_conf()")
        with closing(Redis.from_url(redis_url)) as redis:
            for name, value in {"appendonly": "yes", "rdbcompression": "no", "slowlog-log-slower-than": "0",
                                "slowlog-max-len": "100000", "aof-use-rdb-preamble": "no"}.items():  # fmt: skip
                redis.config_set(name, value)
        (var / "logs").mkdir(exist_ok=True)
        (var / "whereabouts.toml").write_text(CONFIGURATION)
        self.mails = var / "mails"
        self.mails.mkdir()

    @property
    def environment(self) -> dict[str, str]:
        own = {"VAR_DIR": str(self.var), "DATABASE_URL": self.url, "REDIS_URL": self.redis_url}
        settings = {"SECOND_FACTOR": "optional", "WHEREABOUTS_CONFIG": str(self.var / "whereabouts.toml")}
        return {**os.environ, **own, **settings}

    @property
    def logs(self) -> Path:
        return self.var / "logs"

    def manage(self, *arguments: str | Path, is_done: bool = True) -> str:
        """What a command prints; all that it says stands in the logs."""
        call = [*MANAGE, *map(str, arguments)]
        done = subprocess.run(call, env=self.environment, cwd=self.var, capture_output=True, text=True, timeout=180)
        with (self.logs / "commands.log").open("a") as log:
            log.write(done.stdout + done.stderr)
        assert not is_done or done.returncode == 0, (arguments, done.stdout[-500:], done.stderr[-1500:])
        return done.stdout

    def told(self, *arguments: str | Path) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.manage(*arguments, "--json"))
        return answer

    def superuser(self, database: str | None = None) -> psycopg.Connection[Any]:
        name = database or urlsplit(self.url).path.strip("/")
        return psycopg.connect(**self._host, dbname=name, autocommit=True)  # type: ignore[arg-type]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.superuser() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def settle(self) -> None:
        """As PostgreSQL does by itself sooner or later: old rows cleaned up, everything written to its file."""
        with self.superuser() as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def laid_open(self, folder: Path) -> Mapping[str, Sequence[Path]]:
        """Where something may stand, by name, as files that can be searched; what is packed is unpacked."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        made = {name: folder / name for name in ("plain.dump", "custom.dump", "catalogs", "redis", "sessions", "pages")}
        for form, name in (("p", "plain.dump"), ("c", "custom.dump")):
            call = [str(EMBEDDED / "pg_dump"), f"-F{form}", *(["-Z0"] if form == "c" else []), "--statistics"]
            subprocess.run([*call, "-f", str(made[name]), self._address()], check=True, timeout=60)
        self._catalogs(made["catalogs"])
        self._redis(made["redis"])
        made["sessions"].write_text(self.manage("shell", "-c", _SESSIONS))
        self._waldump(made["pages"], folder / "wal.txt")
        data = self.home / "console" / "data"
        wal = [data / "pg_wal", made["pages"], folder / "wal.txt"]
        apart = (self.home / "console", self.home / "redis", self.mails)
        return {
            "tables": [made["plain.dump"], made["custom.dump"], made["catalogs"]],
            "data": [one for one in data.iterdir() if one.name != "pg_wal"],
            "wal": wal,
            "server log": [self.home / "console" / "log"],
            "redis": [made["redis"], self.home / "redis"],
            "sessions": [made["sessions"]],
            "mails": [self.mails],
            "var": [one for one in self.var.iterdir() if one not in apart],
        }

    def _catalogs(self, folder: Path) -> None:
        """Statistics hold values of tables; a dump does not hold them."""
        folder.mkdir()
        with self.superuser() as connection:
            tables = connection.execute(
                "select oid::regclass::text from pg_class"
                " where relkind = 'r' and relnamespace = 'pg_catalog'::regnamespace"
            ).fetchall()
            for (table,) in tables:
                with connection.cursor() as cursor, cursor.copy(f"copy {table} to stdout".encode()) as copy:
                    (folder / table).write_bytes(b"".join(bytes(one) for one in copy))
            (folder / "activity").write_text(repr(connection.execute("select * from pg_stat_activity").fetchall()))

    def _redis(self, folder: Path) -> None:
        folder.mkdir()
        with closing(Redis.from_url(self.redis_url)) as redis:
            (folder / "slowlog").write_bytes(b"\n".join(one["command"] for one in redis.slowlog_get(-1)))
            redis.save()
        for number in range(16):
            with closing(Redis.from_url(self.redis_url.replace("db=0", f"db={number}"))) as redis:
                held = [key + b"\0" + (redis.dump(key) or b"") for key in redis.scan_iter()]
                (folder / f"{number}").write_bytes(b"\n".join(held))

    def _waldump(self, pages: Path, text: Path) -> None:
        """What the programs make of it: its records, and the pages that it holds whole."""
        pages.mkdir()
        folder = self.home / "console" / "data" / "pg_wal"
        kept = sorted(one.name for one in folder.iterdir() if re.fullmatch("[0-9A-F]{24}", one.name))
        call = [EMBEDDED / "pg_waldump", "-p", folder, "--save-fullpage", pages / "whole", kept[0]]
        done = subprocess.run([*map(str, call)], capture_output=True, timeout=120, check=False)
        text.write_bytes(done.stdout)  # up to where nothing is written yet, which it calls an error

    def _socket(self) -> str:
        return next(part.partition("=")[2] for part in urlsplit(self.url).query.split("&")).replace("%2F", "/")

    def _address(self) -> str:
        return f"postgresql://postgres@/{urlsplit(self.url).path.strip('/')}?{urlsplit(self.url).query}"


_SESSIONS = """
from django.contrib.sessions.models import Session
for one in Session.objects.all():
    print(one.get_decoded())
"""

