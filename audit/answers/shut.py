"""Causes that belong to others: what an open door shows of a chain, and stubs in the place of the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import CUSTOMER, PLACE, customers_of_each, ids_of
from audit.answers.shapes import Because, CauseLine, FieldWhy, StateWhy, Why
from audit.values import Subject

Opened = Callable[[Sequence[Subject]], Collection[Subject]]


def behind_doors(inquiry: Inquiry, answer: Why, opened: Opened) -> Why:
    """Each cause in which customers take part, and neither what was asked about nor anybody of those `opened`, is only
    named. What is nobody's is told."""
    explained: list[StateWhy | FieldWhy] = [*answer.states, *answer.fields]
    asked = answer.subject.subject
    lines = {line.ref.position: line for one in explained for line in one.because.events}
    own = {one.event.position for one in answer.fields} if asked.kind == PLACE else set()  # a place's page tells them
    others = {at: line.ties for at, line in lines.items() if asked not in line.ties and at not in own}
    owners = _owners(inquiry, {tie for ties in others.values() for tie in ties})
    people = {at: set[Subject]().union(*(owners[tie] for tie in ties)) for at, ties in others.items()}
    everyone = sorted(set[Subject]().union(*people.values()))
    seen = set(opened(everyone)) if everyone else set()
    shut = {at for at, those in people.items() if those and those.isdisjoint(seen)}
    if not shut:
        return answer
    return replace(
        answer,
        states=tuple(replace(one, because=_without(one.because, shut)) for one in answer.states),
        fields=tuple(replace(one, because=_without(one.because, shut)) for one in answer.fields),
    )


def _owners(inquiry: Inquiry, ties: Iterable[Subject]) -> Mapping[Subject, Collection[Subject]]:
    """Whose each is; of what nothing final is known yet, nobody but a customer itself."""
    wanted = set(ties)
    known = ids_of(inquiry.connection, wanted)
    found = customers_of_each(inquiry.connection, known)
    return {one: found.get(one, (one,) if one.kind == CUSTOMER else ()) for one in wanted}


def _without(because: Because, shut: Collection[int]) -> Because:
    return replace(because, events=tuple(_stub(one) if one.ref.position in shut else one for one in because.events))


def _stub(line: CauseLine) -> CauseLine:
    """When it was, and what to open to know more."""
    return CauseLine(
        ref=line.ref, inferred=line.inferred, lane="", lane_title="", subject=line.subject, type="", title="", says="",
        occurred=line.occurred, recorded=line.recorded, is_final=line.is_final, is_shut=True,
    )  # fmt: skip
