"""Cases: the list, one case, and what is added to it there."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.access.reasons import under_secrecy
from audit.answers.reading.names import declared_kinds, links_of
from audit.answers.reading.withheld import hidden_among
from audit.answers.search import search
from audit.cases import adding
from audit.cases.entries import NOTE, STATUS, STATUSES, VERDICT, VERDICTS
from audit.cases.reading import case as read
from audit.cases.reading import cases as read_all
from audit.errors import UsageError
from audit.values import Subject
from console.asking import asking
from console.cases import shown
from console.forms import whole_number
from console.views.search import meant
from console.visit import Visit, looked

LINK = "link"


@looked("cases", "see_cases")
def cases(visit: Visit) -> HttpResponse:
    """Who they are about is told, as in any list; nothing that somebody wrote is."""
    lines, total = read_all(visit.actor, visit.number("before"))
    with asking(visit, is_now=True) as inquiry:
        subjects = {subject for line in lines for subject in line.subjects}
        hidden = hidden_among(inquiry, subjects)
        links = {one: link for one, link in links_of(inquiry, subjects).items() if one not in hidden}
    plain = {subject for line in lines if not line.is_secret for subject in line.subjects}
    visit.subjects = [one for one in links if one in plain]
    visit.secret_subjects = [one for one in links if one not in plain]
    oldest = lines[-1].id if lines and lines[-1].id > 1 else None
    return visit.show("cases.html", lines=lines, links=links, total=total, oldest=oldest)


@require_POST
@looked("case", "work_cases", is_recorded=False)
def case_open(visit: Visit) -> HttpResponse:
    """Recorded by itself, as everything that is added."""
    post = visit.request.POST
    with asking(visit, is_now=True) as inquiry:
        found = meant(search(inquiry, post.get("about", "")), declared_kinds(inquiry.model))
    if found is None:
        raise UsageError("write whom it is about: the number of one customer, account or payment, in full")
    is_secret = post.get("is_secret") == "1"
    id = adding.open_case(visit.actor, post.get("question", ""), found.subject, is_secret=is_secret)
    return HttpResponseRedirect(reverse("case", args=[id]))


@looked("case", "see_cases")
def case(visit: Visit, id: int) -> HttpResponse:
    found = read(visit.actor, id)
    visit.details, visit.reason = {"case": id}, under_secrecy(None) if found.is_secret else None
    with asking(visit, is_now=True) as inquiry:
        page = shown(visit, inquiry, found)
    return visit.show("case.html", page=page, statuses=STATUSES, verdicts=VERDICTS)


@require_POST
@looked("case", "work_cases", is_recorded=False)
def case_add(visit: Visit, id: int) -> HttpResponse:
    post = visit.request.POST
    what, text = post.get("what", ""), post.get("text", "")
    if what == NOTE:
        about = post.get("subject", "")
        adding.add_note(visit.actor, id, text, _subject(about) if about else None)
    elif what == LINK:
        adding.link_case(visit.actor, id, _number(post.get("other", "")))
    elif what == STATUS:
        adding.set_status(visit.actor, id, post.get("status", ""))
    elif what == VERDICT:
        adding.give_verdict(visit.actor, id, post.get("verdict", ""), text)
    else:
        raise UsageError("a note, a link, a status or a verdict is added here")
    return HttpResponseRedirect(reverse("case", args=[id]))


def _subject(text: str) -> Subject:
    try:
        return Subject.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _number(text: str) -> int:
    number = whole_number(text.strip().removeprefix("case:"))
    if number is None:
        raise UsageError("write the other case's number")
    return number
