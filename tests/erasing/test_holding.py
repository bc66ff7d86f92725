"""The law, a hold and two people come before an erasure and before what expires; nobody slips in between."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from audit.access import approvals, people, texts
from audit.access.approvals import ApprovalMissing
from audit.erasing import expiring, holds, retention
from audit.erasing.erase import ask, erase, plan
from audit.errors import Refused, WhereaboutsError
from audit.models import Export
from audit.values import Subject
from tests.console.conftest import Bank

pytestmark = pytest.mark.usefixtures("receipts_folder")


def test_a_hold_and_the_law_come_first(bank: Bank) -> None:
    other = Subject("customer", bank.key_of(bank.ids("customer")[0]))
    actor = people.actor_named("data_protection")
    with pytest.raises(Refused, match="the law keeps the data .* article 40"):
        erase(actor, other)
    with pytest.raises(ApprovalMissing, match="despite retention"):
        erase(actor, other, despite_retention=True)
    holds.hold(people.actor_named("authority_desk"), other, "Case 12 of the police")
    with pytest.raises(Refused, match="a legal hold stands"):
        plan(actor, other)
    with pytest.raises(Refused, match="a legal hold stands"):
        ask(actor, other, "She asked", despite_retention=True)
    holds.lift(people.actor_named("authority_desk"), other)
    assert plan(actor, other).kept_until


def test_who_places_a_hold_waits_for_an_erasure(bank: Bank) -> None:
    place = "insert into legal_hold (subject, why_id, placed_by, lifted_by) values ('customer:x', 0, 'x', '')"
    with bank.database.connect("erasure") as carrying_out, bank.database.connect("web") as placing:
        holds.let_none_come(carrying_out)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            placing.execute(place)


def test_customers_past_their_end_go_by_two_people_each_but_those_held(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "AT_ONCE", 2)
    dora, desk = people.actor_named("data_protection"), people.actor_named("authority_desk")
    assert expiring.past(dora, "customer_data").total == 0
    request = approvals.ask(dora, "shorten_retention", "customer_data 0", "none of it is a bank's")
    approvals.approve(desk, request.pk)
    retention.change(dora, "customer_data", 0, "none of it is a bank's")
    first = expiring.past(dora, "customer_data")
    assert len(first.names) == 2 < first.total
    keys = [name.partition(",")[0] for name in first.names]
    holds.hold(desk, Subject.parse(keys[0]), "Case 15")
    asked = expiring.expire(dora, "customer_data", "their time is over")
    assert (asked.gone, asked.asked, asked.left) == (0, 2, first.total - 3)
    mine = [one for one in approvals.visible(dora) if (one.kind, one.state) == ("erasure", "pending")]
    assert keys[0] not in {one.what for one in mine} and len(mine) == 2
    unknown = approvals.ask(dora, "erasure", "customer:no, body", "withheld from her by now")
    for one in [*mine, unknown]:
        approvals.approve(desk, one.pk)
    assert expiring.expire(dora, "customer_data").gone == 2
    assert expiring.past(dora, "customer_data").total == first.total - 3
    holds.lift(desk, Subject.parse(keys[0]))
    assert keys[0] in expiring.past(dora, "customer_data").names[0]


def test_what_is_a_held_customers_is_held(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts and trails about its account alone; and where nobody can tell whose that is, nothing goes."""
    customer, account = bank.rows(
        "select c.key, a.key from link l join trace.subject c on c.id = l.subject_id and c.kind = 'customer'"
        " join trace.subject a on a.id = l.other_id and a.kind = 'account' order by c.id desc limit 1"
    )[0]
    dora, desk = people.actor_named("data_protection"), people.actor_named("authority_desk")
    text = f"text {texts.keep('about the account', [Subject('account', account)]).pk}"
    made = Export.objects.create(subject=f"account:{account}", actor="support", state="done", file="trail-x.zip")
    monkeypatch.setattr(expiring, "_before", lambda actor, record_class: timezone.now() + timedelta(days=1))
    names = {f"export {made.pk} of {made.subject}", text}

    def going() -> set[str]:
        return {name for one in ("texts", "exports") for name in expiring.past(dora, one).names}

    assert names <= going()
    holds.hold(desk, Subject("customer", customer), "Case 16 of the police")
    assert not names & going()
    monkeypatch.setattr(expiring, "reading", fail)
    with pytest.raises(WhereaboutsError):
        expiring.expire(dora, "texts")
    holds.lift(desk, Subject("customer", customer))
    Export.objects.filter(pk=made.pk).update(file="")


def fail() -> None:
    raise WhereaboutsError("no generation is there to be asked")
