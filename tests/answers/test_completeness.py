"""What is not understood lowers the completeness of every answer that it may touch, and of no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from audit.answers.shapes import Where
from audit.answers.what import what
from audit.answers.where import where
from audit.values import Subject
from tests.answers.conftest import asking
from tests.conftest import MakeDatabase, using
from tests.projections.feed import Feed
from tests.projections.small import MODEL, line, paid, time

TORN_AT, END = 100, 200
PAYMENTS = "PQRST"


def payment(key: str, account: str, at: float, correlation: str) -> list[bytes]:
    """An open payment: reserved on its account, sent."""
    named = {"correlationid": correlation}
    return [
        line(f"account-{account}", 1, "Opened", at, customer=f"C-{account}"),
        line(f"account-{account}", 2, "PaidIn", at + 1, **paid("100.00")),
        line(f"account-{account}", 3, "Reserved", at + 2, envelope=named, **paid("10.00", payment=key)),
        line(f"payment-{key}", 1, "Sent", at + 3, envelope=named, account=account),
    ]


@pytest.fixture(scope="module")
def fed(
    make_database: MakeDatabase, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Feed]:
    made = make_database()
    with using(made, django_db_blocker):
        feed = Feed(tmp_path_factory.mktemp("completeness"), made, MODEL)
        feed.tell(
            *payment("P", "A", 0, "P"),
            *payment("Q", "B", 10, "flow-77"),
            *payment("R", "D", 20, "R"),
            *payment("S", "E", 30, "S"),
            line("elsewhere-1", 1, "Happened", 40, envelope={"correlationid": "P", "id": "named"}),
            line("elsewhere-2", 1, "Happened", 41, envelope={"correlationid": "flow-77", "id": "shared"}),
            line("account-E", 3, "Reserved", 42, **paid("11.00", payment="R")),  # collides, and names another's
            line("elsewhere-3", 1, "Happened", 43, envelope={"id": "alone"}),
        )
        yield feed


def place_of_money(subject: str, **options: Any) -> Where:
    with asking(**options) as inquiry:
        return where(inquiry, Subject(*subject.split(":")))


@pytest.mark.parametrize(
    ("subject", "missed"),
    [
        ("payment:P", ["core/named"]),
        ("account:A", ["core/named"]),
        ("customer:C-A", ["core/named"]),
        ("payment:Q", ["core/shared"]),
        ("account:B", ["core/shared"]),
        ("payment:R", ["core/account-E.3.Reserved"]),
        ("account:D", ["core/account-E.3.Reserved"]),
        ("account:E", ["core/account-E.3.Reserved"]),
        ("payment:S", []),
    ],
)
def test_what_an_event_may_touch_is_incomplete(fed: Feed, subject: str, missed: list[str]) -> None:
    answer = place_of_money(subject, at=time(50))
    assert [str(ref) for ref in answer.not_understood] == missed
    assert answer.complete is not bool(missed)
    before = place_of_money(subject, at=time(35))
    assert before.complete and not before.not_understood


def test_a_flow_shows_what_its_correlation_names(fed: Feed) -> None:
    for key, id in (("P", "named"), ("Q", "shared")):
        with asking(at=time(50)) as inquiry:
            story = what(inquiry, Subject("payment", key))
        assert not story.complete and [ref.id for ref in story.not_understood] == [id]
        told = [event.ref.id for step in story.steps.rows for event in step.events]
        assert told[-1] == id and len(told) == len(set(told)) == story.steps.total == 3


def test_a_line_of_nobody_may_touch_everybody(fed: Feed) -> None:
    """From its time on; and so says a rebuilt read model."""
    fed.tell(line("account-A", 4, "LimitSet", TORN_AT, limit="1"), b'{"id": "torn\n', complete_until=None)
    for _ in range(2):
        answer = place_of_money("payment:S")
        assert not answer.complete and not answer.not_understood
        assert [(one.source, one.events, one.is_counted) for one in answer.at.unattributed] == [("core", 1, True)]
        assert place_of_money("payment:S", at=time(TORN_AT - 1)).complete
        with asking() as inquiry:
            assert not what(inquiry, Subject("customer", "C-E")).complete
        fed.rebuild()
