"""A restricted customer is, for all but those whom the list names, as absent as who never was: by any way at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.test import Client

from audit.access import people
from audit.access.mask import hidden
from audit.access.restricted import Changed, restrict
from audit.answers.inquiry import inquire
from audit.answers.reading.withheld import hidden_numbers
from audit.database import Viewer, reading
from audit.erasing.erase import ask, plan
from audit.errors import UnknownSubject, UsageError
from audit.log.opened import open_payloads
from audit.models import AuditRecord, OpenDoor
from audit.trails.asked import Asked
from audit.trails.bundle import write_bundle
from audit.trails.verify.checks import Trusted, verify
from audit.values import Subject
from tests.console.conftest import Bank, approved, browser_of, shut_doors, with_reason

NOTHING = 999_999_999


@dataclass(frozen=True)
class Pair:
    """Two customers with a payment from one to the other; `gone` is restricted."""

    seen: int
    gone: int
    gone_key: str
    flow: int
    accounts: list[int]
    account_keys: list[str]
    own_flow: int  # of the restricted one alone


@pytest.fixture(scope="module")
def pair(bank: Bank) -> Pair:
    """The payment whose receiver has payments of their own too."""
    flow, seen, gone = bank.rows(
        "select l.subject_id, min(l.other_id), max(l.other_id) from link l join trace.subject s on s.id = l.subject_id"
        " where s.kind = 'transfer' and l.other_kind = 'customer' group by 1 having count(*) = 2 order by 1 limit 1"
    )[0]
    accounts = bank.rows(
        "select s.id, s.key from link l join trace.subject s on s.id = l.other_id"
        " where l.subject_id = %s and l.other_kind = 'account' and not exists (select from link o"
        " where o.subject_id = s.id and o.other_kind = 'customer' and o.other_id <> %s)",
        gone, gone,
    )  # fmt: skip
    own = bank.rows(
        "select l.other_id from link l where l.subject_id = %s and l.other_kind = 'transfer' and not exists ("
        " select from link o where o.subject_id = l.other_id and o.other_kind = 'customer' and o.other_id <> %s)",
        gone, gone,
    )  # fmt: skip
    key = bank.rows("select key from trace.subject where id = %s", gone)[0][0]
    assert accounts and own
    return Pair(seen, gone, key, flow, [one[0] for one in accounts], [one[1] for one in accounts], own[0][0])


@pytest.fixture
def restricted(bank: Bank, pair: Pair, tmp_path: Path) -> Iterator[Pair]:
    file = tmp_path / "restricted.csv"
    file.write_text(f"customer,ground,may_open\n{pair.gone_key},staff,team_lead role:authority_desk\n")
    restrict(file)
    yield pair
    file.write_text("customer,ground,may_open\n")
    restrict(file, may_remove=True)


def body(client: Client, url: str) -> tuple[int, str]:
    answer = approved(client, url) if ".csv" in url or ".json" in url else client.get(url)
    return answer.status_code, b"".join(answer).decode() if answer.streaming else answer.content.decode()


def pages_of(kind: str, id: int) -> list[str]:
    here = f"/of/{kind}/{id}"
    tools = ["", "/why", "/when", "/who", "/reason", "/compare", "/incoming", "/news"]
    return [here + tool for tool in tools] + [
        f"{here}/{name}.csv" for name in ("open", "accounts", "payments", "steps")
    ]


def test_guessed_addresses_say_the_same_as_of_nobody(restricted: Pair) -> None:
    browser = browser_of("support")
    theirs = [("customer", restricted.gone), ("account", restricted.accounts[0]), ("transfer", restricted.own_flow)]
    for kind, id in theirs:
        for url, absent in zip(pages_of(kind, id), pages_of(kind, NOTHING), strict=True):
            assert _without_numbers(body(browser, url), id) == _without_numbers(body(browser, absent), NOTHING), url
    for name in ("reason", "unmask", "export"):
        answer = browser.post(f"/of/customer/{restricted.gone}/{name}", {"code": "written", "path": "name"})
        assert answer.status_code == 404
    assert not OpenDoor.objects.filter(subject=f"customer:{restricted.gone_key}").exists()


def _without_numbers(found: tuple[int, str], id: int) -> tuple[int, str]:
    status, text = found
    without_token = re.sub(r'value="[A-Za-z0-9]{64}"', "", text)
    return status, re.sub(rf"\b{id}\b", "N", without_token)


def test_no_search_finds_them(bank: Bank, restricted: Pair) -> None:
    browser = browser_of("support")
    event = bank.rows(
        "select l.event_id from timeline t join trace.log l using (position) where t.subject_id = %s limit 1",
        restricted.gone,
    )[0][0]
    for text in (restricted.gone_key, f"customer:{restricted.gone_key}", *restricted.account_keys, event):
        answer = browser.post("/search", {"text": text}, follow=True)
        page = answer.content.decode()
        assert AuditRecord.objects.filter(kind="search").latest("id").subjects == [], text
        assert "/of/" not in page.split("<main")[1], text


def test_a_search_that_is_kept_forgets_who_was_restricted_since(pair: Pair, tmp_path: Path) -> None:
    browser, file = browser_of("support"), tmp_path / "restricted.csv"
    kept = browser.post("/search", {"text": pair.gone_key[:3]}).headers["Location"]
    assert kept.startswith("/search/") and pair.gone_key in browser.get(kept).content.decode()
    file.write_text(f"customer,ground,may_open\n{pair.gone_key},staff,team_lead\n")
    restrict(file)
    try:
        page = browser.get(kept).content.decode()
    finally:
        file.write_text("customer,ground,may_open\n")
        restrict(file, may_remove=True)
    assert pair.gone_key not in page and not re.search(rf"/of/customer/{pair.gone}\b", page)


def test_no_search_by_what_is_personal_leads_to_their_payments(bank: Bank, restricted: Pair) -> None:
    """Also not to the other side's page of a payment that both share; the other's own number still finds the other."""
    support, lead = browser_of("support"), browser_of("team_lead")
    theirs = _ibans(bank, restricted.gone)
    assert theirs
    for iban in theirs:
        assert _found(lead, iban), "there is something to be found"
        assert _found(support, iban) == []
    held = {f"account:{key}" for key, in bank.rows(HELD, restricted.seen)}
    for iban in _ibans(bank, restricted.seen):
        assert held.intersection(_found(support, iban))


HELD = (
    "select s.key from link l join trace.subject s on s.id = l.other_id where l.subject_id = %s and s.kind = 'account'"
)
OPENED = (
    "select l.position from trace.log l join timeline t using (position) join trace.event_type e on e.id = l.type_id"
    " where t.subject_id = %s and e.name = 'AccountOpened'"
)


def _ibans(bank: Bank, customer: int) -> list[str]:
    with reading() as connection:
        opened = open_payloads(connection, [row[0] for row in bank.rows(OPENED, customer)])
    return [one.data["iban"] for one in opened.values() if one.data is not None]


def _found(browser: Client, text: str) -> list[str]:
    browser.post("/search", {"text": text})
    return list(AuditRecord.objects.filter(kind="search").latest("id").subjects)


def test_nothing_that_others_open_names_them(bank: Bank, restricted: Pair) -> None:
    browser = with_reason(browser_of("support"), "customer", restricted.seen)
    clearing = bank.rows(
        "select id from trace.place where kind in ('transit', 'clearing', 'customer', 'fees') order by id"
    )
    urls = ["/desk", "/overview", "/findings", "/findings.csv", "/findings.json", "/flows", "/sources", "/looks"]
    urls += [f"/who/{kind}?that={that}" for kind, that in WHO]
    urls += [f"/who/{kind}/who.csv?that={that}" for kind, that in WHO]
    urls += pages_of("customer", restricted.seen) + pages_of("transfer", restricted.flow)
    urls += [f"/of/transfer/{restricted.flow}?step={n}" for n in (1, 2, 3, 4)]
    urls += [f"/of/transfer/{restricted.flow}/steps.json"]
    urls += [f"/place/{row[0]}{more}" for row in clearing[:40] for more in ("", "/entries.csv", "/why")]
    urls += [f"/finding/{row[0]}" for row in bank.rows("select id from finding order by id limit 30")]
    shown = 0
    for url in urls:
        status, text = body(browser, url)
        assert status == 200 or "/who/" not in url
        shown += status == 200
        for key in (restricted.gone_key, *restricted.account_keys):
            assert not _named(key, text), (url, key)
    assert shown > 50
    assert "withheld" in body(browser, f"/of/transfer/{restricted.flow}")[1]


WHO = [
    ("customer", "bank_transfer.state+%3D+succeeded"),
    ("account", "bank_transfer.state+%3D+succeeded"),
    ("transfer", "bank_transfer.state+%3D+succeeded"),
]


def _named(key: str, text: str) -> bool:
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(key)}(?![0-9A-Za-z])", text) is not None


def test_counts_are_those_of_nobody(bank: Bank, restricted: Pair) -> None:
    url = "/who/customer/who.json?that=bank_transfer.state+%3D+succeeded"
    seen = json.loads(approved(browser_of("support"), url).content)
    all = json.loads(approved(browser_of("authority_desk"), url).content)
    assert seen["total"] == len(seen["rows"]) < all["total"]


@pytest.mark.parametrize("role", ["team_lead", "authority_desk"])
def test_who_is_named_or_has_a_named_role_opens_them(role: str, restricted: Pair) -> None:
    browser = with_reason(browser_of(role), "customer", restricted.gone)
    status, text = body(browser, f"/of/customer/{restricted.gone}")
    assert status == 200 and restricted.gone_key in text


def test_a_door_that_stood_open_is_shut(bank: Bank, pair: Pair, tmp_path: Path) -> None:
    browser = with_reason(browser_of("support"), "customer", pair.gone)
    assert body(browser, f"/of/customer/{pair.gone}")[0] == 200
    searched = browser.post("/search", {"text": pair.gone_key[:-1]}).headers["Location"]
    assert _named(pair.gone_key, body(browser, searched)[1])
    file = tmp_path / "restricted.csv"
    file.write_text(f"customer,ground,may_open\n{pair.gone_key},household,\n")
    assert restrict(file) == Changed(1, 1, 0, 0)
    try:
        assert body(browser, f"/of/customer/{pair.gone}")[0] == 404
        assert not _named(pair.gone_key, body(browser, "/looks")[1])
        assert not _named(pair.gone_key, body(browser, searched)[1])
        assert restrict(file) == Changed(1, 0, 0, 0)
        (record,) = AuditRecord.objects.filter(kind="restricted_import").order_by("-id")[:1]
        assert record.actor == "system" and pair.gone_key not in str(record.details)
    finally:
        file.write_text("customer,ground,may_open\n")
        with pytest.raises(UsageError):
            restrict(file)
        assert restrict(file, may_remove=True) == Changed(0, 0, 0, 1)


@pytest.mark.parametrize(
    "text",
    ["", "customer\nC-1\n", "customer,ground,may_open\nC-1,famous,\n", "customer,ground,may_open\n,staff,\n",
     "customer,ground,may_open\nC-1,staff,nobody_such\n", "customer,ground,may_open\nC-1,staff,role:cook\n",
     "customer,ground,may_open\nC-1,staff,\nC-1,staff,\n", "customer,ground,may_open\nC-1,staff\n"],
)  # fmt: skip
def test_a_list_that_cannot_be_read_changes_nothing(text: str, bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(text)
    with pytest.raises(UsageError):
        restrict(file)


def test_a_list_that_is_too_long_is_refused_and_not_cut(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "long.csv"
    file.write_text("customer,ground,may_open\nC-1,staff,\nC-2,staff,\n")
    monkeypatch.setattr("audit.access.restricted.CHARACTERS_MAX", 38)
    with pytest.raises(UsageError, match="more than 38 characters"):
        restrict(file)


def test_a_trail_names_nobody_who_is_withheld_and_counts_the_stubs(
    bank: Bank, restricted: Pair, tmp_path: Path
) -> None:
    seen, flow = (Subject(*bank.rows("select kind, key from trace.subject where id = %s", id)[0])
                  for id in (restricted.seen, restricted.flow))  # fmt: skip
    asked = Asked("support", "support", datetime(2026, 4, 1, tzinfo=UTC), "call")
    reasons = set()
    for subject in (seen, flow):
        with reading(viewer=Viewer("support", "support")) as connection:
            write_bundle(inquire(connection, hidden), subject, asked, tmp_path / "trail.zip")
        with ZipFile(tmp_path / "trail.zip") as archive:
            files = {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
        reasons |= {json.loads(line)["reason"] for line in files["stubs.jsonl"].splitlines()}
        for name, text in files.items():
            for gone in (restricted.gone_key, *restricted.account_keys):
                assert not re.search(rf"(?<![\w]){re.escape(gone)}(?![\w])", text), (subject, name, gone)
        assert verify(tmp_path / "trail.zip", Trusted()).exit_code == 2, "nothing but the key is missing"
    assert reasons == {"restricted"}, "of the payment the other side is there, unnamed and counted"


def test_nobody_plans_or_asks_to_erase_whom_they_may_not_know_of(restricted: Pair) -> None:
    gone, dora = Subject("customer", restricted.gone_key), people.actor_named("data_protection")
    with pytest.raises(UnknownSubject):
        plan(dora, gone)
    with pytest.raises(UnknownSubject):
        ask(dora, gone, "They asked", despite_retention=True)
    assert plan(people.actor_named("authority_desk"), gone).scope.own[0] == gone


def test_a_lane_that_only_names_its_payment_is_its_customers(bank: Bank, restricted: Pair) -> None:
    """The clearing's own events name no customer: whose it is follows from the payment."""
    lane = _lane_of(bank, restricted.own_flow)
    key = bank.key_of(restricted.own_flow)
    browser = browser_of("support")
    for url, absent in zip(pages_of("clearing", lane), pages_of("clearing", NOTHING), strict=True):
        assert _without_numbers(body(browser, url), lane) == _without_numbers(body(browser, absent), NOTHING), url
    for name in ("reason", "export"):
        assert browser.post(f"/of/clearing/{lane}/{name}", {"code": "call"}).status_code == 404
    assert not _named(key, body(browser, "/who/clearing?that=clearing.state+%3D+settled")[1])
    browser.post("/search", {"text": key})
    assert AuditRecord.objects.filter(kind="search").latest("id").subjects == []
    with reading(viewer=Viewer("support", "support")) as connection:
        assert hidden_numbers(inquire(connection, hidden), [lane, restricted.flow]) == {lane}
    lead = with_reason(browser_of("team_lead"), "customer", restricted.gone)
    assert body(lead, f"/of/clearing/{lane}")[0] == 200


def test_what_several_payments_of_one_customer_share_is_hidden_too(bank: Bank, restricted: Pair) -> None:
    """A subject that names nobody and goes with several payments is the customer's that they are all of; with one
    payment of somebody else among them it is nobody's."""
    lane = _lane_of(bank, restricted.own_flow)
    schema, others = bank.rows(
        "select current_schema(), array(select l.other_id from link l join flow f on f.subject_id = l.other_id where"
        " l.subject_id = %s and l.other_id <> %s and (select count(*) from trace.owners(l.other_id)) = 1)",
        restricted.gone,
        restricted.own_flow,
    )[0]
    with bank.database.connect("follower") as connection:
        add = f"insert into {schema}.link select %s, s.kind, now(), s.id from trace.subject s where s.id = %s"
        connection.execute(add.encode(), [lane, others[0]])
        connection.commit()
        assert _hidden(lane) == {lane}
        connection.execute(add.encode(), [lane, restricted.flow])
        connection.commit()
        assert _hidden(lane) == set()
        connection.execute(
            f"delete from {schema}.link where subject_id = %s and other_id = any(%s)".encode(),
            [lane, [others[0], restricted.flow]],
        )


def _hidden(*ids: int) -> frozenset[int]:
    with reading(viewer=Viewer("support", "support")) as connection:
        return hidden_numbers(inquire(connection, hidden), ids)


def test_a_lanes_story_opens_with_its_customers_door(bank: Bank, pair: Pair) -> None:
    lane, browser = _lane_of(bank, pair.own_flow), browser_of("support")
    shut_doors()
    assert body(browser, f"/of/clearing/{lane}/why")[0] == 302
    browser = with_reason(browser, "clearing", lane)
    assert body(browser, f"/of/clearing/{lane}/why")[0] == 200
    (looked,) = AuditRecord.objects.filter(kind="reason").order_by("-id")[:1]
    assert looked.subjects == [f"customer:{pair.gone_key}"]
    assert f"customer:{pair.gone_key}" in AuditRecord.objects.filter(kind="look").latest("id").subjects


def _lane_of(bank: Bank, flow: int) -> int:
    id: int = bank.id_of("clearing", bank.key_of(flow))
    return id
