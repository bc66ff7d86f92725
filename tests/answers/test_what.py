"""What happened: every event once, in story order, however it is paged; what is not understood is never left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audit.access.mask import Mask
from audit.answers.documents import what_document
from audit.answers.shapes import EventLine, What
from audit.answers.what import news, what, whole_story_in_pages
from audit.answers.where import where
from audit.errors import UsageError
from audit.sources.files import sources_of
from audit.values import Moment, Subject
from tests.answers.conftest import asking, take_in
from tests.answers.oracle import START, Bank
from tests.conftest import Database

ACCOUNT = Subject("account", "A1")


def lines(page: What) -> list[EventLine]:
    return [event for step in page.steps.rows for event in step.events]


def of_account(bank: Bank, account: str) -> set[str]:
    """An account's own events; other streams of its transfers name no account."""
    return {event.id for event in bank.events if event.stream == f"account-{account}"}


@pytest.mark.parametrize("size", [1, 3, 7, 50])
@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_hold_every_event_once_and_in_the_same_order(
    world: Database, bank: Bank, size: int, newest_first: bool
) -> None:
    with asking() as inquiry:
        whole = [line.ref.id for page in whole_story_in_pages(inquiry, ACCOUNT) for line in lines(page)]
        pages: list[list[str]] = []
        cursor: str | None = None
        while True:
            page = what(inquiry, ACCOUNT, cursor, size=size, newest_first=newest_first)
            pages.append([line.ref.id for line in lines(page)])
            cursor = page.steps.previous if newest_first else page.steps.next
            if cursor is None:
                break
    told = [one for page_ids in (reversed(pages) if newest_first else pages) for one in page_ids]
    assert told == whole
    assert set(whole) == of_account(bank, "A1") and len(whole) == len(set(whole))


def test_events_are_numbered_through_and_back(world: Database) -> None:
    with asking() as inquiry:
        first = what(inquiry, ACCOUNT, size=5)
        second = what(inquiry, ACCOUNT, first.steps.next, size=5)
        again = what(inquiry, ACCOUNT, second.steps.previous, size=5)
        newest = what(inquiry, ACCOUNT, size=5, newest_first=True)
    numbers = [line.number for page in (first, second) for line in lines(page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [line.number for line in lines(again)][-1] == lines(first)[-1].number
    assert newest.steps.total is not None and lines(newest)[-1].number == newest.steps.total


def test_causes_come_first_and_streams_keep_their_order(world: Database, bank: Bank) -> None:
    for number in range(0, 60, 7):
        with asking() as inquiry:
            told = [
                line
                for page in whole_story_in_pages(inquiry, Subject("transfer", f"T{number}"))
                for line in lines(page)
            ]
        place = {line.ref.id: index for index, line in enumerate(told)}
        assert set(place) == {event.id for event in bank.events if event.transfer == f"T{number}"}
        for line in told:
            assert all(place[cause.event.id] < place[line.ref.id] for cause in line.caused_by)
            assert all(cause.number == place[cause.event.id] + 1 for cause in line.caused_by)
        for stream in {line.stream for line in told}:
            versions = [line.version for line in told if line.stream == stream]
            assert versions == sorted(versions, key=lambda version: version or 0)


def test_movements_states_and_sentences_are_those_of_the_event(world: Database, bank: Bank) -> None:
    by_id = {event.id: event for event in bank.events}
    with asking() as inquiry:
        told = [line for page in whole_story_in_pages(inquiry, Subject("transfer", "T7")) for line in lines(page)]
    for line in told:
        moved = {(m.book, str(m.source), str(m.target), m.money.units, m.money.currency) for m in line.movements}
        assert moved == set(by_id[line.ref.id].moves)
    states = [(line.state.before, line.state.after) for line in told if line.state and line.lane == "order"]
    assert states[0] == (None, "begun") and states[1:] in ([], [("begun", "done")])


def test_personal_values_are_masked_unless_the_door_opens_them(world: Database, bank: Bank) -> None:
    customer = Subject("customer", "C0")
    with asking() as inquiry:
        assert "Mette Hansen" not in repr(what(inquiry, customer)) and "Åse Lund" not in repr(what(inquiry, customer))
        assert "Mette H" in repr(what(inquiry, customer))
    with asking(mask=Mask(customer, frozenset(["name"]))) as inquiry:
        assert "Mette Hansen became customer C0" in repr(what(inquiry, customer))


def test_a_strangers_name_turns_nothing_around_it(world: Database) -> None:
    with asking(mask=lambda owner, path, value: "Moshe\t\u202eכהן") as inquiry:
        said = {line.says for line in lines(what(inquiry, Subject("customer", "C0")))}
    assert "\u2068Moshe ⟨202E⟩כהן\u2069 became customer C0" in said


def test_the_document_is_that_of_the_design(world: Database) -> None:
    with asking() as inquiry:
        document = what_document(whole_story_in_pages(inquiry, Subject("transfer", "T7")))
    assert {"subject", "at", "steps", "model"} <= set(document)
    assert set(document["at"]) >= {"time", "clock", "sealed", "watermark"}
    step = document["steps"][0]
    assert set(step) >= {
        "event",
        "lane",
        "stream",
        "version",
        "type",
        "says",
        "occurred",
        "recorded",
        "caused_by",
        "inferred",
        "final",
        "movements",
        "findings",
    }
    assert set(step["event"]) == {"source", "id", "position"}
    assert step["movements"][0].keys() == {"book", "from", "to", "amount", "currency"}


def test_a_cursor_that_was_not_made_here_is_refused(world: Database) -> None:
    with asking() as inquiry:
        for wrong in ("x", "%%%", "kw", "a" * 500, "é"):
            with pytest.raises(UsageError):
                what(inquiry, ACCOUNT, wrong)


def odd_bank() -> Bank:
    """A bank in which an account has an event of unknown type, an unreadable amount, and events in one append."""
    bank = Bank()
    bank.add("core", "customer-C1", "Registered", START, {"name": "Ib"})
    bank.add("core", "account-A1", "Opened", START, {"customer": "C1", "iban": "DK1"})
    bank.add("core", "account-A1", "Deposited", START, {"amount": "10.00", "currency": "DKK"})
    later = START.replace(minute=40)
    bank.add("core", "account-A1", "Screened", later, {"result": "<script>alert(1)</script>"})
    bank.add("core", "account-A1", "Deposited", later, {"amount": " 5.00", "currency": "DKK"})
    bank.add("core", "elsewhere-1", "Nothing", later, {})
    return bank


@pytest.fixture
def odd(database: Database, tmp_path: Path) -> Database:
    take_in(sources_of([path for path in odd_bank().write(tmp_path) if path.stat().st_size]))
    return database


def test_what_is_not_understood_is_told_and_says_incomplete(odd: Database) -> None:
    for subject in (Subject("account", "A1"), Subject("customer", "C1")):
        with asking() as inquiry:
            page, answer = what(inquiry, subject), where(inquiry, subject)
        assert [line.type for line in lines(page)][-2:] == ["Screened", "Deposited"]
        assert not answer.complete and not page.complete
        assert {ref.id for ref in answer.not_understood} == {"core-4", "core-5"}
        assert all(line.problem and not line.movements for line in lines(page)[-2:])
        assert lines(page)[-1].findings and lines(page)[-2].findings


def test_before_it_happened_the_answer_was_complete(odd: Database) -> None:
    with asking(at=Moment(START)) as inquiry:
        answer = where(inquiry, Subject("account", "A1"))
    assert answer.complete and [str(line.money) for line in answer.places] == ["10.00 DKK"]


def test_a_stream_of_no_lane_is_a_subject_too(odd: Database) -> None:
    with asking() as inquiry:
        page = what(inquiry, Subject("stream", "elsewhere-1"))
    assert [line.type for line in lines(page)] == ["Nothing"] and not page.complete


def test_events_of_one_append_are_one_step(odd: Database) -> None:
    with asking() as inquiry:
        steps = what(inquiry, Subject("account", "A1")).steps.rows
    assert [len(step.events) for step in steps] == [2, 2]
    assert steps[1].gap_seconds == 600


def test_news_counts_what_came_since(odd: Database, tmp_path: Path) -> None:
    with asking() as inquiry:
        mark = what(inquiry, Subject("account", "A1")).newest
        assert news(inquiry, Subject("account", "A1"), mark) == 0
    more = odd_bank()
    event = more.add("core", "account-A1", "Deposited", START.replace(minute=50), {"amount": "1.00", "currency": "DKK"})
    more.events = [event]
    folder = tmp_path / "more"
    folder.mkdir()
    take_in(sources_of([path for path in more.write(folder) if path.stat().st_size]))
    with asking() as inquiry:
        assert news(inquiry, Subject("account", "A1"), mark) == 1


def test_any_value_survives_in_the_page(odd: Database) -> None:
    """Text is kept as text; escaping is the page's, never the answer's."""

    def texts(value: Any) -> str:
        return repr(value)

    with asking() as inquiry:
        assert "Screened" in texts(what(inquiry, Subject("account", "A1")))
