"""What may be said to the customer of a flow: the bank's own words, unless what is known of its money contradicts
them; then what is known and what is not."""

from __future__ import annotations

from collections.abc import Sequence

from audit.access.acknowledged import acknowledged
from audit.answers.flows import Flow, held_and_owed
from audit.answers.inquiry import Inquiry
from audit.answers.movements import Net
from audit.answers.names import money, place_kind, place_title
from audit.answers.shapes import FindingLine, StateLine, Waiting
from audit.answers.withheld import holders
from audit.answers.words import word
from audit.model.places import UNEXPLAINED
from audit.values import Certainty, Money

OF_AMOUNT = frozenset({"amount_drift", "forbidden_state", "transfer_not_conserved"})  # another sum than was asked for
TWICE = 2


def to_say(
    flow: Flow, own_words: str, findings: Sequence[FindingLine], states: Sequence[StateLine], waiting: Sequence[Waiting]
) -> str:
    """One true answer for the customer, at the flow's moment. `own_words` are what its events tell."""
    declared = flow.declared()
    doubts = [one for one in findings if one.is_of_money]
    booked = _booked_otherwise(flow, any(one.rule in OF_AMOUNT for one in doubts))
    if doubts or booked:
        return _doubted(flow, declared, booked, findings, states)
    late = _late(flow.inquiry, states, waiting, findings)
    return f"{ended(own_words)} {late}" if late else own_words


def ended(words: str) -> str:
    """A sentence that another one may follow."""
    return words if words.endswith((".", "!", "?")) else words + "."


def _doubted(
    flow: Flow,
    declared: Money | None,
    booked: Sequence[Money],
    findings: Sequence[FindingLine],
    states: Sequence[StateLine],
) -> str:
    language, amount = flow.inquiry.language, flow.inquiry.amount
    seen = _not_given_back(flow, states) or _seen(flow, any(one.is_open and one.rule in OF_AMOUNT for one in findings))
    if declared is not None:
        seen += [
            word(language, "taken" if one.units < 0 else "put", amount=amount(_positive(one)), instead=amount(declared))
            for one in booked
        ]
    if any(one.is_open and one.rule == "duplicate_effect" for one in findings) and not booked:
        seen.append(word(language, "paid_twice"))
    parts = [
        word(language, "not_right_of", amount=amount(declared)) if declared else word(language, "not_right"),
        _attention(flow.inquiry, findings),
        word(language, "seen", what="; ".join(seen)) if seen else "",
        word(language, "no_promise"),
    ]
    return " ".join(part for part in parts if part)


def _attention(inquiry: Inquiry, findings: Sequence[FindingLine]) -> str:
    """That we look into it is said once somebody has taken it on."""
    taken = acknowledged(inquiry.connection, [one.id for one in findings if one.is_open])
    return word(inquiry.language, "looking" if taken else "will_look")


def _seen(flow: Flow, is_other_sum: bool) -> list[str]:
    """Where its money is, and what is in nobody's hands. The books tell of one amount: another than the flow's own has
    its say where that has nothing, or where it still holds what has come to rest by the flow's own."""
    inquiry, model = flow.inquiry, flow.inquiry.model
    held, _, beside = held_and_owed(flow)
    own = [net for net in held if net.place.kind != UNEXPLAINED]
    others = [net for net in beside if net.units > 0 and not place_kind(model, net.place).rests]
    said = [_stands(flow, net) for net in own]
    if is_other_sum and len(own) == 1 and (other := _instead_of(flow, own[0])):
        said = [word(inquiry.language, "instead", what=said[0], instead=inquiry.amount(other))]
    if not own:
        said = [_stands(flow, net) for net in others]
    elif all(place_kind(model, net.place).rests for net in own):
        said += [word(inquiry.language, "books_have", what=_stands(flow, net)) for net in others]
    missing = [net for net in flow.nets() if net.place.kind == UNEXPLAINED]
    amounts = [inquiry.amount(_positive(money(model, net.units, net.currency))) for net in missing]
    return [*said, *(word(inquiry.language, "unaccounted", amount=one) for one in amounts)]


def _not_given_back(flow: Flow, states: Sequence[StateLine]) -> list[str]:
    """Of a payment that failed for certain, and whose money is all still held on its account: that it failed."""
    if not (states and states[0].is_final and states[0].is_failure):
        return []
    inquiry, model = flow.inquiry, flow.inquiry.model
    held, _, _ = held_and_owed(flow)
    if len(held) != 1 or any(net.place.kind == UNEXPLAINED for net in flow.nets()):
        return []
    about = place_kind(model, held[0].place)
    if about.rests or about.subject not in holders(model):
        return []
    amount = inquiry.amount(money(model, held[0].units, held[0].currency))
    place = inquiry.text(about.tells) or place_title(inquiry, held[0].place)
    return [word(inquiry.language, "not_given_back", amount=amount, place=place)]


def _instead_of(flow: Flow, net: Net) -> Money | None:
    """What should stand there, where something else does for certain."""
    declared = flow.declared()
    if declared is None or (net.currency, net.units) == (declared.currency, declared.units):
        return None
    is_sure = place_kind(flow.inquiry.model, net.place).certainty is not Certainty.UNCONFIRMED
    return declared if is_sure and net.currency == declared.currency else None


def _stands(flow: Flow, net: Net) -> str:
    inquiry, about = flow.inquiry, place_kind(flow.inquiry.model, net.place)
    amount = inquiry.amount(money(inquiry.model, net.units, net.currency))
    place = inquiry.text(about.tells) or place_title(inquiry, net.place)
    name = "stands_unconfirmed" if about.certainty is Certainty.UNCONFIRMED else "stands"
    return word(inquiry.language, name, amount=amount, place=place)


def _booked_otherwise(flow: Flow, is_other_sum: bool) -> list[Money]:
    """What was booked on an account at least twice over; where a finding says so (a part of a hold may well be all that
    is taken) whatever is not the sum that was asked for."""
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
    return [
        money(model, units, declared.currency)
        for units in booked.values()
        if abs(units) >= TWICE * declared.units or (is_other_sum and abs(units) not in (0, declared.units))
    ]


def _late(
    inquiry: Inquiry, states: Sequence[StateLine], waiting: Sequence[Waiting], findings: Sequence[FindingLine]
) -> str:
    due = [one.due for one in waiting if one.overdue_seconds is not None]
    if not due or (states and states[0].is_final):
        return ""
    said = word(inquiry.language, "should_have", time=inquiry.time(min(due)))
    return f"{said} {_attention(inquiry, findings)}"


def _positive(money: Money) -> Money:
    return Money(abs(money.units), money.currency, money.digits)
