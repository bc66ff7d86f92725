"""Was I charged twice? The verdict over what the bank did twice, and over what only looks so."""

from __future__ import annotations

from audit.access.mask import hidden
from audit.answers.inquiry import inquire
from audit.answers.pages.compare import Item, compare
from audit.answers.shapes.comparison import Verdict
from audit.database import reading
from audit.values import Subject
from tests.console.conftest import Bank, told_key


def test_one_order_that_was_paid_twice_is_our_mistake(bank: Bank) -> None:
    [(first, second, account)] = bank.rows(
        "select a.key, b.key, c.key from finding f join effect o on o.subject_id = f.subject_id"
        " join effect m on m.digest = o.digest and m.subject_id <> o.subject_id"
        " join trace.subject a on a.id = m.subject_id join trace.subject b on b.id = o.subject_id"
        " join link l on l.subject_id = b.id and l.other_kind = 'account' join trace.subject c on c.id = l.other_id"
        " where f.rule = 'duplicate_effect' and f.state = 'open'")  # fmt: skip
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        pair = [Item(flow=Subject("transfer", key)) for key in (first, second)]
        found = compare(inquiry, Subject("account", account), *pair)
    assert found.verdict is Verdict.OUR_DOUBLE and "our mistake" in found.says and found.findings


def test_a_step_that_was_carried_out_twice_is_our_mistake(bank: Bank) -> None:
    entry = told_key()["handled_twice"]
    account = next(Subject.parse(one) for one in entry["subjects"] if one.startswith("account:"))
    booked = bank.rows(
        "select l.position from trace.log l join trace.event_type y on y.id = l.type_id"
        " join timeline t on t.position = l.position join trace.subject s on s.id = t.subject_id"
        " where y.name = 'TransactionCreated' and s.kind = 'transfer' and s.key = %s order by 1",
        entry["subject"].partition(":")[2])  # fmt: skip
    assert len(booked) == 2
    with reading() as connection:
        found = compare(inquire(connection, hidden), account, *(Item(position=position) for (position,) in booked))
    assert found.verdict is Verdict.OUR_DOUBLE, found.says
