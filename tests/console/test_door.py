"""Nobody sees a customer without a right and a reason, in their own session, for half an hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.access import approvals, door, people, reasons
from audit.access.door import NoReason
from audit.access.mask import ALL
from audit.access.people import SYSTEM, Actor
from audit.access.reasons import Reason
from audit.errors import Refused, UsageError
from audit.models import AuditRecord, OpenDoor
from audit.values import Subject

ANNA, METTE = Subject("customer", "C-1"), Subject("customer", "C-2")
ACCOUNT, TRANSFER = Subject("account", "A-1"), Subject("transfer", "T-1")
CALL = Reason("call", "88123", "app")
MakeActor = Callable[..., Actor]


def test_without_a_reason_the_door_stays_shut(actor: MakeActor) -> None:
    with pytest.raises(NoReason) as refused:
        door.check(actor("support"), ACCOUNT, [ANNA])
    assert refused.value.subject == ANNA


def test_a_reason_opens_the_customer_with_accounts_and_transfers(actor: MakeActor) -> None:
    support = actor("support")
    door.open(support, ANNA, CALL)
    assert door.check(support, ANNA, [ANNA]).reason == CALL
    assert door.check(support, ACCOUNT, [ANNA]).subject == ACCOUNT
    assert door.check(support, TRANSFER, [METTE, ANNA]).door is not None  # either side's door


def test_it_opens_nobody_else(actor: MakeActor) -> None:
    support = actor("support")
    door.open(support, ANNA, CALL)
    with pytest.raises(NoReason):
        door.check(support, METTE, [METTE])
    with pytest.raises(NoReason):
        door.check(support, Subject("account", "A-2"), [METTE])


def test_however_many_stand_open_each_of_them_does(actor: MakeActor) -> None:
    """The list of them is cut; who is asked about is not."""
    support = actor("support")
    many = [Subject("customer", f"C-{number}") for number in range(60)]
    for customer in many:
        door.open(support, customer, CALL)
    assert len(door.open_doors(support)) == 50
    assert {one.subject for one in door.open_doors(support, many)} == set(many)


def test_a_door_is_of_one_session_and_one_person(actor: MakeActor) -> None:
    support = actor("support")
    door.open(support, ANNA, CALL)
    for other in (Actor("support", "support", support.rights, "s2"), Actor("other", "support", support.rights, "s1")):
        with pytest.raises(NoReason):
            door.check(other, ANNA, [ANNA])


def test_a_door_closes_after_half_an_hour(actor: MakeActor) -> None:
    support = actor("support")
    door.open(support, ANNA, CALL)
    row = OpenDoor.objects.get()
    assert row.closes_at - row.opened_at == timedelta(minutes=30)
    OpenDoor.objects.update(closes_at=row.opened_at)
    with pytest.raises(NoReason):
        door.check(support, ANNA, [ANNA])


def test_what_stands_alone_is_its_own_door(actor: MakeActor) -> None:
    auditor = actor("auditor")
    fine = Subject("fine", "A100")
    door.open(auditor, fine, Reason("audit"))
    assert door.check(auditor, fine, []).door is not None


@pytest.mark.parametrize("role", ["administrator", ""])
def test_a_role_without_the_right_opens_nothing(role: str, actor: MakeActor) -> None:
    stranger = actor(role) if role else Actor("nobody", "")
    with pytest.raises(Refused):
        door.open(stranger, ANNA, CALL)
    with pytest.raises(Refused):
        door.check(stranger, ANNA, [ANNA])
    assert not OpenDoor.objects.exists()


def test_the_system_sees_everything_masked_and_unmasks_nothing(actor: MakeActor) -> None:
    grant = door.check(SYSTEM, ANNA, [ANNA])
    assert grant.door is None
    assert grant.mask(ANNA, "name", "Anna Madsen") == "Anna M••••••"
    with pytest.raises(Refused):
        door.unmask(SYSTEM, ANNA, "name")


@pytest.mark.parametrize(
    "ticket",
    ["cpr 780744-7982", "7807447982", "180744-7982", "19440718-7982", "440718 7982", "DK50 0040 0440 1162 43",
     "dk5000400440116243", "4571 1234 5678 9012", "4571123456789012", "0040 0440116243", "20123456", "tlf 20 12 34 56",
     "2012 3456", "0045 20123456"],
)  # fmt: skip
def test_a_ticket_is_no_number_of_a_person(ticket: str) -> None:
    with pytest.raises(UsageError, match="looks like") as refused:
        reasons.parse(f"call:{ticket}")
    assert ticket not in str(refused.value)


@pytest.mark.parametrize(
    "ticket",
    ["88123", "T-1", "INC0012345", "2026-0123", "2026/11/23-4", "88123 2026-11-23", "T-20123456", "00012345",
     "202611-0001", "CASE 1234-5678", "20261123-01"],
)  # fmt: skip
def test_tickets_as_desks_number_them_are_taken(ticket: str) -> None:
    assert reasons.parse(f"call:{ticket}").ticket == ticket


def test_opening_is_recorded_with_its_reason(actor: MakeActor) -> None:
    door.open(actor("support"), ANNA, CALL)
    record = AuditRecord.objects.get()
    assert (record.kind, record.subjects, record.outcome) == ("reason", ["customer:C-1"], "opened")
    assert (record.reason_code, record.ticket, record.caller_identified) == ("call", "88123", "app")
    assert (record.actor, record.role, record.session) == ("support", "support", "s1")


def test_a_field_shows_for_two_minutes_and_is_recorded(actor: MakeActor) -> None:
    support = actor("support")
    door.open(support, ANNA, CALL)
    door.unmask(support, ANNA, "name")
    mask = door.check(support, ANNA, [ANNA]).mask
    assert mask(ANNA, "name", "Anna Madsen") == "Anna Madsen"
    assert AuditRecord.objects.get(kind="unmask").unmasked == ["name"]
    row = OpenDoor.objects.get()
    row.unmasked = {"name": row.opened_at.isoformat()}
    row.save(update_fields=["unmasked"])
    assert door.check(support, ANNA, [ANNA]).mask(ANNA, "name", "Anna Madsen") == "Anna M••••••"


def test_many_fields_at_once_need_a_second_person(actor: MakeActor) -> None:
    support, lead = actor("support"), actor("team_lead")
    door.open(support, ANNA, CALL)
    for number in range(door.FIELDS_AT_ONCE_MAX):
        door.unmask(support, ANNA, f"field{number}")
    for path in (ALL, "one.more"):
        with pytest.raises(approvals.ApprovalMissing):
            door.unmask(support, ANNA, path)
    door.unmask(support, ANNA, "field0")
    request = approvals.ask(support, "bulk_unmask", str(ANNA), "she cannot remember", subjects=[ANNA])
    approvals.approve(lead, request.pk)
    door.unmask(support, ANNA, ALL)
    mask = door.check(support, ANNA, [ANNA]).mask
    assert mask(ANNA, "any", "Anna Madsen") == "Anna Madsen" and mask(METTE, "any", "Mette Hansen") != "Mette Hansen"
    assert AuditRecord.objects.filter(kind="unmask").latest("pk").unmasked == [ALL]
    row = OpenDoor.objects.get()
    row.unmasked = {ALL: row.opened_at.isoformat()}
    row.save(update_fields=["unmasked"])
    with pytest.raises(approvals.ApprovalMissing):
        door.unmask(support, ANNA, ALL)


@pytest.mark.parametrize("by", ["again", "another session", "after signing out"])
def test_another_door_shows_no_more_fields_at_once(by: str, actor: MakeActor) -> None:
    support = actor("support")
    door.open(support, ANNA, CALL)
    for number in range(door.FIELDS_AT_ONCE_MAX):
        door.unmask(support, ANNA, f"field{number}")
    if by == "after signing out":
        door.close(support)
    support = support if by == "again" else replace(support, session="s2")
    door.open(support, ANNA, CALL)
    with pytest.raises(approvals.ApprovalMissing):
        door.unmask(support, ANNA, "one.more")
    door.open(support, METTE, CALL)
    door.unmask(support, METTE, "one.more")
    door.unmask(support, ANNA, "field0")


def test_an_auditor_unmasks_nothing(actor: MakeActor) -> None:
    auditor = actor("auditor")
    door.open(auditor, ANNA, Reason("audit"))
    with pytest.raises(Refused):
        door.unmask(auditor, ANNA, "name")


def test_signing_out_closes_every_door(actor: MakeActor) -> None:
    support = actor("support")
    door.open(support, ANNA, CALL)
    door.close(support)
    with pytest.raises(NoReason):
        door.check(support, ANNA, [ANNA])


@pytest.mark.parametrize("text", ["call", "call:88123", "fraud: CASE-7", "audit:"])
def test_a_reason_is_read(text: str) -> None:
    assert reasons.parse(text).code in reasons.CODES


@pytest.mark.parametrize("text", ["", "because", "CALL", ":1", "call:<script>", "call:" + "1" * 41, "call:1\n2"])
def test_a_wrong_reason_says_what_to_write(text: str) -> None:
    with pytest.raises(UsageError):
        reasons.parse(text)


def test_a_command_acts_as_a_known_user_only(actor: MakeActor) -> None:
    actor("auditor")
    assert people.actor_named("auditor").role == "auditor"
    with pytest.raises(UsageError):
        people.actor_named("nobody")
