"""A finding is taken on by somebody, by name and with a reason; the list is chosen and ordered as asked."""

from __future__ import annotations

import pytest
from django.test import Client

from audit.access.acknowledged import acknowledged
from audit.answers.pages.listed_findings import Chosen, all_findings, findings
from audit.answers.shapes import FindingLine
from audit.database import reading
from audit.errors import UsageError
from tests.answers.conftest import asking
from tests.console.conftest import Bank, browser_of, with_reason


@pytest.fixture(scope="module")
def some(bank: Bank) -> str:
    return str(bank.rows("select id from finding where state = 'open' order by id limit 1")[0][0])


def post(client: Client, some: str, **values: str) -> int:
    return client.post(f"/finding/{some}/acknowledge", values).status_code


def test_the_latest_word_counts_and_every_word_is_kept(bank: Bank, some: str) -> None:
    support = browser_of("support")
    assert post(support, some, why="known", ticket="T-1") == 302
    assert post(support, some, why="being_mended", owner="Team payments") == 302
    with reading() as connection:
        latest = acknowledged(connection, [some])[some]
    assert (latest.owner, latest.why, latest.by) == ("Team payments", "being_mended", "support")
    page = support.get(f"/finding/{some}").content.decode()
    assert "Team payments" in page and "being mended" in page
    assert bank.rows("select count(*) from audit_record where details ->> 'finding' = %s", some)[0][0] == 2
    with asking() as inquiry:
        taken = {line.id for line in findings(inquiry, Chosen(taken="yes")).findings.rows}
        others = [line.id for line in all_findings(inquiry, Chosen(taken="no"))]
        everyone = [line.id for line in all_findings(inquiry)]
    assert taken == {some} and sorted([*others, some]) == sorted(everyone)


def test_a_finding_is_a_look_at_everyone_in_its_evidence(bank: Bank) -> None:
    """The one with the most evidence: its page tells events of many, and each of them may ask who looked."""
    [[some, evidence]] = bank.rows("select id, evidence from finding order by cardinality(evidence) desc, id limit 1")
    assert browser_of("auditor").get(f"/finding/{some}").status_code == 200
    [[recorded]] = bank.rows("select subjects from audit_record where page = 'finding' order by id desc limit 1")
    owners = bank.rows(
        "select distinct s.kind || ':' || s.key from timeline t join trace.subject s on s.id = t.subject_id"
        " where t.position = any(%s) and s.kind in ('customer', 'account', 'transfer')"
        " union select distinct s.kind || ':' || s.key from timeline t join link l on l.subject_id = t.subject_id"
        " and l.other_kind = 'customer' join trace.subject s on s.id = l.other_id where t.position = any(%s)",
        evidence[:50], evidence[:50],
    )  # fmt: skip
    assert {owner for [owner] in owners} and {owner for [owner] in owners} <= set(recorded)


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_may_not_is_refused(bank: Bank, some: str, role: str) -> None:
    assert post(browser_of(role), some, why="known") == 403


@pytest.mark.parametrize("values", [{"why": "because"}, {"why": "known", "ticket": "<b>"}, {"owner": "x" * 151}])
def test_other_words_are_refused(bank: Bank, some: str, values: dict[str, str]) -> None:
    assert post(browser_of("support"), some, **values) == 400


def test_what_is_resolved_is_not_taken_on_any_more(bank: Bank) -> None:
    [[resolved]] = bank.rows("select id from finding where state = 'resolved' order by id limit 1")
    assert post(browser_of("support"), resolved, why="known") == 400


def test_what_is_no_finding_is_not_taken_on(bank: Bank) -> None:
    assert post(browser_of("support"), "0" * 24, why="known") == 404


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_every_order_shows_every_finding_once(bank: Bank, order: str) -> None:
    with asking() as inquiry:
        everyone = list(all_findings(inquiry))
        seen: list[FindingLine] = []
        cursor: str | None = None
        while True:
            page = findings(inquiry, Chosen(order=order), cursor, 7).findings
            seen += page.rows
            cursor = page.next
            if cursor is None:
                break
    assert sorted(line.id for line in seen) == sorted(line.id for line in everyone)
    times = [line.opened_at for line in seen]
    assert times == sorted(times, reverse=order == "newest")


def test_by_money_the_most_stands_first(bank: Bank) -> None:
    with asking() as inquiry:
        rows = findings(inquiry, Chosen(order="money", currency="DKK"), None, 500).findings.rows
        named = [line for line in all_findings(inquiry) if any(one.currency == "DKK" for one in line.money)]
        with pytest.raises(UsageError, match="choose the currency"):
            findings(inquiry, Chosen(order="money"))
    most = [max(one.units for one in line.money if one.currency == "DKK") for line in rows]
    assert len(rows) == len(named) > 1 and most == sorted(most, reverse=True)


def test_choices_narrow_and_are_counted(bank: Bank) -> None:
    with asking() as inquiry:
        everyone = list(all_findings(inquiry))
        for severity in ("critical", "high", "medium", "info"):
            page = findings(inquiry, Chosen(severity=severity)).findings
            assert page.total == sum(line.severity == severity for line in everyone)
        first = findings(inquiry, Chosen(cause="first")).findings
        assert first.total == sum(line.because_of is None for line in everyone)
        with pytest.raises(UsageError, match="no severity"):
            findings(inquiry, Chosen(severity="grave"))


def test_that_we_look_into_it_is_said_once_somebody_does(bank: Bank) -> None:
    transfer, finding = bank.rows(
        "select s.id, f.id from finding f join trace.subject s on s.id = f.subject_id where s.kind = 'transfer'"
        " and f.rule = 'residue_at_end' and f.state = 'open' order by f.id desc limit 1"
    )[0]
    support = with_reason(browser_of("support"), "transfer", transfer)
    assert "We will look into it." in support.get(f"/of/transfer/{transfer}").content.decode()
    assert post(support, finding, why="being_mended", owner="Team payments") == 302
    page = support.get(f"/of/transfer/{transfer}").content.decode()
    assert "We are looking into it." in page and "We will look into it." not in page
