"""A record has every subject that its page, list or file shows, and tells of what went wrong too."""

from __future__ import annotations

import re

import pytest

from audit.models import AuditRecord
from console import visit
from console.views.subject import PAGES
from tests.console.conftest import Bank, approved, browser_of, with_reason
from tests.console.test_rights import BEHIND_THE_DOOR, FREE, MANY, names  # noqa: F401  (a fixture)

MAIN = re.compile(r"<main.*?</main>", re.S)
LINKED = re.compile(r'href="/of/([a-z_]+)/([0-9]+)')


def test_who_is_linked_is_recorded(bank: Bank, names: dict[str, object]) -> None:  # noqa: F811
    browser = with_reason(browser_of("support"), "customer", int(str(names["customer"])))
    keys = {row[0]: f"{row[1]}:{row[2]}" for row in bank.rows("select id, kind, key from trace.subject")}
    missing: dict[str, set[str]] = {}
    for pattern in [*FREE, *BEHIND_THE_DOOR]:
        url = pattern.format(**names)
        answer = browser.get(url)
        if answer.status_code != 200 or answer.streaming or ".csv" in url or ".json" in url:
            continue
        record = AuditRecord.objects.latest("id")
        main = MAIN.search(answer.content.decode())
        linked = {keys[int(id)] for _, id in LINKED.findall(main[0] if main else "")}
        if pattern == "/desk":  # one's own open doors are listed there, which is no look at anybody
            own = f"customer:{bank.key_of(int(str(names['customer'])))}"
            assert own in linked and own not in record.subjects
            linked.discard(own)
        if absent := linked - set(record.subjects):
            missing[pattern] = absent
    assert not missing


def test_every_row_of_a_file_is_recorded(bank: Bank, names: dict[str, object]) -> None:  # noqa: F811
    """Lists of several customers too, once a second person has approved them."""
    browser = with_reason(browser_of("support"), "customer", int(str(names["customer"])))
    named = re.compile(r'"(?:flow|subject|account)": "([a-z_]+:[^"]+)"')
    shown: dict[str, int] = {}
    for pattern in [url for url in [*MANY, *BEHIND_THE_DOOR] if ".csv" in url or ".json" in url]:
        answer = approved(browser, pattern.format(**names).replace(".csv", ".json"))
        assert answer.status_code == 200, pattern
        record = AuditRecord.objects.latest("id")
        rows = set(named.findall(answer.content.decode()))
        if "/looks" not in pattern:  # whose rows name those who were looked at, as records do
            assert rows <= set(record.subjects), pattern
        assert record.duration_ms is not None and record.kind == "download"
        shown[pattern] = len(rows)
    assert sum(1 for count in shown.values() if count) > 3, shown


def test_what_went_wrong_is_recorded_with_whom_it_was_about(
    bank: Bank,
    names: dict[str, object],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    customer = int(str(names["customer"]))
    browser = with_reason(browser_of("support"), "customer", customer)
    browser.raise_request_exception = False
    monkeypatch.setattr(visit, "render", broken)  # the record was begun before it, as if the page were shown
    for _ in range(2):
        before = AuditRecord.objects.count()
        assert browser.get(f"/of/customer/{customer}").status_code == 500
        record = AuditRecord.objects.latest("id")
        assert (record.kind, record.outcome, record.actor) == ("look", "error", "support")
        assert record.subjects and record.reason_code == "call" and record.duration_ms is not None
        assert AuditRecord.objects.count() > before
        monkeypatch.setitem(PAGES, "customer", broken)
