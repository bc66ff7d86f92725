"""The check of our own sums: silent where they are right, and naming each that is not."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from audit.errors import WhereaboutsError
from tests.projections.feed import Feed
from tests.projections.small import line, paid

HISTORY = (
    line("account-A", 1, "Opened", -50, customer="C"),
    line("account-A", 2, "PaidIn", -40, **paid("90.00")),
    line("account-A", 3, "PaidIn", -40, **paid("0.10")),
    line("account-A", 4, "Reserved", 0, **paid("90.00", payment="P")),
    line("payment-P", 1, "Sent", 1, account="A"),
    line("payment-P", 2, "Arrived", 2, **paid("90.00")),
    line("account-A", 5, "Booked", 3, **paid("90.00", payment="P")),
)
AVAILABLE = "place_id = (select id from trace.place where kind = 'available')"


def corrupt(feed: Feed, statement: str) -> None:
    with feed.database.connect("follower") as connection:
        schema = f"read_{feed.instance.generation}, trace"
        connection.execute("select set_config('search_path', %s, true)", [schema])
        assert connection.execute(statement.encode()).rowcount == 1


def test_right_sums_are_no_finding(feed: Feed) -> None:
    feed.tell(*HISTORY)
    call_command("check_books")
    assert feed.findings("trial_balance") == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (f"update balance set amount = amount + 1 where {AVAILABLE}",
         ("place:ledger/available:A", "The balance of ledger/available:A says 0.11 DKK")),
        (f"update day_sum set entries = entries + 1 where {AVAILABLE}",
         ("place:ledger/available:A", "The sum of the days of ledger/available:A says 0.10 DKK")),
        ("update kind_total set amount = 5 where kind = 'transit'",
         ("place:custody/transit", "The sum of custody/transit says 0.05 DKK, and the movements sum to 0.00 DKK.")),
        ("update entry set balance = 7 where ctid = (select ctid from entry where balance = 10 "
         "order by recorded_at desc limit 1)",
         ("place:ledger/available:A", "The running balance of ledger/available:A says 0.07 DKK")),
    ],
    ids=["balance", "days", "kind", "running"],
)  # fmt: skip
def test_a_wrong_sum_is_found_until_a_rebuild(
    feed: Feed, statement: str, found: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    feed.tell(*HISTORY)
    corrupt(feed, statement)
    with pytest.raises(WhereaboutsError, match="1 stored sum"):
        call_command("check_books")
    assert [row[1:3] for row in feed.findings("trial_balance")] == [(found[0], "open")]
    assert found[1] in capsys.readouterr().out
    feed.rebuild()
    assert feed.findings("trial_balance") == []
    call_command("check_books")
