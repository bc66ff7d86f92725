"""After an erasure every place that the console writes to is searched for every erased value, on a console as it is
run: tables, dumps, the data directory, the write-ahead log, Redis, logs, mails, sessions and files. Then the same for
what is declared personal only later, once the operator has done what docs/how-to/erase.md says."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pyrage
import pytest
from aiosmtpd.controller import Controller
from redis import Redis

from audit import servers
from demobank.export import lines
from demobank.history import SEED, simulation
from script.children import Children
from script.demo import wait_for
from tests.console.conftest import ANCHOR, EPOCH, EVENTS
from tests.erasing.searching import found_in
from tests.erasing.whole_bank import MANAGE, ROOT, Box, Browser, WholeBank

pytestmark = pytest.mark.slow

LATER = ('"phone"', '"address.street"')  # declared personal by the second model only
WHY = "Hun bad os slette alt om søsteren Kirstine"
NOTE = "Ringede fra sin mors telefon på Bakkegårdsvej"
QUESTION = "Hvorfor gik huslejen til fætter Valdemar?"
SEARCHED = "Frederikke Søgt-Forgæves"
PLANTED = "Plantet Værdi-4711 af Øjvind"
CIVIL = re.compile(r"\d{6}-\d{4}")
DOCUMENT = ROOT / "docs" / "how-to" / "erase.md"
LOOKS_MAX = 300  # at an export, a tenth of a second each

Found = Mapping[str, Mapping[str, set[Path]]]  # by place and value


@dataclass
class Person:
    """What the bank's events say of a customer. `declared` is personal by the second model only."""

    values: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Left:
    """What was found when."""

    erased: Sequence[str]
    erased_later: Sequence[str]
    declared: Sequence[str]
    found: Mapping[str, Found]
    still_elsewhere: str
    secrets: Sequence[str] = ()

    def where(self, when: str, values: Sequence[str]) -> dict[str, list[tuple[str, list[str]]]]:
        told: dict[str, list[tuple[str, list[str]]]] = {}
        for place, found in self.found[when].items():
            for value in found.keys() & set(values):
                told.setdefault(place, []).append((value, sorted(map(str, found[value]))[:4]))
        return told


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    var = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAR_DIR", str(var))
        for name in ("DATABASE_URL", "REDIS_URL"):
            patch.delenv(name, raising=False)
        try:
            with servers.postgres("console") as database, servers.redis() as redis:
                bank, port = WholeBank(var, database.url, redis.url), _free_port()
                patch.setenv("MAIL_SERVER", f"smtp://127.0.0.1:{port}")
                controller = Controller(Box(bank.mails), hostname="127.0.0.1", port=port)
                controller.start()
                try:
                    yield _lived_through(bank, tmp_path_factory.mktemp("search"))
                finally:
                    controller.stop()
        finally:
            servers.remove(var)


def test_the_search_finds_what_is_planted(left: Left) -> None:
    """In every place, or the other tests here say nothing."""
    assert left.where("planted", [PLANTED]).keys() == left.found["planted"].keys()
    assert {"tables", "data", "wal"} <= left.where("read", left.declared).keys(), "in the clear: not yet declared"


def test_of_an_erased_customer_nothing_stands_anywhere(left: Left) -> None:
    assert len(left.erased) > 6 and not left.where("erased", left.erased)


def test_what_is_declared_later_is_gone_once_the_operator_has_done_their_part(left: Left) -> None:
    lies_on = left.where("declared", left.declared).keys()
    assert {"wal"} <= lies_on <= {"data", "wal"}, "where the receipt says that it does"
    assert "vacuum full" in left.still_elsewhere
    assert not left.where("declared", [*left.erased, *left.erased_later])
    assert not left.where("swept", [*left.declared, *left.erased, *left.erased_later])


def test_keys_and_salts_lie_on_where_the_receipt_says_until_the_operator_has_done_their_part(left: Left) -> None:
    """Sealed texts lie there too: a wrapped key opens them with the master key, a salt lets one guess."""
    assert len(left.secrets) > 5 and "tables" in left.where("read", left.secrets)
    assert left.where("erased", left.secrets).keys() <= {"data", "wal"}
    assert not left.where("swept", left.secrets)


def _lived_through(bank: WholeBank, folder: Path) -> Left:
    file, found = folder / "bank.ndjson", dict[str, Found]()
    history = simulation(SEED, EVENTS, (ANCHOR - EPOCH) // timedelta(microseconds=1))
    file.write_bytes(b"".join(line.rstrip(b"\n") + b"\n" for line in lines(history.run())))
    model, later = bank.var / "model.toml", (ROOT / "demobank" / "model.toml").read_text()
    model.write_text(_without(later))
    bank.manage("ingest", file, "--model", model, "--complete-until", ANCHOR.isoformat())
    people = _people(file)
    (first, key), (second, other) = _customers(bank, people)
    declared = [one for person in people.values() for one in person.declared]
    erased, erased_later = [*people[key].values, WHY, NOTE, QUESTION, SEARCHED], people[other].values
    logins = {one["username"]: one["password"] for one in bank.told("demo_users")["logins"]}

    secrets = _secrets(bank, key)

    def search(when: str) -> None:
        bank.settle()
        values = [*erased, *erased_later, *declared, PLANTED]
        places = bank.laid_open(folder / "open")
        search_for = (values, secrets, folder / "patterns")
        found[when] = {place: found_in(paths, *search_for) for place, paths in places.items()}

    search("read")
    with _running(bank) as site:
        roles = {role: Browser(site, role, password) for role, password in logins.items()}
        _look(bank, roles, first, key, people[key])
        _erase(bank, roles, first, key)
        search("erased")
        _plant(bank)
        search("planted")
        _look(bank, roles, second, other, people[other])
    assert any(b"log@bank.example" in one.read_bytes() for one in bank.mails.iterdir()), "a checkpoint was mailed"
    model.write_text(later)
    bank.manage("rebuild", "--model", model)
    with _running(bank, "logs-later") as site:
        roles = {role: Browser(site, role, password) for role, password in logins.items()}
        receipt = _erase(bank, roles, second, other)
        search("declared")
    with bank.superuser() as connection:
        for statement in _operators_part():
            connection.execute(statement.encode())
    search("swept")
    return Left(erased, erased_later, declared, found, receipt, [*secrets])


def _without(model: str) -> str:
    """A model as it was before somebody thought of some fields."""
    told = []
    for line in model.splitlines():
        for one in LATER if line.startswith("personal = ") else ():
            line = line.replace(f"{one}, ", "")
        told.append(line)
    return "\n".join(told)


def _people(file: Path) -> dict[str, Person]:
    """By customer, what no other customer's events say."""
    people: dict[str, Person] = {}
    text = file.read_bytes().decode(errors="replace")
    for line in text.splitlines():
        event = json.loads(line) if line.startswith("{") and line.endswith("}") else {}
        data, kind = event.get("data"), event.get("type")
        if not isinstance(data, dict) or kind not in ("CustomerRegistered", "AccountOpened", "AddressChanged"):
            continue
        person = people.setdefault(data["customer"], Person())
        person.values += [data[one] for one in ("name", "cpr", "email", "iban") if one in data]
        person.declared += [data["phone"]] if "phone" in data else []
        person.declared += [data["address"]["street"]] if "address" in data else []
    names = [one for person in people.values() for one in person.values]
    for person in people.values():
        person.values = [one for one in dict.fromkeys(person.values) if names.count(one) == 1 and len(one) > 8]
    return people


def _secrets(bank: WholeBank, key: str) -> dict[str, bytes]:
    """What opens a customer's sealed values, or lets somebody check a guess."""
    told = bank.rows(
        "select 'key ' || id, wrapped from trace.data_key where owner_key = %s union all"
        " select 'salt ' || g.position || '/' || g.ordinal, g.salt from trace.segment g"
        " join trace.data_key k on k.id = g.key_id where k.owner_key = %s", key, key)  # fmt: skip
    return {name: bytes(secret) for name, secret in told if b"\n" not in bytes(secret)}


def _customers(bank: WholeBank, people: Mapping[str, Person]) -> list[tuple[int, str]]:
    """Two that send money to others, under whose keys their names stand too."""
    found = bank.rows("select s.id, s.key from trace.subject s where kind = 'customer' order by id")
    return [(id, key) for id, key in found if key in people and len(people[key].values) >= 4][1:3]


@contextmanager
def _running(bank: WholeBank, logs: str = "logs") -> Iterator[str]:
    """The address of the console, whose worker and follower run too; all that they say is kept."""
    python, port = [sys.executable, "-m"], _free_port()
    worker = [*python, "celery", "--app", "console.celery:application", "worker", "--beat", "--concurrency", "1"]
    console = [*python, "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    with Children(bank.var / logs, bank.environment) as children:
        children.start("follower", [*MANAGE, "follow"])
        children.start("worker", [*worker, "--loglevel", "DEBUG"])
        children.start("console", [*console, "--access-log", "--no-ws", "console.wsgi:application"])
        wait_for(port, children)
        yield f"http://127.0.0.1:{port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _look(bank: WholeBank, roles: Mapping[str, Browser], id: int, key: str, person: Person) -> None:
    """As people do all day: search by what they heard, open the door, unmask, write, export."""
    support, investigator, at = roles["support"], roles["investigator"], f"/of/customer/{id}"
    for text in (*person.values, *person.declared, SEARCHED):
        support.post("/search", text=text)
    for one in (support, investigator):
        one.post(f"{at}/reason", code="complaint", ticket="88123", next=at)
        for page in (at, f"{at}/why", f"{at}/when", f"{at}/who", "/desk", "/looks"):
            one.get(page)
    support.post(f"{at}/unmask", path="cpr")
    page = support.get(at)[1].decode()
    assert any(one in page for one in person.values if CIVIL.fullmatch(one)), "it was told"
    case, _ = investigator.post("/cases/open", about=key, question=QUESTION)
    investigator.post(f"{case}/add", what="note", text=NOTE)
    investigator.post(f"{at}/case", case=case.rpartition("/")[2], answer="what")
    investigator.post(f"{at}/case", case=case.rpartition("/")[2], answer="where")
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    for asked in (support.post(f"{at}/export"), support.post(f"{at}/export", recipient=recipient)):
        assert len(_fetched(bank, support, asked[0])) > 1000
    investigator.post(f"{case}/export")


def _fetched(bank: WholeBank, browser: Browser, page: str) -> bytes:
    for _ in range(LOOKS_MAX):
        try:
            return browser.get(f"{page}/file")[1]
        except HTTPError as error:
            assert error.code == 404
            bank.rows("select pg_sleep(0.1)")
    raise AssertionError("no worker has made it")


def _erase(bank: WholeBank, roles: Mapping[str, Browser], id: int, key: str) -> str:
    """By two people, on the pages; what the receipt says of what is still elsewhere."""
    at = f"/of/customer/{id}"
    roles["data_protection"].post(f"{at}/reason", code="complaint", ticket="88123", next=at)
    roles["data_protection"].post(f"{at}/erasure", what="erase", why=WHY, despite="yes")
    ((asked,),) = bank.rows("select max(id) from public.approval where kind = 'erasure'")
    roles["authority_desk"].post(f"/approvals/{asked}/approve")
    roles["data_protection"].post(f"/approvals/{asked}/do")
    (newest,) = [path for path in (bank.var / "erasures").glob("*.receipt") if f'"customer:{key}"' in path.read_text()]
    return newest.read_text()


def _plant(bank: WholeBank) -> None:
    with bank.superuser() as connection:
        connection.execute("create table public.planted (text text)")
        connection.execute(f"insert into public.planted values ('{PLANTED}')".encode())
    with closing(Redis.from_url(bank.redis_url.replace("db=0", "db=3"))) as redis:
        redis.set("planted", b64encode(b"a " + PLANTED.encode()))
    save = f"from console.sessions import SessionStore as S\ns = S()\ns['planted'] = {PLANTED!r}\ns.save()"
    bank.manage("shell", "-c", save)
    mail = EmailMessage()
    mail["From"], mail["To"] = "somebody@bank.example", "auditor@authority.example"
    mail.set_content(PLANTED, cte="base64")
    with SMTP("127.0.0.1", urlsplit(os.environ["MAIL_SERVER"]).port or 0) as server:
        server.send_message(mail)
    (bank.logs / "planted.log").write_bytes(PLANTED.upper().encode("utf-16"))


def _operators_part() -> list[str]:
    """The statements of the how-to, as they stand there."""
    block = re.search(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert block
    return [one.strip() for one in re.sub(r"--.*", "", block[1]).split(";") if one.strip()]
