"""Who else is in the same situation: a list by a claim, with its counts. It names nothing personal; a row is a look."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from audit.answers.choices import choices
from audit.answers.claims.claimed import in_words
from audit.answers.reading.names import kind_title, subject_of
from audit.answers.shapes import Page, WhoLine
from audit.answers.situations import EVERYONE, SITUATIONS_MAX
from audit.answers.when import claim_of
from audit.answers.who import behind_doors, told_behind_doors, who_each
from audit.answers.who import who as ask_who
from audit.answers.words import within
from audit.errors import UnknownSubject, UsageError
from audit.values import Subject
from console import lists
from console.asking import asking, enter
from console.forms import whole_number
from console.listing import gather
from console.sending import send
from console.visit import Visit, looked

LENGTH_MAX = 1000  # characters of an expression


@looked("who", "findings")
def who(visit: Visit, kind: str) -> HttpResponse:
    that, own = _that(visit), whole_number(visit.cursor("of") or "", 18) or 0
    with asking(visit) as inquiry:
        _check(kind, inquiry.model.kinds)
        page, trouble, asked_from = None, "", None
        if that:
            try:
                page = ask_who(inquiry, Subject(kind, EVERYONE), that, visit.cursor("who"), own=own)
                page = told_behind_doors(inquiry, page, visit.opened)
                asked_from = subject_of(inquiry.connection, kind, own) if page.has_own else None
            except UsageError as error:
                trouble, visit.outcome = gettext(str(error)), "bad input"
        at, title = inquiry.as_of(), kind_title(inquiry, kind)
        says = in_words(inquiry, kind, claim_of(inquiry, that).tree) if page else ""
        chosen = [] if that else choices(inquiry, kind)
    if page:
        visit.shows(line.subject for line in page.subjects.rows)
    if asked_from and asked_from not in visit.subjects:  # that it is among them is told, on whatever page of the list
        visit.subjects.append(asked_from)
    response = visit.show("who.html", at, {"who": "_who.html"}, page=page, that=that, kind=within(title),
                          says=says, trouble=trouble, own=own, own_kind=kind, choices=chosen)  # fmt: skip
    response.status_code = 400 if trouble else 200
    return response


@looked("who", "look")
def who_else(visit: Visit, kind: str, id: int) -> HttpResponse:
    """Everyone in this subject's situation; the address then says what makes them alike, not whose it was. Of several
    situations each is told with its counts, to choose from."""
    with asking(visit) as inquiry:
        subject, inquiry = enter(visit, inquiry, kind, id)
        each = who_each(inquiry, subject)
        at, title = inquiry.as_of(), kind_title(inquiry, kind)
    if len(each) > 1:
        visit.shows(one.subject for one in each)
        return visit.show("who_each.html", at, each=each, own=id, own_kind=kind, kind=within(title),
                          is_cut=len(each) == SITUATIONS_MAX)  # fmt: skip
    one = each[0] if each else None
    # what is wrong with one payment may be found of another: the list is asked from the one, whether it is in it or not
    own = id if one is None or one.found.kind == kind else one.subject.id
    that = {"of": str(own), **({"that": one.found.expression} if one else {})}
    return HttpResponseRedirect(visit.at(reverse("who", args=[one.found.kind if one else kind]), **that))


@looked("list", "download", kind="download")
def who_file(visit: Visit, kind: str, format: str) -> HttpResponse:
    that = _that(visit)
    with asking(visit) as inquiry:
        _check(kind, inquiry.model.kinds)
        like = Subject(kind, EVERYONE)

        def page_at(cursor: str | None) -> Page[WhoLine]:
            return behind_doors(inquiry, ask_who(inquiry, like, that, cursor, 1000).subjects, visit.opened)

        at = inquiry.as_of()
        fields = {**lists.WHO, "as_of": lambda _: at.time, "is_live": lambda _: at.is_now}
        listed = gather("who", fields, page_at)
    visit.shows(row.subject for row in listed.rows)
    return send(visit, listed, format, {"kind": kind, "expression": that, "model": inquiry.model.hash})


def _that(visit: Visit) -> str:
    text = " ".join((visit.cursor("that") or "").split())
    if len(text) > LENGTH_MAX:
        raise UsageError(gettext("an expression is at most %(count)s characters long") % {"count": LENGTH_MAX})
    return text


def _check(kind: str, kinds: Collection[str]) -> None:
    if kind not in kinds:
        raise UnknownSubject(gettext("there is no kind %(kind)s") % {"kind": kind})
