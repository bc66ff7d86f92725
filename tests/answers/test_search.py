"""Search finds what is typed: keys by their beginning, what is personal only exactly."""

from __future__ import annotations

from audit.answers.search import search
from audit.values import Subject
from tests.answers.conftest import asking
from tests.answers.oracle import Bank
from tests.conftest import Database


def test_search_finds_keys_exactly_and_by_their_beginning(world: Database) -> None:
    with asking() as inquiry:
        assert search(inquiry, "A1").hits[0].link.subject == Subject("account", "A1")
        assert {hit.link.subject.key for hit in search(inquiry, "T1").hits if hit.link.subject.kind == "transfer"} >= {
            "T1",
            "T10",
        }
        assert search(inquiry, "transfer:T12").hits[0].link.subject == Subject("transfer", "T12")
        assert search(inquiry, "rent T1").hits[0].matched == "reference"
        assert not search(inquiry, "T%").hits and not search(inquiry, "").hits and not search(inquiry, "' or 1=1").hits


def test_a_personal_identifier_is_found_only_exactly(world: Database) -> None:
    with asking() as inquiry:
        for typed in ("DK500040044011620002", "dk50 0040 0440 1162 0002", "DK50-0040-0440-1162-0002"):
            assert Subject("account", "A2") in {hit.link.subject for hit in search(inquiry, typed).hits}
        assert not search(inquiry, "DK50004004401162000").hits
        assert not search(inquiry, "Mette Hansen").hits


def test_an_event_is_found_by_its_identifier(world: Database, bank: Bank) -> None:
    event = next(event for event in bank.events if event.transfer == "T7")
    with asking() as inquiry:
        for typed in (event.id, f"{event.source}/{event.id}"):
            hit = search(inquiry, typed).hits[0]
            assert hit.event is not None and hit.event.id == event.id and hit.link.subject == Subject("transfer", "T7")
