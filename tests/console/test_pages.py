"""Pages of a real, small bank: recorded before they are shown, escaped, the same in part and whole, at a fixed cost."""

from __future__ import annotations

import csv
import gc
import io
import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.answers.reading.cursors import Mark, pack
from audit.models import AuditRecord, OpenDoor
from tests.console.conftest import Bank, approved, browser_of, with_reason
from tests.console.reading import Reading, text_of

LEFT_MAX = 300  # objects; Django's client and request leave some of their own


def test_pages_are_well_formed_and_strict(support: Client, urls: list[str]) -> None:
    for url in urls:
        page = Reading(text_of(support, url))
        assert not page.open, (url, page.open)
        for tag, attributes in page.tags:
            assert tag != "style" and "style" not in attributes, (url, tag)
            assert not [name for name in attributes if name.startswith("on")], (url, tag)
            assert tag != "script" or str(attributes["src"]).startswith("/static/")


def test_pages_have_landmarks_headings_and_labels(support: Client, urls: list[str]) -> None:
    for url in urls:
        page = Reading(text_of(support, url))
        names = [tag for tag, _ in page.tags]
        assert (names.count("main"), names.count("h1"), names.count("header")) == (1, 1, 1), url
        ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
        assert len(ids) == len(set(ids)), (url, [one for one in ids if ids.count(one) > 1])
        labels = {attributes.get("for") for tag, attributes in page.tags if tag == "label"}
        for tag, attributes in page.tags:
            if tag == "th":
                assert attributes.get("scope"), url
            if tag in ("input", "select") and attributes.get("type") not in ("hidden", "radio", "checkbox"):
                assert attributes.get("id") in labels, (url, attributes)
            if "aria-labelledby" in attributes:
                assert attributes["aria-labelledby"] in ids, (url, attributes)


def test_links_for_parts_have_a_page_of_their_own(support: Client, urls: list[str]) -> None:
    for url in urls:
        for tag, attributes in Reading(text_of(support, url)).tags:
            if tag == "a" and "hx-get" in attributes:
                assert attributes["hx-get"] == attributes["href"], (url, attributes)


def test_nothing_is_kept_or_told_elsewhere(support: Client, urls: list[str]) -> None:
    for url in urls:
        answer = support.get(url)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_titles_and_addresses_name_nobody(bank: Bank, support: Client, urls: list[str]) -> None:
    keys = {
        row[0] for row in bank.rows("select key from trace.subject where kind in ('customer', 'account', 'transfer')")
    }
    for url in urls:
        text = text_of(support, url)
        title = re.search("<title>(.*?)</title>", text)
        assert title and not any(key in title[1] for key in keys), title
        for address in re.findall('(?:href|action|hx-get)="([^"]*)"', text):
            assert not any(key in unescape(address) for key in keys), address


def test_every_time_names_its_zone(support: Client, urls: list[str]) -> None:
    for url in urls:
        for shown in re.findall(r"<time[^>]*>([^<]*)</time>", text_of(support, url)):
            assert re.search(r" (CET|CEST)$", shown) or not re.search(r"\d:\d", shown), (url, shown)


def test_a_page_is_recorded_with_all_it_shows(bank: Bank, support: Client, customer: int, account: int) -> None:
    support.get(f"/of/account/{account}?at=2026-11-15T12:00&clock=occurred", REMOTE_ADDR="192.0.2.7")
    record = AuditRecord.objects.latest("id")
    customer_key, account_key = (
        bank.rows("select kind || ':' || key from trace.subject where id = %s", id)[0][0] for id in (customer, account)
    )
    assert {customer_key, account_key} <= set(record.subjects)
    assert (record.kind, record.page, record.outcome) == ("look", "account", "shown")
    assert (record.actor, record.role, record.address) == ("support", "support", "192.0.2.7")
    assert (record.reason_code, record.ticket) == ("call", "88123")
    assert record.moment == "2026-11-15T11:00:00.000000Z occurred"
    assert record.session and record.duration_ms is not None


@pytest.mark.parametrize(
    ("url", "status", "kind", "outcome"),
    [
        ("/of/customer/999999999", 404, "look", "not found"),
        ("/of/customer/{customer}?at=yesterday", 400, "look", "bad input"),
        ("/of/transfer/{other}", 302, "look", "no reason"),
    ],
)
def test_what_was_not_shown_is_recorded_too(
    url: str, status: int, kind: str, outcome: str, bank: Bank, support: Client, customer: int
) -> None:
    other = bank.rows(
        "select s.id from trace.subject s where kind = 'transfer' and not exists"
        " (select from link where subject_id = s.id and other_id = %s) limit 1", customer,
    )[0][0]  # fmt: skip
    assert support.get(url.format(customer=customer, other=other)).status_code == status
    record = AuditRecord.objects.latest("id")
    assert (record.kind, record.outcome) == (kind, outcome)


def test_a_refusal_is_recorded(bank: Bank, customer: int) -> None:
    assert browser_of("administrator").get(f"/of/customer/{customer}").status_code == 403
    record = AuditRecord.objects.latest("id")
    assert (record.kind, record.outcome, record.actor) == ("refusal", "refused", "administrator")


def test_no_record_of_the_look_no_page(bank: Bank, support: Client, customer: int, account: int) -> None:
    key = bank.rows("select key from trace.subject where id = %s", account)[0][0]
    with bank.database.connect("owner", autocommit=True) as owner:
        owner.execute("revoke insert on audit_record from whereabouts_web")
        try:
            for url in (f"/of/account/{account}", f"/of/account/{account}/statement.csv", "/desk"):
                answer = support.get(url)
                assert answer.status_code == 503
                assert key not in answer.content.decode()
                assert "o record of the look" in answer.content.decode()
        finally:
            owner.execute("grant insert on audit_record to whereabouts_web")
    assert support.get(f"/of/account/{account}").status_code == 200


def test_html_in_a_name_is_text(bank: Bank) -> None:
    """The demo bank's first customer is called <script>alert('hej')</script> Hansen."""
    [[id]] = bank.rows(
        "select t.subject_id from timeline t join trace.subject s on s.id = t.subject_id and s.kind = 'customer'"
        " order by t.recorded_at, t.position limit 1"
    )
    browser = with_reason(browser_of("support"), "customer", id)
    assert browser.post(f"/of/customer/{id}/unmask", {"path": "name"}).status_code == 302
    text = text_of(browser, f"/of/customer/{id}")
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text
    assert AuditRecord.objects.latest("id").unmasked == ["name"]


@pytest.mark.parametrize("path", ["kunde879@example.invalid", "name.kunde879@example.invalid", "kind", "address", ""])
def test_only_a_personal_field_of_the_model_is_shown_and_recorded(
    path: str, bank: Bank, customer: int, support: Client
) -> None:
    answer = support.post(f"/of/customer/{customer}/unmask", {"path": path})
    assert answer.status_code == 400 and "kunde879" not in answer.content.decode()
    assert not AuditRecord.objects.filter(unmasked__contains=[path]).exists()
    assert not OpenDoor.objects.filter(unmasked__has_key=path).exists()
    assert "kunde879" not in str(list(AuditRecord.objects.order_by("-pk")[:5].values()))


def test_a_page_that_shows_a_value_asks_for_itself_again(bank: Bank, customer: int, support: Client) -> None:
    """Within two minutes, by a header: no script is needed. A piece of it and a file never show the value."""
    url = f"/of/customer/{customer}"
    assert "Refresh" not in support.get(url).headers
    before = {one: support.get(one).content for one in (f"{url}/payments.csv", f"{url}/accounts.json")}
    support.post(f"{url}/unmask", {"path": "phone"})
    page = support.get(url)
    assert 0 < int(page.headers["Refresh"]) <= 120 and b"+45 " in page.content
    piece = support.get(url, headers={"HX-Request": "true", "HX-Target": "payments"})
    assert "Refresh" not in piece.headers and b"+45 " not in piece.content
    whole = support.get(url, headers={"HX-Request": "true"})
    assert b"+45 " not in whole.content
    assert before == {one: support.get(one).content for one in before}
    door = OpenDoor.objects.latest("pk")
    door.unmasked = {"phone": door.opened_at.isoformat()}
    door.save(update_fields=["unmasked"])
    again = support.get(url)
    assert "Refresh" not in again.headers and b"+45 " not in again.content


def test_everything_personal_is_masked_at_first(bank: Bank, support: Client, urls: list[str]) -> None:
    shown = " ".join(Reading(text_of(support, url)).text for url in urls)
    assert "••••••" in shown
    assert not re.search(r"\bDK\d{16}\b|\b\d{6}-\d{4}\b|@example\.invalid", shown)


@pytest.mark.parametrize("part", ["payments", "statement", "steps", "list", "looks", "days", "entries"])
def test_a_part_equals_its_piece_of_the_page(
    part: str, support: Client, urls: list[str], customer: int, account: int, transfer: int
) -> None:
    place = next(url for url in urls if url.startswith("/place/"))
    url = {
        "payments": f"/of/customer/{customer}", "statement": f"/of/account/{account}",
        "steps": f"/of/transfer/{transfer}",
        "list": "/findings?state=open", "looks": "/looks?before=3", "days": place, "entries": place,
    }[part]  # fmt: skip
    whole = text_of(support, url)
    piece = support.get(url, headers={"HX-Request": "true", "HX-Target": part}).content.decode()
    assert piece.startswith(f'<section class="card" id="{part}"')
    counted = re.compile(r"\d+ of [\d,]+")  # every look adds one to the list of looks
    assert counted.sub("", piece.strip()) in counted.sub("", whole)


def test_an_open_door_names_its_reason_and_its_end(support: Client, customer: int) -> None:
    text = Reading(text_of(support, f"/of/customer/{customer}")).text
    assert re.search(r"Customer on the line ticket 88123, until \d\d:\d\d CES?T", text)


@pytest.mark.parametrize(
    "query", ["step=x", "step=-1", "step=1e3", "at=2026-99-99", "payments=%00", "payments=garbage"]
)
def test_bad_input_is_said_and_breaks_nothing(query: str, support: Client, customer: int, transfer: int) -> None:
    for url in (f"/of/customer/{customer}", f"/of/transfer/{transfer}"):
        assert support.get(f"{url}?{query}").status_code in (200, 400)


def test_news_is_204_until_something_is_new(support: Client, customer: int) -> None:
    text = text_of(support, f"/of/customer/{customer}")
    found = re.search(r'hx-get="(/of/customer/\d+/news\?[^"]+)"', text)
    assert found
    assert support.get(unescape(found[1])).status_code == 204
    first = pack(Mark(datetime(2020, 1, 1, tzinfo=UTC), 0, 0, 0))
    older = text_of(support, f"/of/customer/{customer}/news?since={first}&back=/of/customer/{customer}")
    assert re.search(r'<a class="btn go" href="/of/customer/\d+"[^>]*>\d+ new, show</a>', older)


def test_polling_stops_when_the_door_closes(bank: Bank, customer: int) -> None:
    assert browser_of("support").get(f"/of/customer/{customer}/news?since=").status_code == 286


def test_a_list_is_the_same_as_csv_and_json(support: Client, account: int) -> None:
    rows = list(csv.DictReader(io.StringIO(support.get(f"/of/account/{account}/statement.csv").content.decode())))
    made = json.loads(support.get(f"/of/account/{account}/statement.json").content)
    assert made["shown"] == len(rows) > 0
    assert [row["amount"] for row in rows] == [row["amount"] for row in made["rows"]]
    record = AuditRecord.objects.latest("id")
    assert (record.kind, record.details["rows"]) == ("download", len(rows))
    assert not re.search(r"\bDK\d{16}\b", json.dumps(made))


def test_a_page_takes_a_fixed_number_of_queries(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {}
    for id in bank.ids("customer")[:6]:
        browser = with_reason(browser_of("support"), "customer", id)
        with CaptureQueriesContext(connection) as captured:
            text_of(browser, f"/of/customer/{id}")
        counts[id] = len(captured)
    assert len(set(counts.values())) == 1, counts
    assert max(counts.values()) <= 9


def test_a_page_leaves_little_to_the_garbage_collector(support: Client, customer: int, account: int) -> None:
    """What holds itself waits for it, and it then holds up one page in some twenty, by as long as half a page takes."""
    for path in (f"/of/customer/{customer}", f"/of/account/{account}"):
        for _ in range(2):  # what is kept for good is made
            support.get(path)
            gc.collect()
        gc.disable()
        try:
            support.get(path)
            assert gc.collect() < LEFT_MAX
        finally:
            gc.enable()


def test_a_customer_cannot_be_left_by_the_reason_page(bank: Bank, customer: int) -> None:
    browser = browser_of("support")
    for elsewhere in ("https://example.org/", "//example.org/", "javascript:alert(1)", "/\\example.org"):
        answer = browser.post(f"/of/customer/{customer}/reason", {"code": "written", "next": elsewhere})
        assert answer.headers["Location"] == "/"


def test_a_reason_must_be_chosen(bank: Bank, customer: int) -> None:
    answer = browser_of("support").post(f"/of/customer/{customer}/reason", {"ticket": "1"})
    assert answer.status_code == 200 and "Choose a reason" in answer.content.decode()


def test_a_caller_must_be_identified_and_only_a_caller(bank: Bank, customer: int) -> None:
    browser = browser_of("support")
    answer = browser.post(f"/of/customer/{customer}/reason", {"code": "call"})
    assert answer.status_code == 200 and "Say how the caller was identified" in answer.content.decode()
    assert browser.get(f"/of/customer/{customer}").status_code == 302
    browser.post(f"/of/customer/{customer}/reason", {"code": "written", "caller_identified": "app"})
    assert AuditRecord.objects.filter(kind="reason").latest("id").caller_identified == ""


def test_looks_of_one_customer_alone(bank: Bank, customer: int, support: Client, transfer: int) -> None:
    key = bank.rows("select key from trace.subject where id = %s", customer)[0][0]
    with_reason(browser_of("support"), "customer", customer)
    auditor = browser_of("auditor")
    answer = auditor.post("/looks", {"text": key})
    assert answer.headers["Location"] == f"/looks?of={customer}"  # our number, not the bank's
    rows = json.loads(approved(auditor, f"/looks.json?of={customer}").content)["rows"]
    assert rows and all(f"customer:{key}" in row["subjects"] for row in rows)
    assert f"Looks at Customer {key}" in text_of(auditor, f"/looks?of={customer}")
    assert auditor.post("/looks", {"text": "no such thing"}).status_code == 404
    assert auditor.get("/looks?of=999999999").status_code == 404


def test_danish_browsers_get_danish_sentences_and_numbers(support: Client, transfer: int) -> None:
    text = support.get(f"/of/transfer/{transfer}", headers={"Accept-Language": "da"}).content.decode()
    assert re.search(r"\d,\d\d\u00a0DKK", text)
