"""Four eyes: nobody gets round the second person, by address, by role, by time, or by writing the table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import psycopg
import pytest
from django.test import Client

from audit.access import approvals, people
from audit.access.approvals import ApprovalMissing, ask, take
from audit.access.mask import ALL
from audit.access.people import Actor
from audit.access.reasons import Reason
from audit.database import Role
from audit.errors import Refused, UnknownSubject, UsageError
from audit.models import Approval, AuditRecord, KeptText
from audit.trails import leave
from audit.trails.scope import Scope
from audit.values import Subject
from tests.console.conftest import Bank, approved, browser_of, shut_doors, with_reason

WHY = "The authority asks about Mette Hansen"
ANNA = Subject("customer", "C-1")


@pytest.fixture(autouse=True)
def nothing_pending(bank: Bank) -> Iterator[None]:
    yield
    with bank.database.connect("web") as connection:
        connection.execute("update approval set state = 'refused', approver = 'data_protection'"
                           " where state = 'pending' and requester <> 'data_protection'")  # fmt: skip
        connection.execute("update approval set state = 'refused', approver = 'authority_desk'"
                           " where state = 'pending' and kind = 'erasure'")  # fmt: skip


def person(role: str) -> Actor:
    return people.actor_named(role)


def asked(what: str, kind: str = "list_export", by: str = "team_lead", why: str = "It is wanted") -> Approval:
    return ask(person(by), kind, what, why, {"rows": 200}, [ANNA])


def expire(bank: Bank, number: int) -> None:
    """As time does: the owner of the database alone can set a trigger aside."""
    with bank.database.connect("owner") as connection:
        connection.execute("alter table approval disable trigger approval_is_guarded")
        connection.execute("update approval set expires_at = now() - interval '1 s' where id = %s", (number,))
        connection.execute("alter table approval enable trigger approval_is_guarded")


def test_an_approval_is_for_one_person_one_thing_and_one_time(bank: Bank) -> None:
    request = asked("/once.csv")
    with pytest.raises(ApprovalMissing):
        take(person("team_lead"), "list_export", "/once.csv")
    approvals.approve(person("investigator"), request.pk)
    for by, kind, what in [
        ("support", "list_export", "/once.csv"),
        ("team_lead", "list_export", "/twice.csv"),
        ("team_lead", "bulk_unmask", "/once.csv"),
    ]:
        with pytest.raises(ApprovalMissing):
            take(person(by), kind, what)
    assert take(person("team_lead"), "list_export", "/once.csv").pk == request.pk
    with pytest.raises(ApprovalMissing):
        take(person("team_lead"), "list_export", "/once.csv")
    steps = AuditRecord.objects.filter(details__approval=request.pk).order_by("id")
    assert [(step.kind, step.outcome) for step in steps] == [
        ("approval_request", "asked for"),
        ("approval", "approved"),
        ("approval", "used"),
    ]


@pytest.mark.parametrize("by", ["team_lead", "support", "auditor", "administrator", "authority_desk"])
def test_who_asked_or_has_no_right_decides_nothing(by: str, bank: Bank) -> None:
    request = asked(f"/by-{by}.csv")
    with pytest.raises(Refused):
        approvals.approve(person(by), request.pk)
    browser_of(by).post(f"/approvals/{request.pk}/approve")
    assert Approval.objects.get(pk=request.pk).state == "pending"
    assert not browser_of(by).get("/approvals").content.count(f"/approvals/{request.pk}/approve".encode())


def test_the_system_neither_asks_nor_approves(bank: Bank) -> None:
    with pytest.raises(Refused, match="the system is none"):
        ask(people.SYSTEM, "list_export", "/x.csv", WHY)
    with pytest.raises(Refused, match="the system is none"):
        approvals.approve(people.SYSTEM, asked("/system.csv").pk)


def test_an_erasure_is_approved_by_another_right_than_a_list(bank: Bank) -> None:
    request = asked("customer:C-1", "erasure", "data_protection")
    for by in ("team_lead", "investigator", "data_protection"):
        with pytest.raises(Refused):
            approvals.approve(person(by), request.pk)
    assert approvals.approve(person("authority_desk"), request.pk).state == "approved"


def test_the_same_is_asked_for_once(bank: Bank) -> None:
    asked("/same.csv")
    with pytest.raises(UsageError, match="asked for already"):
        asked("/same.csv")
    asked("/same.csv", by="support")  # another person's list is another matter
    asked("customer:C-2", "mute_rule")
    with pytest.raises(UsageError, match="asked for already"):
        asked("customer:C-2", "mute_rule", by="investigator")


def test_an_expired_request_is_neither_approved_nor_used(bank: Bank) -> None:
    late, approved = asked("/late.csv"), asked("/approved.csv")
    approvals.approve(person("investigator"), approved.pk)
    expire(bank, late.pk)
    expire(bank, approved.pk)
    with pytest.raises(Refused, match="expired"):
        approvals.approve(person("investigator"), late.pk)
    with pytest.raises(ApprovalMissing):
        take(person("team_lead"), "list_export", "/approved.csv")
    asked("/late.csv")


AROUND = [
    "insert into approval (kind, what, why_id, requester, state, approver, details)"
    " values ('list_export', 'x', {text}, 'team_lead', 'approved', 'investigator', '{{}}')",
    "insert into approval (kind, what, why_id, requester, approver, details, state, requester_role)"
    " values ('list_export', 'x', {text}, '', '', '{{}}', 'pending', '')",
    "update approval set state = 'approved', approver = 'team_lead' where id = {id}",
    "update approval set state = 'approved', approver = 'TEAM_LEAD' where id = {id}",
    "update approval set state = 'approved', approver = '' where id = {id}",
    "update approval set state = 'approved', approver = 'support' where id = {id}",
    "update approval set state = 'approved', approver = 'nobody' where id = {id}",
    "update approval set state = 'used' where id = {id}",
    "update approval set state = 'expired' where id = {id}",
    "update approval set requester = 'support', state = 'approved', approver = 'team_lead' where id = {id}",
    "update approval set what = 'y' where id = {id}",
    "update approval set expires_at = now() + interval '9 years' where id = {id}",
    "delete from approval where id = {id}",
    "truncate approval cascade",
    "update kept_text set ciphertext = '' where id = {text}",
    "update kept_text set subjects = '[]' where id = {text}",
    "delete from kept_text where id = {text}",
]


@pytest.mark.parametrize("statement", AROUND)
@pytest.mark.parametrize("role", ["web", "owner", "erasure"])
def test_the_table_refuses_the_way_round(role: Role, statement: str, bank: Bank) -> None:
    request = Approval.objects.filter(what="/around.csv", state="pending").first() or asked("/around.csv")
    told = statement.format(id=request.pk, text=request.why_id)
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)
    with bank.database.connect(role) as connection, pytest.raises(refusals):
        connection.execute(told.encode())


def test_a_list_that_has_grown_is_asked_for_again(bank: Bank) -> None:
    request = asked("/grows.csv")
    approvals.approve(person("investigator"), request.pk)
    for grown in ({"rows": 201}, {"rows": 200, "customers": 2}):
        with pytest.raises(ApprovalMissing):
            take(person("team_lead"), "list_export", "/grows.csv", sizes=grown)
    assert take(person("team_lead"), "list_export", "/grows.csv", sizes={"rows": 200}).pk == request.pk


def test_looks_are_handed_out_as_they_were_when_asked_for(bank: Bank) -> None:
    auditor = browser_of("auditor")
    for customer in ("C-1", "C-2"):
        AuditRecord.objects.bulk_create(
            AuditRecord(kind="look", actor="support", page="where", subjects=[f"customer:{customer}"])
            for _ in range(60)
        )
    before = AuditRecord.objects.count()
    rows = json.loads(approved(auditor, "/looks.json").content)["rows"]
    used = Approval.objects.filter(what="/looks.json").latest("pk")
    assert used.state == "used" and len(rows) == used.details["rows"] <= before + 1
    assert AuditRecord.objects.count() > len(rows)


def test_temporary_tables_stand_before_none_of_ours(bank: Bank) -> None:
    """Even for who may make them, as any user of the database could before."""
    request = asked("/shadow.csv")
    with bank.database.connect("follower") as connection:  # it may make them
        connection.execute("create temp table auth_user as select 1 id, 'support' username, true is_active")
        connection.execute("create temp table auth_user_groups as select 1 user_id, 1 group_id")
        connection.execute("create temp table auth_group as select 1 id, 'support' name")
        connection.execute("create temp table access_right as select 'support' role, 'approve' action")
        connection.execute("create temp table approval as select 0 id, 'shorten_retention' kind, 'used' state,"
                           " 'looks 1' what")  # fmt: skip
        connection.execute("create temp table retention (class text, days int, id int)")
        connection.execute("grant select on auth_user, auth_user_groups, auth_group, access_right, approval, retention"
                           " to public")  # fmt: skip
        connection.execute("set role whereabouts_web")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="may not approve"), connection.transaction():
            connection.execute(
                "update public.approval set state = 'approved', approver = 'support' where id = %s", (request.pk,)
            )
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="second person"), connection.transaction():
            connection.execute("insert into public.retention (class, days, begins, ground, set_by, approval_id)"
                               " values ('looks', 1, '', '', 'support', 0)")  # fmt: skip


def test_a_request_begins_now_whatever_its_times_say(bank: Bank) -> None:
    text = asked("/text.csv").why_id
    with bank.database.connect("web") as connection:
        row = connection.execute(
            "insert into approval (kind, what, why_id, requester, details, state, approver, requester_role, expires_at)"
            " values ('list_export', '/long.csv', %s, 'support', '{}', 'pending', '', '', now() + interval '9 years')"
            " returning expires_at - asked_at <= interval '24 h'",
            (text,),
        ).fetchone()
    assert row == (True,)


def test_the_why_is_shown_to_who_decides_and_stands_nowhere_in_the_clear(bank: Bank) -> None:
    request = asked("/why.csv", why=WHY)
    assert WHY.encode() in browser_of("investigator").get("/approvals").content
    assert b"Mette" not in browser_of("support").get("/approvals").content
    with bank.database.connect("owner") as connection:
        for table in ("approval", "audit_record", "kept_text"):
            found = connection.execute(f"select count(*) from {table} t where t::text like '%%Mette%%'".encode())
            assert found.fetchone() == (0,), table
        hexed = WHY.encode().hex()
        assert connection.execute(
            "select count(*) from kept_text t where t::text like %s", (f"%{hexed}%",)).fetchone() == (0,)  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no receipt and no retention that ended"):
        empty(bank, request.why_id)
    assert b"Mette" in browser_of("investigator").get("/approvals").content
    with bank.database.connect("owner") as connection:
        connection.execute("alter table kept_text disable trigger user")
        ago = "update kept_text set written_at = now() - interval '6 years' where id = %s"
        connection.execute(ago, [request.why_id])
        connection.execute("alter table kept_text enable trigger user")
    empty(bank, request.why_id)
    assert b"Mette" not in browser_of("investigator").get("/approvals").content
    assert KeptText.objects.get(pk=request.why_id).commitment


def empty(bank: Bank, text: int) -> None:
    """By the role that may, of its own accord."""
    with bank.database.connect("erasure") as connection:
        connection.execute(
            "update kept_text set wrapped = null, salt = null, nonce = null, ciphertext = null, erased_at = now()"
            " where id = %s",
            (text,),
        )
        connection.commit()


def test_a_form_that_was_not_signed_asks_for_nothing(bank: Bank) -> None:
    before = Approval.objects.count()
    answer = browser_of("team_lead").post("/approvals/ask", {"asked": "x:y:z", "why": WHY})
    assert (answer.status_code, Approval.objects.count()) == (400, before)


def test_what_is_asked_for_under_secrecy_is_known_to_few(bank: Bank) -> None:
    """Neither who may approve all else, nor the record, tells of it; what was asked for openly is not used for it."""
    customer = bank.ids("customer")[0]
    subject = Subject("customer", bank.key_of(customer))
    shut_doors()
    browser = with_reason(browser_of("investigator"), "customer", customer, code="authority")
    refused = browser.post(f"/of/customer/{customer}/unmask", {"path": ALL})
    token = re.search(rb'name="asked" value="([^"]+)"', refused.content)
    assert refused.status_code == 403 and token is not None
    browser.post("/approvals/ask", {"asked": token[1].decode(), "why": "the police asked"})
    asked = Approval.objects.latest("pk")
    assert (asked.kind, asked.state, asked.details) == ("bulk_unmask", "pending", approvals.SECRET)
    record = AuditRecord.objects.filter(kind="approval_request").latest("id")
    assert record.reason_code == "authority"
    for role in ("team_lead", "data_protection"):
        lead = people.actor_named(role)
        assert asked not in approvals.visible(lead) and "the police asked" not in text_of(browser_of(role))
        assert browser_of(role).post(f"/approvals/{asked.pk}/approve").status_code == 404
        with pytest.raises(UnknownSubject):
            approvals.approve(lead, asked.pk)
    both = Scope("both", (subject, Subject("customer", bank.key_of(bank.ids("customer")[1]))))
    investigator = people.actor_named("investigator")
    openly = leave.ask(investigator, both, both.subjects, "for a colleague", Reason("fraud"))
    assert openly is not None and openly.details == {}
    approvals.approve(people.actor_named("team_lead"), openly.pk)
    with pytest.raises(ApprovalMissing) as missing:
        leave.taken(investigator, both, both.subjects, Reason("authority"))
    assert missing.value.details == approvals.SECRET
    assert leave.taken(investigator, both, both.subjects, Reason("fraud"))
    with bank.database.connect("web") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("update approval set state = 'approved', approver = 'team_lead' where id = %s", [asked.pk])
    expire(bank, asked.pk)
    assert asked in approvals.visible(investigator)


def text_of(browser: Client) -> str:
    return browser.get("/approvals").content.decode()
