"""What may be said to the customer of a flow: the bank's own words, unless what is known of its money contradicts
them; then what is known and what is not."""

from __future__ import annotations

from collections.abc import Sequence

from audit.answers.flows import Flow, held_and_owed
from audit.answers.inquiry import Inquiry
from audit.answers.movements import Net
from audit.answers.names import money, place_kind, place_title
from audit.answers.shapes import FindingLine, StateLine, Waiting
from audit.answers.words import word
from audit.values import Certainty, Money

# Findings about the flow's money: while one is open, "completed" and "back on your account" cannot be said. What only
# says that a step came in a way that it should not, or not yet, does not make the bank's words untrue.
OF_MONEY = frozenset(
    {
        "amount_drift",
        "books_disagree",
        "double_effect",
        "duplicate_effect",
        "half_compensation",
        "negative_place",
        "residue_at_end",
        "transfer_not_conserved",
        "unbalanced_event",
        "unmatched_resolution",
    }
)
TWICE = 2


def to_say(
    flow: Flow, own_words: str, findings: Sequence[FindingLine], states: Sequence[StateLine], waiting: Sequence[Waiting]
) -> str:
    """One true answer for the customer, at the flow's moment. `own_words` are what its events tell."""
    declared, booked = flow.declared(), _booked_too_much(flow)
    doubts = any(one.state == "open" and one.rule in OF_MONEY for one in findings)
    if doubts or booked:
        return _doubted(flow, declared, booked)
    late = _late(flow.inquiry, states, waiting)
    return f"{ended(own_words)} {late}" if late else own_words


def ended(words: str) -> str:
    """A sentence that another one may follow."""
    return words if words.endswith((".", "!", "?")) else words + "."


def _doubted(flow: Flow, declared: Money | None, booked: Sequence[Money]) -> str:
    language, amount = flow.inquiry.language, flow.inquiry.amount
    seen = [_stands(flow, net) for net in _seen(flow)]
    if declared is not None:
        seen += [
            word(language, "taken" if one.units < 0 else "put", amount=amount(_positive(one)), instead=amount(declared))
            for one in booked
        ]
    parts = [
        word(language, "not_right_of", amount=amount(declared)) if declared else word(language, "not_right"),
        word(language, "seen", what="; ".join(seen)) if seen else "",
        word(language, "no_promise"),
    ]
    return " ".join(part for part in parts if part)


def _seen(flow: Flow) -> list[Net]:
    """Where its money is: all of its own book, and what other books still have where nothing may stay."""
    held, _, beside = held_and_owed(flow)
    return [*held, *(n for n in beside if n.units > 0 and not place_kind(flow.inquiry.model, n.place).rests)]


def _stands(flow: Flow, net: Net) -> str:
    inquiry, about = flow.inquiry, place_kind(flow.inquiry.model, net.place)
    amount = inquiry.amount(money(inquiry.model, net.units, net.currency))
    place = inquiry.text(about.tells) or place_title(inquiry, net.place)
    name = "stands_unconfirmed" if about.certainty is Certainty.UNCONFIRMED else "stands"
    return word(inquiry.language, name, amount=amount, place=place)


def _booked_too_much(flow: Flow) -> list[Money]:
    """What was booked on an account at least twice over."""
    declared, model = flow.declared(), flow.inquiry.model
    if declared is None or not declared.units:
        return []
    booked: dict[tuple[str, str], int] = {}
    for net in flow.nets():
        subject = place_kind(model, net.place).subject
        kind = model.kinds.get(subject or "")
        if kind is not None and not kind.is_flow and kind.book == net.place.book and net.currency == declared.currency:
            key = (kind.name, net.place.key)
            booked[key] = booked.get(key, 0) + net.units
    return [money(model, units, declared.currency) for units in booked.values() if abs(units) >= TWICE * declared.units]


def _late(inquiry: Inquiry, states: Sequence[StateLine], waiting: Sequence[Waiting]) -> str:
    due = [one.due for one in waiting if one.overdue_seconds is not None]
    if not due or (states and states[0].is_final):
        return ""
    return word(inquiry.language, "should_have", time=inquiry.time(min(due)))


def _positive(money: Money) -> Money:
    return Money(abs(money.units), money.currency, money.digits)
