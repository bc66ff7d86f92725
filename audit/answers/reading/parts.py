"""What is said of money that went in parts: the latest of its events would tell of the last part alone."""

from __future__ import annotations

from audit.answers.inquiry import Inquiry
from audit.answers.reading.flows import Flow, held_and_owed
from audit.answers.reading.movements import Net
from audit.answers.reading.names import money, place_kind, place_title
from audit.answers.reading.withheld import holders
from audit.answers.words import word
from audit.values import Certainty


def in_parts(flow: Flow) -> str:
    """Every part of the declared amount and where it is; "" where it went as one, and of a flow that is booked on the
    accounts themselves: what is a fee or another currency there its own events tell."""
    inquiry, declared, kinds = flow.inquiry, flow.declared(), flow.inquiry.model.kinds
    if any(kinds[kind].book == flow.kind.book for kind in holders(inquiry.model)):
        return ""
    held, owed, _ = held_and_owed(flow)
    is_whole = declared is not None and sum(net.units for net in held) == declared.units
    if declared is None or not is_whole or any(net.currency != declared.currency for net in [*held, *owed]):
        return ""
    if len(held) > 1:
        clauses = "; ".join(_with_parts(flow, net) for net in held)
        return word(inquiry.language, "of_whole", amount=inquiry.amount(declared), what=clauses)
    return f"{_with_parts(flow, held[0])}." if len(_parts(flow, held[0])) > 1 else ""


def stands(flow: Flow, net: Net) -> str:
    inquiry, about = flow.inquiry, place_kind(flow.inquiry.model, net.place)
    amount = inquiry.amount(money(inquiry.model, net.units, net.currency))
    name = "stands_unconfirmed" if about.certainty is Certainty.UNCONFIRMED else "stands"
    return word(inquiry.language, name, amount=amount, place=told_place(inquiry, net))


def told_place(inquiry: Inquiry, net: Net) -> str:
    return inquiry.text(place_kind(inquiry.model, net.place).tells) or place_title(inquiry, net.place)


def _with_parts(flow: Flow, net: Net) -> str:
    parts, inquiry = _parts(flow, net), flow.inquiry
    if len(parts) < 2:
        return stands(flow, net)
    amounts = [inquiry.amount(money(inquiry.model, units, net.currency)) for units in parts]
    last = f"{', '.join(amounts[:-1])} {word(inquiry.language, 'and')} {amounts[-1]}"
    return word(inquiry.language, "in_parts", what=stands(flow, net), count=len(parts), parts=last)


def _parts(flow: Flow, net: Net) -> list[int]:
    """What came into the place, one by one; none where something went out of it again."""
    moved = [one for row in flow.past for one in flow.moved.get(row.position, ()) if one.currency == net.currency]
    parts = [one.units for one in moved if one.target == net.place]
    return parts if sum(parts) == net.units else []
