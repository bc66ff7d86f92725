"""The law, a hold and two people come before an erasure and before what expires; nobody slips in between."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.utils import timezone

from audit.access import approvals, people, texts
from audit.access.approvals import ApprovalMissing
from audit.access.keys import destroy
from audit.database import sql
from audit.erasing import expiring, holds, retention
from audit.erasing.erase import ask, erase, plan
from audit.errors import Refused, WhereaboutsError
from audit.models import Export
from audit.values import Subject
from tests.console.conftest import Bank

pytestmark = pytest.mark.usefixtures("receipts_folder")
# A customer with payments of its own alone, whose lanes name nobody.
OWNING = (
    "select s.key from link l join trace.subject s on s.id = l.subject_id and s.kind = 'customer' where exists ("
    " select from trace.owned_through_flows(s.id) w join trace.subject o on o.id = w.subject_id"
    " and o.kind = 'clearing' where (select count(*) from trace.owners(w.subject_id)) = 1)"
    " order by s.id desc limit 1"
)


def test_a_hold_and_the_law_come_first(bank: Bank) -> None:
    other = Subject("customer", bank.key_of(bank.ids("customer")[0]))
    actor = people.actor_named("data_protection")
    with pytest.raises(Refused, match="the law keeps the data .* counted from the last event .* article 40"):
        erase(actor, other)
    told = commanded(other, "--plan")
    assert "the law keeps the data until: 2" in told and "keys destroyed, with all that is sealed under them" in told
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
        f" and c.key = ({OWNING}) join trace.subject a on a.id = l.other_id and a.kind = 'account' limit 1"
    )[0]
    dora, desk = people.actor_named("data_protection"), people.actor_named("authority_desk")
    lane = _lane_of(bank, Subject("customer", customer))
    kept = [texts.keep("about what it has", [one]).pk for one in (Subject("account", account), lane)]
    made = Export.objects.create(subject=f"account:{account}", actor="support", state="done", file="trail-x.zip")
    monkeypatch.setattr(expiring, "_before", lambda actor, record_class: timezone.now() + timedelta(days=1))
    names = {f"export {made.pk} of {made.subject}", *(f"text {number}" for number in kept)}

    def going() -> set[str]:
        return {name for one in ("texts", "exports") for name in expiring.past(dora, one).names}

    assert names <= going()
    holds.hold(desk, Subject("customer", customer), "Case 16 of the police")
    assert not names & going()
    monkeypatch.setattr(expiring, "reading", fail)
    with pytest.raises(WhereaboutsError):
        expiring.expire(dora, "texts")
    with bank.database.connect("owner") as owner:  # by its own words to the database nobody empties them either
        owner.execute("alter table public.kept_text disable trigger user")
        owner.execute("update public.kept_text set written_at = now() - interval '9 years' where id = any(%s)", [kept])
        owner.execute("alter table public.kept_text enable trigger user")
    for number in kept:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no retention that ended"):
            _empty_text(bank, number)
    holds.lift(desk, Subject("customer", customer))
    for number in kept:
        _empty_text(bank, number)
    Export.objects.filter(pk=made.pk).update(file="")


def _empty_text(bank: Bank, number: int) -> None:
    gone = "wrapped = null, salt = null, nonce = null, ciphertext = null, erased_at = now()"
    with bank.database.connect("erasure") as connection:
        connection.execute(f"update public.kept_text set {gone} where id = %s".encode(), [number])
        connection.commit()


def test_a_hold_reaches_what_goes_with_the_customers_payments(bank: Bank) -> None:
    """The clearing's lane names the payment alone: held with its customer, and its own hold keeps the customer."""
    dora, desk = people.actor_named("data_protection"), people.actor_named("authority_desk")
    (key,) = bank.rows(OWNING)[0]
    customer = Subject("customer", key)
    lane = _lane_of(bank, customer)
    assert lane in plan(dora, customer).scope.own
    for held, other in ((lane, customer), (customer, lane)):
        holds.hold(desk, held, "Case 17 of the police")
        with pytest.raises(Refused, match="a legal hold stands"):
            plan(dora, other)
        holds.lift(desk, held)
    about = _approved(lane)
    holds.hold(desk, customer, "Case 18 of the police")
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="a legal hold stands")
    with bank.database.connect("erasure") as connection, refused:
        connection.execute(sql("erasure_add"), about)
    with bank.database.connect("owner") as owner, bank.database.connect("erasure") as connection:
        owner.execute(sql("erasure_add"), about)  # as when a crash came between its receipt and its destruction
        owner.commit()
        destroy(connection, (lane.kind, lane.key))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="a legal hold stands"):
            connection.commit()
    holds.lift(desk, customer)


def test_a_hold_on_any_customer_who_takes_part_refuses_the_receipt(bank: Bank) -> None:
    """Of a payment between two, approved before: neither the erased nor an owner in the receipt is the held one."""
    kind, key, customers = bank.rows(
        "select s.kind, s.key, o.names from trace.subject s cross join lateral"
        " (select trace.customers_of(s.kind || ':' || s.key) as names) o"
        " where s.kind = 'transfer' and cardinality(o.names) > 1 order by s.id limit 1"
    )[0]
    about, desk = _approved(Subject(kind, key)), people.actor_named("authority_desk")
    for held in map(Subject.parse, customers):
        holds.hold(desk, held, "Case 19 of the police")
        refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="a legal hold stands")
        with bank.database.connect("erasure") as connection, refused:
            connection.execute(sql("erasure_add"), about)
        holds.lift(desk, held)
    with bank.database.connect("erasure") as connection:
        connection.execute(sql("erasure_add"), about)
        connection.rollback()


def _approved(subject: Subject) -> dict[str, object]:
    """A row of trace.erasure for an approval by two people, which is used up."""
    dora, desk = people.actor_named("data_protection"), people.actor_named("authority_desk")
    request = approvals.ask(dora, "erasure", str(subject), "as the law says")
    approvals.approve(desk, request.pk)
    used = approvals.take(dora, "erasure", str(subject))
    receipt = {"approval": used.pk, "subject": str(subject), "name": "x", "requested_by": dora.name,
               "approved_by": desk.name, "owners": [str(subject)]}  # fmt: skip
    return {"name": "x", "kind": subject.kind, "key": subject.key, "receipt": json.dumps(receipt), "at": timezone.now()}


def _lane_of(bank: Bank, customer: Subject) -> Subject:
    """Of its own payments, which no other customer takes part in."""
    kind, key = bank.rows(
        "select o.kind, o.key from trace.subject s cross join lateral trace.owned_through_flows(s.id) w"
        " join trace.subject o on o.id = w.subject_id and o.kind = 'clearing'"
        " where s.kind = 'customer' and s.key = %s and (select count(*) from trace.owners(w.subject_id)) = 1 limit 1",
        customer.key,
    )[0]
    return Subject(kind, key)


def fail() -> None:
    raise WhereaboutsError("no generation is there to be asked")


def test_what_the_other_side_tells_under_a_held_key_stays(bank: Bank) -> None:
    """Of a payment between two customers, one of whom is held and the other erased."""
    (id,) = bank.rows(
        "select l.other_id from link l join trace.subject s on s.id = l.subject_id and s.kind = 'transfer'"
        " where l.other_kind = 'customer' group by l.other_id order by max((select count(*) from link o"
        " where o.subject_id = l.subject_id and o.other_kind = 'customer')) desc, l.other_id limit 1"
    )[0]
    subject = Subject("customer", bank.key_of(id))
    actor, desk = people.actor_named("data_protection"), people.actor_named("authority_desk")
    others = plan(actor, subject).scope.others
    asked = (
        "select g.path, k.owner_kind, k.owner_key, length(g.ciphertext) from trace.segment g join trace.log l"
        " using (position) join trace.data_key k on k.id = g.key_id where l.event_id = %s and g.path = %s"
    )
    before = [row for _, event, path in others for row in bank.rows(asked, event, path)]
    held = Subject(*before[0][1:3])
    assert held.kind == "customer" and all(length for *_, length in before)
    holds.hold(desk, held, "Case 13 of the police")
    assert not any(row[1:3] == (held.kind, held.key) for _, event, path in plan(actor, subject).scope.others
                   for row in bank.rows(asked, event, path))  # fmt: skip
    told = dict(line.split(": ", 1) for line in commanded(
        subject, "--why", "She asked", "--despite-retention").splitlines())  # fmt: skip
    number = int(told["asked"])
    assert "approve_erasure" in told["who decides"] and "UTC" in told["open until"]
    with pytest.raises(Refused, match=f"request {number} waits for them") as waiting:
        commanded(subject)
    assert "--why" not in str(waiting.value), "it is asked for already"
    approvals.approve(desk, number)
    for role in ("ERASURE", "OWNER"):  # a console has no logins of theirs
        with pytest.MonkeyPatch.context() as without, pytest.raises(Refused, match="the approval stands"):
            without.setenv(f"DATABASE_URL_{role}", "postgresql://127.0.0.1:1/none")
            commanded(subject)
    done, left = commanded(subject), sum(row[1:3] == (held.kind, held.key) for row in before)
    assert f"approval: {number}" in done, "what was approved includes that the law keeps it"
    assert left and f"values left for legal holds on others: {left}" in done and "search marks destroyed: " in done
    after = [row for _, event, path in others for row in bank.rows(asked, event, path)]
    assert [row for row in after if row[1:3] == (held.kind, held.key)] == [
        row for row in before if row[1:3] == (held.kind, held.key)
    ]
    holds.lift(desk, held)


def commanded(subject: Subject, *words: str) -> str:
    """What the command says without `--despite-retention`."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("audit.management.base.make_ready", lambda: None)
        call_command("erase", str(subject), "--as", "data_protection", *words, stdout=out)
    return out.getvalue()


def test_a_receipt_is_no_word_for_what_is_not_beside_the_erased_nor_for_another_time(bank: Bank) -> None:
    """By SQL, with an approval of two people for somebody else."""
    actor, desk = people.actor_named("data_protection"), people.actor_named("authority_desk")
    subject, victim = (Subject("customer", bank.key_of(id)) for id in bank.ids("customer")[-2:])
    source, event, path, position, ordinal = bank.rows(
        "select o.name, l.event_id, g.path, g.position, g.ordinal from trace.segment g"
        " join trace.log l using (position) join trace.source o on o.id = l.source_id"
        " join trace.data_key k on k.id = g.key_id where k.owner_kind = 'customer' and k.owner_key = %s"
        " and length(g.ciphertext) > 0 order by g.position limit 1", victim.key
    )[0]  # fmt: skip
    approvals.approve(desk, approvals.ask(actor, "erasure", str(subject), "as the law says").pk)
    used = approvals.take(actor, "erasure", str(subject))
    receipt = {"approval": used.pk, "subject": str(subject), "name": "forged", "requested_by": actor.name,
               "approved_by": desk.name, "owners": [str(subject)], "others": [[source, event, path]]}  # fmt: skip
    for at, said in (
        (timezone.now() + timedelta(days=300), "a receipt is of when it is written"),
        (timezone.now(), f"no receipt says that {path} of entry {position} was erased"),
    ):
        with bank.database.connect("erasure") as connection, pytest.raises(psycopg.Error, match=said):
            row = {"name": "forged", "kind": "customer", "key": subject.key, "receipt": json.dumps(receipt), "at": at}
            connection.execute(sql("erasure_add"), row)
            connection.execute(
                "update trace.segment set salt = '', nonce = '', ciphertext = '' where position = %s and ordinal = %s",
                [position, ordinal],
            )
            connection.commit()
