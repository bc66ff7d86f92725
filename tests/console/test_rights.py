"""Every address, for every role, signed out, without and with a reason: what is allowed and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from audit.access import people
from audit.access.people import ROLES
from audit.access.reasons import SECRET
from audit.cases.adding import open_case
from audit.models import AuditRecord, OpenDoor, Right
from audit.values import Subject
from tests.console.conftest import Bank, approved, browser_of, shut_doors, with_reason

ALL = set(ROLES)
READERS = ALL - {"administrator"}
WORKERS = READERS - {"auditor", "data_protection"}  # on cases
UNMASKERS = {"support", "team_lead", "investigator", "authority_desk"}
SECRETIVE = {"investigator", "auditor", "authority_desk"}
OPENED, TOLD, REASON, SHUT, UNKNOWN = 200, 204, "reason", 403, 404

# address with the names of the bank's things in it: who may, and what they get before they gave a reason
FREE = {
    "/desk": READERS,
    "/overview": READERS,
    "/findings": READERS,
    "/finding/{finding}": READERS,
    "/finding/{finding}/case": WORKERS,
    "/case/{case}": READERS,
    "/flows": READERS,
    "/sources": ALL,
    "/looks": ALL,
    "/approvals": READERS,
    "/help": ALL,
    "/break-glass": READERS - {"auditor"},
    "/reviews": {"team_lead"},
    "/cases": READERS,
    "/withheld": {"authority_desk"},
    "/of/customer/{customer}/access-report": {"data_protection"},
    "/places/ledger/available": READERS,
    "/places/custody/clearing": READERS,
    "/place/{clearing}": READERS,
    "/place/{clearing}/why": READERS,
    "/who/transfer": READERS,
    "/who/transfer?that=bank_transfer.state+%3D+succeeded": READERS,
    "/of/customer/{customer}/reason": READERS,
}
# lists that may be long, or of many customers: a second person must approve those
MANY = {
    "/findings.csv": READERS,
    "/findings.json": READERS,
    "/looks.csv": READERS,
    "/looks.json": READERS,
    "/places/custody/clearing/places.csv": READERS,
    "/who/transfer/who.csv?that=bank_transfer.state+%3D+succeeded": READERS,
    "/place/{clearing}/days.csv": READERS,
}
BEHIND_THE_DOOR = {
    "/of/customer/{customer}": READERS,
    "/of/customer/{customer}/open.csv": READERS,
    "/of/customer/{customer}/accounts.csv": READERS,
    "/of/customer/{customer}/payments.json": READERS,
    "/of/customer/{customer}/incoming": READERS,
    "/of/customer/{customer}/compare?item=transfer.{transfer}&item=transfer.{transfer}": READERS,
    "/of/account/{account}": READERS,
    "/of/account/{account}/holds.csv": READERS,
    "/of/account/{account}/statement.csv": READERS,
    "/of/transfer/{transfer}": READERS,
    "/of/transfer/{transfer}?step=1": READERS,
    "/of/transfer/{transfer}/steps.csv": READERS,
    "/of/bank_transfer/{bank_transfer}": READERS,
    "/of/bank_transfer/{bank_transfer}/steps.json": READERS,
    "/of/customer/{customer}/why": READERS,
    "/of/account/{account}/why?of=balance.DKK": READERS,
    "/of/account/{account}/when?that=balance+%3C+0": READERS,
    "/of/transfer/{transfer}/why": READERS,
    "/of/transfer/{transfer}/case": WORKERS,
    "/place/{available}": READERS,
    "/place/{available}/why": READERS,
    "/place/{available}/entries.csv": READERS,
}
# address, what is sent there and by whom it is taken: nothing that would change anything, so that only the right tells
CLOSERS = {"team_lead", "investigator", "authority_desk"}
ASKERS = {"team_lead", "investigator"}
POSTED: list[tuple[str, dict[str, str], set[str]]] = [
    ("/approvals/999999999/do", {}, READERS),
    ("/approvals/999999999/approve", {}, READERS),
    ("/approvals/999999999/refuse", {}, READERS),
    ("/approvals/ask", {"asked": "forged"}, READERS),
    ("/break-glass", {}, READERS - {"auditor"}),
    ("/case/{case}/add", {}, WORKERS),
    ("/case/{case}/add", {"what": "verdict"}, CLOSERS),
    ("/case/{case}/add", {"what": "status", "status": "closed"}, CLOSERS),
    ("/case/{case}/export", {}, READERS),
    ("/cases/open", {"about": "nobody"}, WORKERS),
    ("/finding/{finding}/acknowledge", {}, {"support", *ASKERS}),
    ("/finding/{finding}/case", {}, WORKERS),
    ("/finding/{finding}/correction", {}, ASKERS),
    ("/finding/{finding}/mute", {}, ASKERS),
    ("/of/customer/{customer}/access-report", {}, {"data_protection"}),
    ("/of/customer/{customer}/erasure", {}, READERS),
    ("/of/customer/{customer}/erasure", {"what": "erase", "despite": "yes"}, {"data_protection"}),
    ("/of/customer/{customer}/erasure", {"what": "hold"}, {"data_protection", "authority_desk"}),
    ("/of/customer/{customer}/erasure", {"what": "lift"}, {"data_protection", "authority_desk"}),
    ("/of/customer/{customer}/export", {"since": "no time"}, READERS),
    ("/of/customer/{customer}/reason", {}, READERS),
    ("/of/customer/{customer}/reason", {"code": SECRET[0]}, SECRETIVE),
    ("/of/customer/{customer}/unmask", {"path": "nothing"}, UNMASKERS),
    ("/of/transfer/{transfer}/case", {}, WORKERS),
    ("/of/transfer/{transfer}/when", {"that": "1 +"}, READERS),
    ("/reviews/999999999", {"verdict": "justified"}, {"team_lead"}),
    ("/search", {"text": ""}, READERS),
    ("/sign-out", {}, ALL),
]
# these pages have a form that is sent to themselves
READ_TOO = {"break-glass", "case", "access-report", "reason", "when"}


@pytest.fixture(scope="module")
def names(bank: Bank) -> dict[str, object]:
    """The numbers of one customer's things."""
    transfer = bank.with_finding("transfer")
    customer = bank.customer_of("transfer", transfer)
    account = bank.rows("select other_id from link where subject_id = %s and other_kind = 'account'", customer)[0][0]
    key = bank.rows("select key from trace.subject where id = %s", account)[0][0]
    return {
        "case": open_case(
            people.actor_named("investigator"), "Where is it?", Subject("customer", bank.key_of(customer))
        ),
        "transfer": transfer,
        "customer": customer,
        "account": account,
        "bank_transfer": bank.rows(
            "select other_id from link where subject_id = %s and other_kind = 'bank_transfer'", transfer
        )[0][0],
        "finding": bank.rows("select id from finding order by id limit 1")[0][0],
        "clearing": bank.rows("select id from trace.place where kind = 'clearing' order by id limit 1")[0][0],
        "available": bank.rows("select id from trace.place where kind = 'available' and key = %s", key)[0][0],
    }


@pytest.fixture(autouse=True)
def no_open_doors(bank: Bank) -> Iterator[None]:
    yield
    shut_doors()


def status_of(client: Client, url: str) -> object:
    answer = client.get(url)
    if answer.status_code == 302:
        return REASON if "/reason?next=" in answer.headers["Location"] else answer.headers["Location"]
    b"".join(answer) if answer.streaming else answer.content
    return answer.status_code


def test_a_stranger_is_sent_to_sign_in(bank: Bank, names: dict[str, object]) -> None:
    stranger = Client(HTTP_HOST="localhost")
    for url in (*FREE, *MANY, *BEHIND_THE_DOOR):
        assert str(status_of(stranger, url.format(**names))).startswith("/sign-in?next=/"), url


@pytest.mark.parametrize("role", ROLES)
def test_a_page_without_customers_needs_the_right(role: str, bank: Bank, names: dict[str, object]) -> None:
    browser = browser_of(role)
    found = {url: status_of(browser, url.format(**names)) for url in FREE}
    assert found == {url: OPENED if role in may else SHUT for url, may in FREE.items()}


@pytest.mark.parametrize("role", ROLES)
def test_a_list_of_many_needs_the_right_and_a_second_person(role: str, bank: Bank, names: dict[str, object]) -> None:
    browser = browser_of(role)
    by = "data_protection" if role != "data_protection" else "team_lead"
    for url in ("/findings.csv", "/findings.json", "/who/transfer/who.csv?that=bank_transfer.state+%3D+succeeded"):
        assert status_of(browser, url) == SHUT
    found = {url: approved(browser, url.format(**names), by).status_code for url in MANY}
    assert found == {url: OPENED if role in may else SHUT for url, may in MANY.items()}


@pytest.mark.parametrize("role", ROLES)
def test_a_customers_page_needs_right_and_reason(role: str, bank: Bank, names: dict[str, object]) -> None:
    browser = browser_of(role)
    found = {url: status_of(browser, url.format(**names)) for url in BEHIND_THE_DOOR}
    assert found == {url: REASON if role in may else SHUT for url, may in BEHIND_THE_DOOR.items()}
    if role in READERS:
        with_reason(browser, "customer", int(str(names["customer"])))
        found = {url: status_of(browser, url.format(**names)) for url in BEHIND_THE_DOOR}
        assert found == {url: OPENED if role in may else SHUT for url, may in BEHIND_THE_DOOR.items()}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("code", SECRET)
def test_a_reason_under_secrecy_needs_the_right(code: str, role: str, bank: Bank, names: dict[str, object]) -> None:
    answer = browser_of(role).post(f"/of/customer/{names['customer']}/reason", {"code": code})
    assert answer.status_code == (302 if role in SECRETIVE else SHUT)


@pytest.mark.parametrize("role", ["administrator"])
def test_who_may_not_look_opens_no_door(role: str, bank: Bank, names: dict[str, object]) -> None:
    answer = browser_of(role).post(f"/of/customer/{names['customer']}/reason", {"code": "written"})
    assert answer.status_code == SHUT
    assert not OpenDoor.objects.filter(actor=role).exists()


@pytest.mark.parametrize(
    ("role", "url", "told"),
    [
        ("team_lead", "/withheld", "This is for the role authority desk, and yours is team lead: ask a"),
        ("administrator", "/break-glass", "This is for the roles support, team lead, investigator, data"),
    ],
)
def test_a_refusal_says_in_plain_words_whom_it_is_for(role: str, url: str, told: str, bank: Bank) -> None:
    answer = browser_of(role).get(url)
    page = answer.content.decode()
    assert answer.status_code == SHUT and told in page
    assert not re.search("review_withheld|break_glass|is team_lead|ask an administrator", page)


def test_a_reason_for_one_customer_opens_no_other(bank: Bank, names: dict[str, object]) -> None:
    browser = with_reason(browser_of("support"), "customer", int(str(names["customer"])))
    other = next(id for id in bank.ids("customer") if id != names["customer"])
    assert status_of(browser, f"/of/customer/{other}") == REASON


def test_numbers_that_name_nothing_are_not_found(bank: Bank) -> None:
    browser = browser_of("investigator")
    for url in (
        "/of/customer/999999999",
        "/of/nothing/1",
        "/place/999999999",
        "/finding/0",
        "/search/none",
        "/export/9",
    ):
        assert status_of(browser, url) == UNKNOWN
    assert status_of(browser, "/of/customer/" + "9" * 30) == UNKNOWN


def test_a_number_of_another_kind_is_not_found(bank: Bank, names: dict[str, object]) -> None:
    assert status_of(browser_of("support"), f"/of/account/{names['customer']}") == UNKNOWN


def test_what_changes_something_is_only_posted(bank: Bank, names: dict[str, object]) -> None:
    browser = browser_of("support")
    for url in sorted({url for url, _, _ in POSTED if url.rpartition("/")[2] not in READ_TOO}):
        assert browser.get(url.format(**names)).status_code == 405, url


@pytest.mark.parametrize("role", ROLES)
def test_what_is_posted_needs_the_right_and_a_refusal_is_recorded(
    role: str, bank: Bank, names: dict[str, object]
) -> None:
    browser = browser_of(role)
    if role in READERS:
        with_reason(browser, "customer", int(str(names["customer"])))
    before = AuditRecord.objects.filter(kind="refusal", actor=role).count()
    found = [(url, sent, browser.post(url.format(**names), sent).status_code == SHUT) for url, sent, _ in POSTED]
    expected = [(url, sent, role not in may) for url, sent, may in POSTED]
    assert found == expected
    refused = AuditRecord.objects.filter(kind="refusal", actor=role).count() - before
    assert refused == sum(is_refused for _, _, is_refused in expected)


def test_a_stranger_who_posts_is_sent_to_sign_in(bank: Bank, names: dict[str, object]) -> None:
    stranger = Client(HTTP_HOST="localhost")
    for url, sent, _ in POSTED:
        assert stranger.post(url.format(**names), sent).headers["Location"].startswith("/sign-in"), url


@pytest.mark.parametrize("role", ROLES)
def test_who_may_unmask_and_export(role: str, bank: Bank, names: dict[str, object]) -> None:
    browser = browser_of(role)
    customer = int(str(names["customer"]))
    if role in READERS:
        with_reason(browser, "customer", customer)
    unmasked = browser.post(f"/of/customer/{customer}/unmask", {"path": "name"}).status_code
    assert unmasked == (302 if role in UNMASKERS else SHUT)


def test_a_form_without_its_token_is_refused(bank: Bank, names: dict[str, object]) -> None:
    browser = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    browser.force_login(
        __import__("django.contrib.auth.models").contrib.auth.models.User.objects.get(username="support")
    )
    answer = browser.post(f"/of/customer/{names['customer']}/reason", {"code": "written"})
    assert answer.status_code == 403
    assert not OpenDoor.objects.filter(closes_at__gt=AuditRecord.objects.latest("id").recorded_at).exists()


def test_every_address_is_in_these_tables() -> None:
    known = {url.split("?")[0] for url in [*FREE, *MANY, *BEHIND_THE_DOOR, *(url for url, _, _ in POSTED)]}
    tested = {"", "link", "sign-in", "sign-in/code", "sign-in/telephone"}
    tested |= {"sign-in/bank", "sign-in/bank/back", "sign-in/bank/ended"}
    tested |= {"search/<str:token>", "export/<number:id>", "export/<number:id>/file"}
    tested |= {"of/<str:kind>/<number:id>/news", "of/<str:kind>/<number:id>/who"}
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        assert route in tested or any(pattern.resolve(_filled(url)[1:]) for url in known), route


def _filled(url: str) -> str:
    return re.sub(r"\{\w+\}", "7", url)


def test_the_reference_says_who_may_do_what(bank: Bank) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "roles.md").read_text()
    told = set()
    for right, *cells in (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")
    ):
        told |= {(role, right.strip("`")) for role, cell in zip(ROLES, cells[1:], strict=True) if cell == "yes"}
    assert told == set(Right.objects.values_list("role", "action"))
