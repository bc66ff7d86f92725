"""Muting: a rule's findings are still judged and still listed, but shown as muted and counted apart, until a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from audit import prepared
from audit.access import approvals, looks
from audit.access.looks import Look
from audit.access.people import Actor
from audit.database import Connection, sql
from audit.errors import UsageError
from audit.models import Approval, Mute
from audit.values import Subject

KIND = "mute_rule"
EVERYONE = "everyone"
DAYS_MAX = 366


def ask(actor: Actor, rule: str, subject: Subject | None, until: date, why: str) -> Approval:
    """Ask a second person to mute a rule for one subject, or (None) for all. Raises Refused, UsageError."""
    today = timezone.now().date()
    if not today < until <= today + timedelta(days=DAYS_MAX):
        said = gettext("say until which day: tomorrow at the earliest, %(days)s days from now at the latest")
        raise UsageError(said % {"days": DAYS_MAX})
    named = str(subject) if subject else ""
    what = f"{rule} of {named or EVERYONE} until {until.isoformat()}"
    details = {"rule": rule, "subject": named, "until": until.isoformat()}
    return approvals.ask(actor, KIND, what, why, details, [subject] if subject else ())


def mute(actor: Actor, asked: Approval) -> Mute:
    """Do what was approved; recorded. Raises Refused, ApprovalMissing."""
    about = asked.details
    subjects = [Subject.parse(about["subject"])] if about["subject"] else []
    with transaction.atomic():
        used = approvals.take(actor, KIND, asked.what, about, subjects)
        made = Mute.objects.create(
            what=used.what, rule=about["rule"], subject=about["subject"], until=date.fromisoformat(about["until"]),
            muted_by=actor.name, approval=used,
        )  # fmt: skip
        details = {**about, "approval": used.pk, "text": used.why_id}
        looks.record(actor, Look("mute", "approvals", subjects, outcome="muted", details=details))
    return made


def muted(connection: Connection, rules: Collection[str]) -> Mapping[tuple[str, str], date]:
    """Until when each of these rules is muted now: by rule and subject ("" is everyone)."""
    rows = prepared.rows(connection, sql("access_mutes"), [list(rules)]) if rules else []
    return {(rule, subject): until for rule, subject, until in rows}


def muted_until(standing: Mapping[tuple[str, str], date], rule: str, subject: Subject) -> date | None:
    days = [day for day in (standing.get((rule, "")), standing.get((rule, str(subject)))) if day is not None]
    return max(days, default=None)

