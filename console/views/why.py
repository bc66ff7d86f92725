"""Why an amount, a state or a date is as it is: its event and that event's causes; as a page and as a panel."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse, QueryDict
from django.utils.http import urlencode

from audit.answers.difference import Difference, difference
from audit.answers.inquiry import Inquiry
from audit.answers.reading.cut import Cut
from audit.answers.reading.names import PLACE, place_of
from audit.answers.shapes import FieldWhy, StateWhy, Why
from audit.answers.shut import behind_doors
from audit.answers.telling.chains import told_once
from audit.answers.why import why as explain
from audit.answers.why import why_event
from audit.values import Subject
from console.asking import asking, enter
from console.asof import asked_moment
from console.forms import whole_number
from console.views.place import through_door
from console.visit import Visit, looked

PARTS = {"explained": "_why.html"}
EVENT = "event."  # what a line of a statement or ledger is: one event


@looked("why", "look")
def why(visit: Visit, kind: str, id: int) -> HttpResponse:
    with asking(visit) as inquiry:
        subject, inquiry = enter(visit, inquiry, kind, id)
        answer = _answer(visit, inquiry, subject)
        return _shown(visit, answer, _difference(visit, inquiry, subject, answer))


@looked("why", "places")
def why_place(visit: Visit, id: int) -> HttpResponse:
    with asking(visit) as inquiry:
        place, _ = place_of(inquiry.connection, id)
        inquiry = through_door(visit, inquiry, place)
        return _shown(visit, _answer(visit, inquiry, Subject(PLACE, f"{place.book}/{place}")))


def _answer(visit: Visit, inquiry: Inquiry, subject: Subject) -> Why:
    asked = visit.cursor("of") or ""
    if asked.startswith(EVENT):
        answer = why_event(inquiry, subject, _position(asked))
    else:
        answer = explain(inquiry, subject, visit.number("step"))
    return behind_doors(inquiry, answer, visit.opened)


def _position(asked: str) -> int:
    return whole_number(asked.removeprefix(EVENT), 18) or 0


def _difference(visit: Visit, inquiry: Inquiry, subject: Subject, answer: Why) -> Difference | None:
    """With another time or, of what has steps, another step: `diff` in the address."""
    text = visit.cursor("diff")
    if text is None:
        return None
    number = whole_number(text)
    return difference(inquiry, subject, _cut(visit, text) if number is None else number, answer)


def _cut(visit: Visit, text: str) -> Cut:
    query = QueryDict(urlencode({"at": text, "clock": visit.asked.moment.clock.value}))
    moment = asked_moment(query, visit.zone).moment
    return Cut(moment.time, moment.clock)


def _shown(visit: Visit, answer: Why, diff: Difference | None = None) -> HttpResponse:
    is_asked = _chosen(visit.cursor("of") or "")
    states = [one for one in answer.states if is_asked(one)]
    fields = [one for one in answer.fields if is_asked(one)]
    chains = [*(one.because for one in states), *(one.because for one in fields)]
    visit.shows(event.subject for because in chains for event in because.events)
    is_one = bool(visit.cursor("of")) and len(states) + len(fields) == 1
    return visit.show("why.html", answer.at, PARTS, page=answer, states=states, fields=fields, is_one=is_one, diff=diff,
                      chains=list(told_once(chains, 40)))  # fmt: skip


def _chosen(asked: str) -> Callable[[StateWhy | FieldWhy], bool]:
    """Everything, one value by its key, or all balances in a currency."""
    currency = asked.removeprefix("balance.") if asked.startswith("balance.") else None

    def is_asked(one: StateWhy | FieldWhy) -> bool:
        if not asked or one.key == asked:
            return True
        return isinstance(one, FieldWhy) and one.place is not None and one.place.money.currency == currency

    return is_asked
