"""The pages' answers: sums that add up, lists that page without loss, a fixed number of statements, plans by index."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.answers.inquiry import Inquiry
from audit.answers.pages.account import account, statement_page
from audit.answers.pages.customer import customer
from audit.answers.pages.findings import finding
from audit.answers.pages.lane import lane
from audit.answers.pages.listed_findings import findings
from audit.answers.pages.overview import overview
from audit.answers.pages.payments import PAYMENTS_SHOWN, listed_payments, mine_of, payment_lines
from audit.answers.pages.place import place, place_kind_page
from audit.answers.pages.sources import sources
from audit.answers.pages.transfer import transfer
from audit.answers.reading.cut import END
from audit.answers.reading.flows import load_together
from audit.answers.reading.names import known
from audit.answers.reading.unfolded import unfolded
from audit.answers.shapes import Page, PaymentLine, StatementLine
from audit.answers.where import accounts_of
from audit.database import sql, use_current_generation
from audit.errors import UnknownSubject
from audit.values import Clock, Moment, Place, Subject
from tests.answers.conftest import asking
from tests.answers.oracle import Bank
from tests.conftest import Database

ACCOUNT = Subject("account", "A1")


def booked(bank: Bank, account: str, currency: str = "DKK", clock: str = "recorded") -> list[tuple[str, int, int]]:
    """Event, change of what is booked, and what is booked after it, in the stream's order or as things happened."""
    total, rows = 0, []
    events = bank.events if clock == "recorded" else sorted(bank.events, key=lambda e: (e.occurred, *e.key))
    for event in events:
        change = 0
        for book, source, target, units, of in event.moves:
            if book == "ledger" and of == currency:
                change -= units if source.endswith(f":{account}") else 0
                change += units if target.endswith(f":{account}") else 0
        total += change
        if change:
            rows.append((event.id, change, total))
    return rows


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
@pytest.mark.parametrize("size", [1, 4, 200])
def test_a_statement_is_the_running_sum_newest_first(world: Database, bank: Bank, size: int, clock: str) -> None:
    rows: list[StatementLine] = []
    with asking(clock=clock) as inquiry:
        page = statement_page(inquiry, ACCOUNT, "DKK", size=size)
        rows += page.rows
        while page.next:
            page = statement_page(inquiry, ACCOUNT, "DKK", page.next, size)
            rows += page.rows
    told = [(row.event.id, row.money.units, row.booked_after.units if row.booked_after else None) for row in rows]
    assert told == [*reversed(booked(bank, "A1", clock=clock))]
    assert clock == "recorded" or told != [*reversed(booked(bank, "A1"))], "no event of it was backdated"


def test_a_statement_of_the_past_ends_at_its_moment_as_things_happened(world: Database, bank: Bank) -> None:
    told = booked(bank, "A1", clock="occurred")
    times = {event.id: event.occurred for event in bank.events}
    for id, _, _ in told[:: max(1, len(told) // 12)]:
        with asking(at=Moment(times[id], Clock.OCCURRED)) as inquiry:
            page = statement_page(inquiry, ACCOUNT, "DKK")
        expected = [row for row in told if times[row[0]] <= times[id]]
        assert [(row.event.id, row.money.units, row.booked_after and row.booked_after.units) for row in page.rows] == [
            *reversed(expected)
        ]


def test_available_is_booked_less_held(world: Database, bank: Bank) -> None:
    with asking() as inquiry:
        page = account(inquiry, ACCOUNT)
    last = max(event.recorded for event in bank.events)
    for balance in page.balances:
        currency = balance.booked.currency
        held = bank.holds([("ledger", f"reserved:A1 {currency}")], last, "recorded")
        assert balance.available.units == balance.booked.units - balance.held.units
        assert balance.held.units == sum(held.values())
    assert sum(hold.money.units for hold in page.holds.rows) == sum(balance.held.units for balance in page.balances)
    assert page.chart[-1].booked.units == booked(bank, "A1")[-1][2]
    currency, zone = page.chart[0].booked.currency, ZoneInfo(inquiry.model.zone)
    places = [("ledger", f"{kind}:A1 {currency}") for kind in ("available", "reserved")]
    for point in page.chart:
        end = datetime.combine(point.day + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
        assert point.booked.units == sum(bank.holds(places, end, "recorded").values()), point.day
    assert [link.subject.key for link in page.customers] == ["C1"]
    assert [fact.name for fact in page.facts] == ["iban"] and page.facts[0].is_personal


def payments_of(
    inquiry: Inquiry, subject: Subject, cursor: str | None = None, size: int = PAYMENTS_SHOWN
) -> Page[PaymentLine]:
    """A page of the list with every story read whole, by none of the ways in which the customer's page is quick."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    listed = listed_payments(inquiry, asked, cursor, size)
    loaded = load_together(inquiry, listed.flows, listed.alone, fresh, briefly=True)
    mine = mine_of(inquiry, [one.subject for one in accounts_of(inquiry, asked, fresh)])
    return payment_lines(inquiry, asked, mine, fresh, listed, loaded)


@pytest.mark.parametrize("size", [1, 7, 500])
def test_payments_are_one_row_each(world: Database, bank: Bank, size: int) -> None:
    wanted = {e.transfer or e.id for e in bank.events if e.stream in ("account-A0", "account-A3") and e.moves}
    seen: list[str] = []
    cursor: str | None = None
    with asking() as inquiry:
        while True:
            page = payments_of(inquiry, Subject("customer", "C0"), cursor, size)
            seen += [row.flow.subject.key if row.flow else row.event.id for row in page.rows]
            cursor = page.next
            if cursor is None:
                break
    assert len(seen) == len(set(seen)) and set(seen) == wanted


def test_a_payment_is_signed_and_says_what_was_booked_after(world: Database, bank: Bank) -> None:
    after = {event: (change, total) for event, change, total in booked(bank, "A1")}
    with asking() as inquiry:
        rows = payments_of(inquiry, Subject("customer", "C1"), size=500).rows
    assert {row.flow is None for row in rows} == {True, False}
    for row in rows:
        if row.flow is None and row.money.currency == "DKK":
            assert (row.money.units, row.booked_after.units if row.booked_after else None) == after[row.event.id]
        if row.flow is not None:
            assert row.money.units < 0 and row.counterparty == "Åse L••••••"


def test_a_step_changes_the_whole_page(world: Database, bank: Bank) -> None:
    for key in ("T0", "T7", "T14"):
        story = [event for event in bank.events if event.transfer == key]
        for number, event in enumerate(story, 1):
            with asking() as inquiry:
                page = transfer(inquiry, Subject("transfer", key), step=number)
            assert page.at.upto is not None and page.at.upto.id == event.id
            assert page.selected is not None and page.selected.technical[0].ref.id == event.id
            assert len(page.steps.rows) == len(story), "the steps after it are still drawn"
            shown = [e.is_after for e in page.steps.rows]
            assert shown == [False] * number + [True] * (len(story) - number)
            assert "Åse Lund" not in repr(page)
        with asking() as inquiry:
            assert transfer(inquiry, Subject("transfer", key)).selected is None


def test_what_never_came_is_a_row_of_its_own(world: Database, bank: Bank) -> None:
    stopped = next(
        event.transfer
        for event in bank.events
        if event.type == "Begun" and sum(e.transfer == event.transfer for e in bank.events) == 2
    )
    with asking() as inquiry:
        page = transfer(inquiry, Subject("transfer", str(stopped)))
        missing = page.missing[0]
        assert missing.says == "Expected: Sent; not seen" and missing.lane == "order"
        begun = next(event for event in bank.events if event.transfer == stopped and event.type == "Begun")
        assert missing.due == begun.recorded + timedelta(seconds=10)
    with asking(at=Moment(begun.recorded)) as inquiry:
        then = transfer(inquiry, Subject("transfer", str(stopped)))
    assert then.waiting and then.waiting[0].overdue_seconds is None, "nothing is late at the moment itself"


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_a_place_is_a_ledger_by_day(world: Database, bank: Bank, clock: str) -> None:
    last = max(event.recorded for event in bank.events) + timedelta(days=3)
    for asked in (
        Place("ledger", "available", "A1"),
        Place("custody", "clearing", "dk"),
        Place("ledger", "outside", ""),
    ):
        with asking(at=Moment(last, Clock(clock))) as inquiry:
            page = place(inquiry, asked, "DKK")
        name = (asked.book, f"{asked} DKK")
        assert page.money.units == bank.holds([name], last, clock).get(name, 0)
        for day in page.days.rows:
            assert day.opening.units + day.incoming.units - day.outgoing.units == day.closing.units
        days = list(page.days.rows)
        assert all(later.opening == earlier.closing for later, earlier in zip(days, days[1:], strict=False))
        assert days[-1].opening.units == 0
        one = days[len(days) // 2]
        with asking(at=Moment(last, Clock(clock))) as inquiry:
            rows = place(inquiry, asked, "DKK", day=one.day).entries.rows
        if len(rows) < 50:
            assert len(rows) == one.entries
            assert sum(row.money.units for row in rows) == one.closing.units - one.opening.units


def test_a_flows_own_place_and_the_places_of_a_kind(world: Database, bank: Bank) -> None:
    stuck = [
        e.transfer for e in bank.events if e.type == "Begun" and sum(x.transfer == e.transfer for x in bank.events) == 2
    ]
    with asking() as inquiry:
        page = place(inquiry, Place("custody", "transit", str(stuck[0])))
        kind = place_kind_page(inquiry, "custody", "transit")
        kept = place_kind_page(inquiry, "ledger", "available")
    assert page.money.units > 0 and page.subject is not None and page.subject.subject.key == stuck[0]
    assert {line.place.key for line in kind.places.rows} == set(stuck)
    assert len(kept.places.rows) == 8
    assert kept.totals[0].money.units == sum(
        line.money.units for line in kept.places.rows if line.money.currency == kept.totals[0].money.currency
    )


def test_every_book_sums_to_zero(world: Database) -> None:
    with asking() as inquiry:
        page = overview(inquiry)
    for book in ("ledger", "custody"):
        for currency in {total.money.currency for total in page.places if total.book == book}:
            assert sum(t.money.units for t in page.places if (t.book, t.money.currency) == (book, currency)) == 0
    assert page.subjects["account"] == 4 and page.subjects["transfer"] == 60
    assert page.explained.events == 1
    assert [source.name for source in page.sources] == ["core", "dk"]


def test_findings_are_told_with_their_evidence(world: Database) -> None:
    with asking() as inquiry:
        page = findings(inquiry)
        assert page.findings.rows and {line.rule for line in page.findings.rows} <= {r.rule for r in page.rules}
        for line in page.findings.rows[:5]:
            one = finding(inquiry, line.id)
            assert one.finding.id == line.id and len(one.evidence) == len(line.evidence)
        with pytest.raises(UnknownSubject):
            finding(inquiry, "0" * 24)


def test_a_lane_has_a_page(world: Database) -> None:
    with asking() as inquiry:
        page = lane(inquiry, Subject("order", "T7"), step=1)
    assert (
        page.states.rows
        and page.selected is not None
        and [link.subject.key for link in page.crumbs if link.subject.kind == "transfer"]
    )


def test_payments_that_are_over_are_told_as_their_whole_stories_tell_them(world: Database) -> None:
    """The page tells them from states and entries, the list from every event."""
    over = 0
    for number in range(3):
        with asking() as inquiry:
            page = customer(inquiry, Subject("customer", f"C{number}"))
            assert page.payments.rows == payments_of(inquiry, page.subject.subject).rows
        over += sum(row.flow is not None and row.tone in ("ok", "bad") for row in page.payments.rows)
    assert over > 10


OF_SUBJECTS = sql("answer_findings_of").format(opened="f.opened_at")


def test_a_subject_with_very_many_links_has_the_same_findings(world: Database) -> None:
    """They are then looked for from the other side: among all findings, not among the links. Where findings are few,
    all of them are looked for among the links at once."""
    with world.connect("follower") as connection:
        use_current_generation(connection)
        found = connection.execute(
            "select l.subject_id, array_agg(distinct l.other_kind)"
            " from link l join finding f on f.subject_id = l.other_id group by l.subject_id"
            " order by count(*) desc, l.subject_id limit 1"
        ).fetchone()
        assert found is not None
        wanted = {"subjects": [found[0]], "linked_to": found[0], "kinds": found[1], "moment": END}
        wanted |= {"events": [], "hides": [], "flows": [], "lanes": [], "scarce": 0, "limit": 50}
        few = connection.execute(OF_SUBJECTS, wanted).fetchall()
        assert connection.execute(OF_SUBJECTS, wanted | {"scarce": 300}).fetchall() == few
        more = "insert into link select %s, %s, now(), -n from generate_series(1, 1100) n"
        connection.execute(more, [found[0], found[1][0]])
        assert few and connection.execute(OF_SUBJECTS, wanted).fetchall() == few
        connection.rollback()


def test_findings_of_payments_lanes_are_the_same_from_either_side(world: Database) -> None:
    """Through the lanes of findings while they are few, else through each payment's links."""
    with world.connect("follower") as connection:
        use_current_generation(connection)
        subjects = connection.execute(
            "select m.other_id, array_agg(distinct l.other_kind), array_agg(distinct s.kind)"
            " from finding f join trace.subject s on s.id = f.subject_id join link l on l.subject_id = s.id"
            " join link m on m.subject_id = l.other_id where m.other_id <> s.id group by m.other_id order by m.other_id"
        ).fetchall()
        found = 0
        for subject, flows, lanes in subjects:
            wanted = {"subjects": [subject], "linked_to": subject, "kinds": [], "moment": END, "flows": flows}
            wanted |= {"lanes": lanes, "events": [], "hides": [], "limit": 50}
            scarce, many = (
                connection.execute(OF_SUBJECTS, wanted | {"scarce": most}).fetchall() for most in (300, 0)
            )
            assert scarce == many
            found += any(row[14] != subject for row in many)
        assert found > 3


def test_sources_say_how_far_they_are_known(world: Database, bank: Bank) -> None:
    with asking() as inquiry:
        page = sources(inquiry)
    newest = max(event.recorded for event in bank.events)
    assert {line.name: line.watermark for line in page.sources} == {
        source: max(event.recorded for event in bank.events if event.source == source) for source in ("core", "dk")
    }
    assert min(line.lag_seconds for line in page.sources if line.lag_seconds is not None) == 0
    assert page.at.time == newest and page.at.worst_source in ("core", "dk")
