"""Exporting a trail: asked for through the door, made by a worker, fetched when it is ready."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from audit.access.reasons import SECRET, Reason, under_secrecy
from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import customers_of, link_of, subject_id
from audit.errors import UnknownSubject, UsageError
from audit.models import Export
from audit.tasks import make_export
from audit.trails import folder
from audit.trails.asked import Approval
from audit.trails.delivery import FORMS, file_of
from audit.trails.encryption import ENCRYPTED, require_public
from audit.trails.expiry import WITHDRAWN
from audit.trails.leave import taken
from audit.trails.scope import Wish, scope_of
from audit.values import Subject, rfc3339
from console.asking import asking, enter, pass_door
from console.asof import asked_moment
from console.case_doors import case_named, pass_doors, title_of
from console.visit import Visit, looked

TAKEN_WITHIN = timedelta(seconds=20)  # of being asked for, where a worker runs
PARTS = {"export": "_export.html"}
TYPES = {"trail": "application/zip", "report": "application/pdf", "table": "text/csv; charset=utf-8"}


@require_POST
@looked("export", "export", kind="export")
def export_start(visit: Visit, kind: str, id: int) -> HttpResponse:
    with asking(visit) as inquiry:
        subject, inquiry = enter(visit, inquiry, kind, id)
        customers = customers_of(inquiry.connection, subject, id)
        opened = visit.grant.door.subject if visit.grant and visit.grant.door else None
        first = sorted(customers, key=lambda one: one != opened)
        scope = scope_of(inquiry, subject, first, _wish(visit))
    leave = taken(visit.actor, scope, customers, visit.grant.reason if visit.grant else None)
    grant, moment = visit.grant, visit.asked.moment
    recipient = visit.request.POST.get("recipient", "").strip()
    if recipient:
        require_public(recipient)
    made = write_down(
        visit,
        str(subject),
        leave,
        grant.reason if grant else None,
        recipient=recipient,
        since=rfc3339(scope.since) if scope.since else "",
        accounts=[str(one) for one in scope.accounts],
        side=str(scope.side) if scope.side else "",
        moment=rfc3339(moment.time) if moment.time else "",
        clock=moment.clock,
        door_subject=str(grant.door.subject) if grant and grant.door else "",
    )
    return begun(visit, made, encrypted=bool(recipient))


def write_down(visit: Visit, subject: str, leave: Approval | None, reason: Reason | None, **more: Any) -> Export:
    """Who asked for which trail, and why."""
    return Export.objects.create(
        subject=subject,
        language=get_language() or "en",
        approval=leave.id if leave else None,
        actor=visit.actor.name,
        role=visit.actor.role,
        session=visit.actor.session,
        reason_code=reason.code if reason else "",
        ticket=reason.ticket if reason else "",
        caller_identified=reason.caller_identified if reason else "",
        **more,
    )


def begun(visit: Visit, made: Export, **details: object) -> HttpResponse:
    """Hand it to the workers as soon as it is recorded that it was asked for."""
    visit.outcome, visit.details = "asked for", {"export": made.pk, **details}
    visit.afterwards.append(lambda: queue(made))
    return HttpResponseRedirect(reverse("export", args=[made.pk]))


def _wish(visit: Visit) -> Wish:
    """A time without a zone is meant in the bank's; an account's number alone is an account's."""
    form, since = visit.request.POST, ""
    if text := form.get("since", "").strip():
        time = asked_moment(QueryDict(urlencode({"at": text})), visit.zone).moment.time
        since = rfc3339(time) if time else ""
    accounts = [one if ":" in one else f"account:{one}" for one in form.get("accounts", "").split()]
    return Wish(since, accounts, form.get("side", ""))


@looked("export", "export", is_recorded=False)
def export(visit: Visit, id: int) -> HttpResponse:
    with asking(visit, is_now=True) as inquiry:
        asked = _mine(visit, id)
        title, back = _named(visit, inquiry, asked)
    is_untaken = asked.state == "waiting" and timezone.now() - asked.asked_at > TAKEN_WITHIN
    forms = [form for form in FORMS if asked.file and file_of(asked, form, folder()).exists()]
    return visit.show(
        "export.html",
        parts=PARTS,
        export=asked,
        forms=forms,
        is_untaken=is_untaken,
        is_over=_is_over(asked),
        is_withdrawn=asked.trouble == WITHDRAWN,
        title=title,
        back=back,
    )


@looked("export", "export", kind="download")
def export_file(visit: Visit, id: int) -> HttpResponse:
    form = visit.request.GET.get("form", "trail")
    if form not in FORMS:
        raise UsageError(f"form is one of {', '.join(FORMS)}")
    with asking(visit, is_now=True) as inquiry:
        asked = _mine(visit, id)
        case = case_named(visit, inquiry, asked.subject)
        if case is not None:
            visit.reason = under_secrecy(None) if case.is_secret else None
            pass_doors(visit, inquiry, case)
        else:
            subject = Subject.parse(asked.subject)
            visit.subjects.append(subject)
            visit.door_of_id = (subject.kind, subject_id(inquiry.connection, subject))
            pass_door(visit, inquiry, subject)
    if asked.state != "done":
        raise UnknownSubject("this export is not ready")
    if asked.trouble == WITHDRAWN:
        raise UnknownSubject("this export was withdrawn: data in it was erased or declared personal; ask for it again")
    if _is_over(asked):
        raise UnknownSubject("this export was removed when its time was over: ask for it again")
    visit.details = {"export": asked.pk, "form": form, "manifest": asked.manifest}
    try:
        opened = file_of(asked, form, folder()).open("rb")
    except FileNotFoundError:
        raise UnknownSubject("this file of the export could not be made, or is gone: ask for it again") from None
    name = f"trail-{asked.pk}{FORMS[form]}" + (ENCRYPTED if asked.recipient else "")
    kind = "application/octet-stream" if asked.recipient else TYPES[form]
    return FileResponse(opened, as_attachment=True, filename=name, content_type=kind)  # type: ignore[return-value]


def queue(made: Export) -> None:
    """Hand it to the workers; what they cannot be told of is said on its page, and can be asked for again."""
    try:
        make_export.delay(made.pk)
    except OperationalError:
        trouble = "the workers cannot be reached: is Redis running? Ask for it again when it is"
        Export.objects.filter(pk=made.pk).update(state="failed", trouble=trouble)


def _is_over(asked: Export) -> bool:
    return asked.removed_at is not None or (asked.expires_at is not None and asked.expires_at <= timezone.now())


def _named(visit: Visit, inquiry: Inquiry, asked: Export) -> tuple[str, str]:
    """What an export is of, and where that is."""
    case = case_named(visit, inquiry, asked.subject)
    if case is not None:
        return title_of(case), reverse("case", args=[case.id])
    subject = Subject.parse(asked.subject)
    link = link_of(inquiry, subject, subject_id(inquiry.connection, subject))
    return link.title, visit.to(link)


def _mine(visit: Visit, id: int) -> Export:
    """Who asked for an export gets it, and who has the right to what others asked for; through the same door."""
    found = Export.objects.filter(pk=id).first()
    if found is None or not (found.actor == visit.actor.name or _may_see_others(visit, found)):
        raise UnknownSubject(gettext("there is no export %(id)s of yours") % {"id": id})
    return found


def _may_see_others(visit: Visit, made: Export) -> bool:
    """That somebody exported under secrecy is itself secret."""
    is_secret = made.reason_code in SECRET
    return visit.may("exports_of_others") and (not is_secret or visit.may("secrecy"))
