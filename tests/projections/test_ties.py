"""What two sources recorded at the same time is told in the order of their names, whichever of them was read first."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.answers.documents import finding_document, what_document, where_document
from audit.answers.pages.listed_findings import findings
from audit.answers.what import whole_story_in_pages
from audit.answers.where import where
from audit.errors import UsageError
from audit.log.sources import numbers_of
from audit.values import Subject
from tests.answers.conftest import asking
from tests.conftest import MakeDatabase, using
from tests.projections.feed import Feed, assert_same
from tests.projections.small import MODEL, line, paid

SOURCES = ("alpha", "mid", "zeta")
NAMES = st.lists(st.lists(st.text("abz", min_size=1, max_size=3), max_size=4), max_size=6)


def tied(source: str) -> list[bytes]:
    """The same times in each source, and other amounts and ends of one payment."""
    number = SOURCES.index(source)
    ending = ("Ended", "Returned", "Arrived")[number]
    who, amount = f"account-{source}", f"{10 + number}.00"
    return [
        line(who, 1, "Opened", 0, source=source, customer="C-1"),
        line(who, 2, "PaidIn", 1, source=source, **paid("100.00")),
        line(who, 3, "Reserved", 2, source=source, **paid(amount, payment="P")),
        line("payment-P", 1, "Sent", 2, source=source, account=source, envelope={"id": f"{source}-1"}),
        line("payment-P", 2, ending, 3, source=source, account=source, envelope={"id": f"{source}-2"},
             **paid(amount)),
        line("payment-P", 3, "Vanished", 4, source=source, envelope={"id": f"{source}-3"}),
    ]  # fmt: skip


def told(feed: Feed) -> list[Any]:
    with asking() as inquiry:
        found = []
        for subject in (Subject("payment", "P"), Subject("customer", "C-1")):
            found += [where_document(where(inquiry, subject)), what_document(whole_story_in_pages(inquiry, subject))]
        lines = findings(inquiry).findings.rows
        return [*found, *(finding_document(one, "") for one in lines)]


def without_positions(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: without_positions(value) for name, value in told.items() if name != "position"}
    return [without_positions(one) for one in told] if isinstance(told, list) else told


def test_a_tie_does_not_ask_who_came_first(
    make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seen = []
    for order in (SOURCES, SOURCES[::-1], ("mid", "zeta", "alpha")):
        made = make_database()
        with using(made, django_db_blocker):
            feed = Feed(tmp_path_factory.mktemp("ties"), made, MODEL)
            for source in order:
                feed.tell(*tied(source))
            seen.append((feed.dump(), without_positions(told(feed)), feed.rows("select amount, state from flow")))
            feed.rebuild()
            assert_same(feed.dump(), seen[-1][0])
            assert without_positions(told(feed)) == seen[-1][1]
    assert seen[0][2] == [(1000, "done")]  # the first declaration is alpha's, the last end zeta's
    for dump, answers, _ in seen[1:]:
        assert_same(dump, seen[0][0])
        for one, other in zip(answers, seen[0][1], strict=True):
            for key in one:
                assert one[key] == other[key], key


@settings(deadline=None, derandomize=True, database=None)
@given(groups=NAMES)
def test_numbers_follow_names(groups: list[list[str]]) -> None:
    known: dict[str, int] = {}
    for names in groups:
        known |= numbers_of(known, names)
    numbers = [known[name] for name in sorted(known, key=str.encode)]
    assert all(one < other for one, other in pairwise(numbers))


def test_a_source_without_room_is_refused() -> None:
    known = numbers_of({}, ["a", "b"])
    with pytest.raises(UsageError, match="no room"):
        for n in range(30):
            known |= numbers_of(known, ["a" * (32 - n)])
