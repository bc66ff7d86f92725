"""The words at the head of a page: what a flow is, how it stands, and the one sentence on a customer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import Told
from audit.answers.reading.flows import Flow
from audit.answers.reading.names import kind_title, place_kind
from audit.answers.shapes import StateLine, Waiting
from audit.answers.words import word
from audit.values import Certainty, Place, Subject


def flow_title(flow: Flow, mine: Collection[Subject] = ()) -> str:
    """ "500.00 DKK to Mette H••••••"; without another side "Transfer, 500.00 DKK". `mine`: to the holder of these
    accounts, to whom it is from another's."""
    declared, who = flow.declared(), counterparty(told_of(flow), mine)
    title = kind_title(flow.inquiry, flow.known.subject.kind)
    if declared is None:
        return f"{title} {flow.known.subject.key}"
    amount = flow.inquiry.amount(declared)
    is_others = _comes_from_another(flow, mine)
    if not who:
        return word(flow.inquiry.language, "from_another", amount=amount) if is_others else f"{title}, {amount}"
    is_in = is_others or _comes_from_outside(flow)
    return word(flow.inquiry.language, "from" if is_in else "to", amount=amount, who=who)


def counterparty(told: Sequence[Told], mine: Collection[Subject] = ()) -> str:
    """The other side's name as it may be shown; `mine`: to the holder of these accounts."""
    return next((name for one in named_to(told, mine) if (name := one.counterparty)), "")


def named_to(told: Sequence[Told], mine: Collection[Subject]) -> list[Told]:
    """The events whose other side is that of `mine`, those of these accounts first: what an event of another account
    names is that account's other side, and may be oneself. None given: all."""
    if not mine:
        return list(told)
    own = [one for one in told if one.subject in mine or any(tie in mine for tie in one.ties)]
    if len(own) == len(told):
        return own
    holders = {tie.kind for tie in mine}
    return [*own, *(one for one in told if not any(tie.kind in holders for tie in one.ties))]


def status_of(
    inquiry: Inquiry,
    states: Sequence[StateLine],
    waiting: Sequence[Waiting],
    *,
    is_unexplained: bool = False,
    is_left: bool = False,
) -> tuple[str, str]:
    """The words of the status and their colour, the same wherever it stands. Late beats the state's own name, for a
    state that is not final; an end says what is wrong beside it: `is_left`, that money stands where none may stay."""
    late = any(one.overdue_seconds is not None for one in waiting)
    if not states:
        return "", "bad" if is_unexplained else "held" if late else "plain"
    first = states[0]
    if late and not first.is_final:
        return word(inquiry.language, "delayed"), "bad" if is_unexplained else "held"
    if is_unexplained:
        return (word(inquiry.language, "not_explained", state=first.title) if first.is_final else first.title), "bad"
    if first.is_final and is_left and (late or not waiting):  # what it waits for in time may take it from there
        return word(inquiry.language, "left_behind", state=first.title), "held"
    if first.tone == "ok" and late:
        return word(inquiry.language, "something_missing", state=first.title), "held"
    if late or any(state.is_timeout for state in states if not first.is_final):
        return first.title, "held"
    return first.title, first.tone


def _comes_from_outside(flow: Flow) -> bool:
    """Whether the first money of the flow came from a place outside our sight."""
    source = _source(flow)
    return source is not None and place_kind(flow.inquiry.model, source).certainty is Certainty.OUTSIDE


def _comes_from_another(flow: Flow, mine: Collection[Subject]) -> bool:
    """Whether the first money of the flow came from an account that is none of these."""
    source = _source(flow) if mine else None
    if source is None:
        return False
    holder = Subject(place_kind(flow.inquiry.model, source).subject or "", source.key)
    return holder.kind in {one.kind for one in mine} and holder not in mine


def _source(flow: Flow) -> Place | None:
    """Where the first money of the flow's book came from."""
    for row in flow.past:
        for moved in flow.moved.get(row.position, ()):
            if moved.source.book == flow.kind.book:
                return moved.source
    return None


def told_of(flow: Flow) -> list[Told]:
    return [one for row in flow.past if (one := flow.told.get(row.position)) is not None]
