"""Was I charged twice? The verdict over what the bank did twice, and over what only looks so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from audit.access.mask import hidden
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.pages import compare as pages
from audit.answers.pages.compare import Item, compare
from audit.answers.reading.flows import load_together
from audit.answers.reading.names import known
from audit.answers.reading.unfolded import unfolded
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


def _alike(inquiry: Inquiry, account: Subject, flows: Sequence[Subject]) -> list[pages._Read]:
    """The two as they are read, of one amount and with one other side."""
    fresh = unfolded(inquiry)
    together = load_together(inquiry, [known(inquiry, flow, fresh) for flow in flows], [], fresh, briefly=False)
    one, other = (pages._read(inquiry, Item(flow=flow), together, {account}) for flow in flows)
    return [one, replace(other, money=one.money, with_whom=one.with_whom)]


def _told(inquiry: Inquiry, one: pages._Read, other: pages._Read) -> tuple[Verdict, str]:
    found, turned = pages._compared(inquiry, one, other), pages._compared(inquiry, other, one)
    assert (found.verdict, found.says) == (turned.verdict, turned.says)
    return found.verdict, found.says


def test_what_two_payments_of_one_amount_are_to_each_other(bank: Bank) -> None:
    """Pairs of one account, told to be of one amount with one other side; what each rests on stays the bank's own."""
    [(account, cards, orders)] = bank.rows(
        "select c.key, array_agg(b.key order by b.id) filter (where b.kind = 'card_payment'),"
        " array_agg(b.key order by b.id) filter (where b.kind = 'transfer')"
        " from trace.subject b join link l on l.subject_id = b.id and l.other_kind = 'account'"
        " join trace.subject c on c.id = l.other_id"
        " where b.kind = 'transfer' or b.kind = 'card_payment' and exists (select from timeline h"
        " join trace.log e on e.position = h.position join trace.event_type y on y.id = e.type_id"
        " where h.subject_id = b.id and y.name = 'CardHoldPlaced')"
        " group by 1 having count(*) filter (where b.kind = 'card_payment') > 1"
        " and count(*) filter (where b.kind = 'transfer') > 1 order by count(*) desc limit 1")  # fmt: skip
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        card, transfer = (
            _alike(inquiry, Subject("account", account), [Subject(kind, key) for key in keys[:2]])
            for kind, keys in (("card_payment", cards), ("transfer", orders))
        )
        maker = replace(transfer[0], belongs_to=frozenset({Subject("standing_order", "S1")}))
        rooted = replace(transfer[1], root=transfer[0].root)
        expected: list[tuple[pages._Read, pages._Read, Verdict, str]] = [
            (card[0], card[1], Verdict.TWO_AUTHORISATIONS, "two authorisations at the merchant"),
            (transfer[0], transfer[1], Verdict.ALIKE, "each asked for by itself"),
            (maker, transfer[1], Verdict.STANDING_AND_MANUAL, "the other was not"),
            (transfer[0], rooted, Verdict.ONE_REQUEST, "one request began"),
        ]
        for one, other, verdict, words in expected:
            told, says = _told(inquiry, one, other)
            assert told is verdict and words in says, says


def test_a_payment_that_was_declined_is_no_second_authorisation(bank: Bank) -> None:
    """Nothing was held of it, whatever its shop and its amount."""
    [(account, held, declined)] = bank.rows(
        "select c.key, min(b.key) filter (where y.name = 'CardHoldPlaced'),"
        " min(b.key) filter (where y.name = 'Declined')"
        " from trace.subject b join timeline h on h.subject_id = b.id join trace.log e on e.position = h.position"
        " join trace.event_type y on y.id = e.type_id join link l on l.subject_id = b.id and l.other_kind = 'account'"
        " join trace.subject c on c.id = l.other_id where b.kind = 'card_payment' group by 1"
        " having count(*) filter (where y.name = 'CardHoldPlaced') > 0"
        " and count(*) filter (where y.name = 'Declined') > 0 order by 1 limit 1")  # fmt: skip
    with reading() as connection:
        inquiry = inquire(connection, hidden)
        pair = [Subject("card_payment", key) for key in (held, declined)]
        one, other = _alike(inquiry, Subject("account", account), pair)
        other = replace(other, belongs_to=one.belongs_to)
        assert one.is_for_merchant and not other.is_for_merchant
        verdict, says = _told(inquiry, one, other)
        assert verdict is Verdict.ALIKE and "authorisations" not in says, says
        assert _told(inquiry, one, replace(other, is_for_merchant=True))[0] is Verdict.TWO_AUTHORISATIONS
