"""What may be said to the customer of a flow: the bank's own words, unless what is known of its money contradicts
them; then what is known and what is not."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from audit.access.acknowledged import acknowledged
from audit.answers.inquiry import Inquiry
from audit.answers.reading.flows import Flow, held_and_owed
from audit.answers.reading.movements import Net
from audit.answers.reading.names import money, place_kind
from audit.answers.reading.parts import stands, told_place
from audit.answers.reading.withheld import holders
from audit.answers.shapes import FindingLine, StateLine, Waiting
from audit.answers.words import word
from audit.model.places import UNEXPLAINED
from audit.values import Certainty, Money

OF_AMOUNT = frozenset({"amount_drift", "forbidden_state", "transfer_not_conserved"})  # another sum than was asked for
OF_STEPS = ("double_effect", "unmatched_resolution")  # where its money is does not show what happened
TWICE = 2
CLAUSES_MOST = 3  # that somebody can hear and keep


def to_say(
    flow: Flow, own_words: str, findings: Sequence[FindingLine], states: Sequence[StateLine], waiting: Sequence[Waiting]
) -> str:
    """One true answer for the customer, at the flow's moment. `own_words` are what its events tell."""
    doubts = [one for one in findings if one.is_of_money]
    if doubts or booked_otherwise(flow, is_other_sum=False):
        return _doubted(flow, findings, states)
    late = _late(flow, states, waiting, findings)
    more = [late] if late else _beside(flow, own_words, states)
    return " ".join([ended(own_words), *map(ended, more)]) if more else own_words


def _beside(flow: Flow, own_words: str, states: Sequence[StateLine]) -> list[str]:
    """What the last event's words leave out of a flow that has ended: what was paid after its end, and what of it stays
    paid where the rest is given back."""
    if not (own_words and states and states[0].is_final):
        return []
    end, after, is_over = states[0], None, False
    for row in flow.past:
        if is_over and row.stream == end.stream and flow.moved.get(row.position):
            after = flow.told.get(row.position)
        is_over = is_over or row.position == end.event.position
    said = [after.tells] if after is not None and after.tells and after.tells != own_words else []
    back, out = given_back_and_out(flow)
    declared = flow.declared()
    if back and out and declared is not None and back + out == declared.units:
        amount = flow.inquiry.amount(money(flow.inquiry.model, out, declared.currency))
        said += [word(flow.inquiry.language, "stays_paid", amount=amount)] if amount not in own_words else []
    return said


def given_back_and_out(flow: Flow) -> tuple[int, int]:
    """What of a flow rests with an account of the bank's, and what went out of our sight, in its own book."""
    model, own = flow.inquiry.model, holders(flow.inquiry.model)
    found = [(place_kind(model, net.place), net.units) for net in flow.nets() if net.place.book == flow.kind.book]
    back = sum(units for about, units in found if units > 0 and about.rests and about.subject in own)
    out = sum(units for about, units in found if units > 0 and about.rests and about.certainty is Certainty.OUTSIDE)
    return back, out


def ended(words: str) -> str:
    """A sentence that another one may follow."""
    return words if words.endswith((".", "!", "?")) else words + "."


def seen(flow: Flow, findings: Sequence[FindingLine], states: Sequence[StateLine]) -> list[str]:
    """What is known of a payment that went wrong, in clauses: where its money is, what was taken, what came twice."""
    language, amount, declared = flow.inquiry.language, flow.inquiry.amount, flow.declared()
    rules = {one.rule for one in findings if one.is_open}
    booked = booked_otherwise(flow, is_other_sum=bool(rules & OF_AMOUNT))
    released = _released(flow) if is_nobodys(flow, findings) else []
    badly = released or _ended_badly(flow, states)
    once = None if booked or not rules & (OF_AMOUNT | {"double_effect"}) else _taken_once(flow)
    said = badly or _seen(flow, rules, once)
    if declared is not None:
        said += [
            word(language, "taken" if one.units < 0 else "put", amount=amount(positive(one)), instead=amount(declared))
            for one in booked
        ]
    if len(said) < CLAUSES_MOST:  # of a step a customer knows nothing: it is said where the money does not say enough
        said += [word(language, f"rule_{rule}") for rule in OF_STEPS if rule in rules and not (booked or released)]
    if "duplicate_effect" in rules and not booked:
        name = "paid_twice" if states and states[0].is_final else "asked_twice"
        said.append(word(language, name, amount=amount(declared) if declared else word(language, "the_amount")))
    return said


def is_nobodys(flow: Flow, findings: Sequence[FindingLine]) -> bool:
    """Whether nobody ever asked for such a payment: money was only released for it."""
    return flow.declared() is None and any(one.rule == "unmatched_resolution" and one.is_open for one in findings)


def _doubted(flow: Flow, findings: Sequence[FindingLine], states: Sequence[StateLine]) -> str:
    language, declared = flow.inquiry.language, flow.declared()
    clauses = seen(flow, findings, states)
    amount = flow.inquiry.amount(declared) if declared else ""
    parts = [
        word(language, "not_right_of", amount=amount) if amount else word(language, "not_right"),
        _attention(flow.inquiry, findings),
        word(language, "seen", what="; ".join(clauses)) if clauses else "",
        word(language, "no_promise"),
    ]
    return " ".join(part for part in parts if part)


def _attention(inquiry: Inquiry, findings: Sequence[FindingLine]) -> str:
    """That we look into it is said once somebody has taken it on."""
    taken = acknowledged(inquiry.connection, [one.id for one in findings if one.is_open])
    return word(inquiry.language, "looking" if taken else "will_look")


def _seen(flow: Flow, rules: Collection[str], once: Money | None) -> list[str]:
    """Where its money is, what is in nobody's hands, and what was taken `once`. The books tell of one amount: another
    than the flow's own has its say where that has nothing, or where it holds what came to rest by the flow's own."""
    inquiry, model = flow.inquiry, flow.inquiry.model
    held, _, beside = held_and_owed(flow)
    own = [net for net in held if net.place.kind != UNEXPLAINED]
    others = [net for net in beside if net.units > 0 and not place_kind(model, net.place).rests]
    said = [stands(flow, net) for net in own]
    if OF_AMOUNT & set(rules) and len(own) == 1 and (other := _instead_of(flow, own[0])):
        # the same event that came twice is no second payment: only the books have it twice
        what = word(inquiry.language, "by_books", what=said[0]) if "double_effect" in rules else said[0]
        said = [word(inquiry.language, "instead", what=what, instead=inquiry.amount(other))]
    if "double_effect" in rules and len(own) == 1 and (declared := _unconfirmed_for(flow, own[0])):
        said = [word(inquiry.language, "by_books", what=said[0]), word(inquiry.language, "asked_for", amount=declared)]
    is_doubled = "double_effect" in rules
    if len(own) > 1 and (all_ := _together(flow, own, once, is_by_books=is_doubled)):
        said = [*(_by_books(flow, own) if is_doubled else said), all_]
        once = None if is_doubled else once
    if not own:
        said = [stands(flow, net) for net in others]
    elif all(place_kind(model, net.place).rests for net in own):
        said += [_left_beside(flow, net) for net in others]
    missing = [net for net in flow.nets() if net.place.kind == UNEXPLAINED]
    amounts = [inquiry.amount(positive(money(model, net.units, net.currency))) for net in missing]
    said += [word(inquiry.language, "unaccounted", amount=one) for one in amounts]
    return [*said, *([word(inquiry.language, "taken_once", amount=inquiry.amount(once))] if once else [])]


def _by_books(flow: Flow, own: Sequence[Net]) -> list[str]:
    """What has come to rest first: the rest of it may be the same money, which only the books have twice."""
    language, model = flow.inquiry.language, flow.inquiry.model
    rests = [net for net in own if place_kind(model, net.place).rests]
    more = [word(language, "by_books_besides", what=stands(flow, net)) for net in own if net not in rests]
    return [*(stands(flow, net) for net in rests), *more]


def _left_beside(flow: Flow, net: Net) -> str:
    """Money that the books have yet of what has come to rest: where it was taken as well, that much cannot be spent."""
    inquiry, declared = flow.inquiry, flow.declared()
    is_own = place_kind(inquiry.model, net.place).subject in holders(inquiry.model)
    if declared is None or not is_own or not _is_taken_once(flow, declared):
        return word(inquiry.language, "books_have", what=stands(flow, net))
    held = inquiry.amount(money(inquiry.model, net.units, net.currency))
    values = {"amount": inquiry.amount(declared), "held": held, "place": told_place(inquiry, net)}
    return word(inquiry.language, "taken_and_held", **values)


def still_held(flow: Flow) -> int:
    """What other books hold of it yet on accounts, in the currency that was asked for."""
    model, declared = flow.inquiry.model, flow.declared()
    _, _, beside = held_and_owed(flow)
    places = ((net, place_kind(model, net.place)) for net in beside if net.units > 0)
    own = holders(model)
    return sum(
        net.units
        for net, about in places
        if about.subject in own and not about.rests and declared and net.currency == declared.currency
    )


def _ended_badly(flow: Flow, states: Sequence[StateLine]) -> list[str]:
    """Of a payment that has ended, with all its money in one place where it may not stay: that it failed and is held on
    its account yet, or that it left its account and has not arrived."""
    if not (states and states[0].is_final):
        return []
    inquiry, model, own = flow.inquiry, flow.inquiry.model, holders(flow.inquiry.model)
    held, owed, beside = held_and_owed(flow)
    if len(held) != 1 or any(net.place.kind == UNEXPLAINED for net in flow.nets()):
        return []
    about = place_kind(model, held[0].place)
    is_failure, is_own = states[0].is_failure, about.subject in own
    if about.rests or is_failure != is_own:
        return []
    if not is_failure and not any(place_kind(model, net.place).subject in own for net in owed):
        return []
    amount = inquiry.amount(money(model, held[0].units, held[0].currency))
    between = next((net for net in beside if place_kind(model, net.place).is_transit), held[0])
    place = told_place(inquiry, held[0] if is_failure else between)
    since = inquiry.day(held[0].row.recorded)
    name = "not_given_back" if is_failure else "not_arrived"
    return [word(inquiry.language, name, amount=amount, place=place, since=since)]


def _released(flow: Flow) -> list[str]:
    """Nothing was reserved, so nothing can be back: its release makes an account look richer."""
    inquiry, model, own = flow.inquiry, flow.inquiry.model, holders(flow.inquiry.model)
    _, _, beside = held_and_owed(flow)
    below = [net for net in beside if net.units < 0 and place_kind(model, net.place).subject in own]
    amounts = [inquiry.amount(money(model, -net.units, net.currency)) for net in below]
    return [word(inquiry.language, "released_unheld", amount=one) for one in amounts]


def _instead_of(flow: Flow, net: Net) -> Money | None:
    """What should stand there, where something else does for certain."""
    declared = flow.declared()
    if declared is None or (net.currency, net.units) == (declared.currency, declared.units):
        return None
    is_sure = place_kind(flow.inquiry.model, net.place).certainty is not Certainty.UNCONFIRMED
    return declared if is_sure and net.currency == declared.currency else None


def _unconfirmed_for(flow: Flow, net: Net) -> str:
    """What was asked for, where another sum is said to be and nobody has confirmed it."""
    declared = flow.declared()
    is_unconfirmed = place_kind(flow.inquiry.model, net.place).certainty is Certainty.UNCONFIRMED
    if declared is None or not is_unconfirmed or (net.currency, net.units) == (declared.currency, declared.units):
        return ""
    return flow.inquiry.amount(declared)


def _together(flow: Flow, own: Sequence[Net], once: Money | None, *, is_by_books: bool) -> str:
    """That its places hold more or less than it is for, in its own currency; by the books, with what was taken."""
    inquiry, declared = flow.inquiry, flow.declared()
    if declared is None or {net.currency for net in own} != {declared.currency}:
        return ""
    total = money(inquiry.model, sum(net.units for net in own), declared.currency)
    values = {"amount": inquiry.amount(total), "instead": inquiry.amount(declared)}
    name = "together" if not is_by_books else "together_taken_once" if once else "together_by_books"
    return word(inquiry.language, name, **values) if total.units != declared.units else ""


def booked_otherwise(flow: Flow, is_other_sum: bool) -> list[Money]:
    """What was booked on an account at least twice over; where a finding says so (a part of a hold may well be all that
    is taken) whatever is not the sum that was asked for."""
    declared = flow.declared()
    if declared is None or not declared.units:
        return []
    return [
        money(flow.inquiry.model, units, declared.currency)
        for units in booked_on_accounts(flow, declared)
        if abs(units) >= TWICE * declared.units or (is_other_sum and abs(units) not in (0, declared.units))
    ]


def _taken_once(flow: Flow) -> Money | None:
    declared = flow.declared()
    return declared if declared is not None and _is_taken_once(flow, declared) else None


def _is_taken_once(flow: Flow, declared: Money) -> bool:
    return -declared.units in booked_on_accounts(flow, declared)


def booked_on_accounts(flow: Flow, declared: Money) -> list[int]:
    """What was booked on each account, in the currency that was asked for."""
    model, booked = flow.inquiry.model, dict[tuple[str, str], int]()
    for net in flow.nets():
        subject = place_kind(model, net.place).subject
        kind = model.kinds.get(subject or "")
        if kind is not None and not kind.is_flow and kind.book == net.place.book and net.currency == declared.currency:
            key = (kind.name, net.place.key)
            booked[key] = booked.get(key, 0) + net.units
    return list(booked.values())


def _late(
    flow: Flow, states: Sequence[StateLine], waiting: Sequence[Waiting], findings: Sequence[FindingLine]
) -> str:
    inquiry, due = flow.inquiry, [one for one in waiting if one.overdue_seconds is not None]
    if not due or (states and states[0].is_final):
        return ""
    first = min(due, key=lambda one: one.due)
    said = [word(inquiry.language, "should_have", time=inquiry.time(first.due))]
    if _is_on_account(flow) and _has_own_words(inquiry, first):
        said.append(ended(first.says))  # who has to move: the shop whose hold it is
    return " ".join([*said, _attention(inquiry, findings)])


def _is_on_account(flow: Flow) -> bool:
    """Whether all that it has on its way is still on an account of the bank's."""
    model, own = flow.inquiry.model, holders(flow.inquiry.model)
    held, _, beside = held_and_owed(flow)
    places = [place_kind(model, net.place) for net in [*held, *beside] if net.units > 0]
    return bool(places) and all(about.subject in own for about in places)


def _has_own_words(inquiry: Inquiry, one: Waiting) -> bool:
    return one.state is not None and bool(inquiry.model.lanes[one.state.lane].states[one.state.state].awaits)


def positive(money: Money) -> Money:
    return Money(abs(money.units), money.currency, money.digits)
