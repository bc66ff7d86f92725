"""Whether a payment that failed, or is held up, comes back to the account that it left: yes, no, or not known."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from audit.answers.reading.flows import Flow
from audit.answers.reading.names import money, place_kind
from audit.answers.reading.withheld import holders
from audit.answers.shapes import FindingLine, StateLine, Waiting
from audit.answers.telling.spoken import booked_on_accounts, is_nobodys, still_held
from audit.answers.words import word
from audit.model.places import UNEXPLAINED
from audit.values import Certainty, Subject


def coming_back(
    flow: Flow,
    findings: Sequence[FindingLine],
    states: Sequence[StateLine],
    waiting: Sequence[Waiting],
    *,
    is_complete: bool,
) -> str:
    """The answer; "" where nobody need ask: nothing was taken from an account, or nothing failed, is held up or is open
    about its money, or all of it went where it should and no more was taken. Only of what is known completely it is
    yes or no."""
    state = states[0] if states else None
    has_failed = state is not None and state.is_final and state.is_failure
    payers = set() if is_nobodys(flow, findings) else _payers(flow)
    has_doubts = any(one.is_of_money for one in findings)
    if not payers or not (has_failed or has_doubts or _is_held(state, states, waiting)):
        return ""
    name = "back_unknown"
    if has_failed and is_complete:
        name = _of_failed(flow, payers, has_doubts=has_doubts)
    elif state is not None and state.is_final and is_complete:
        name = _of_carried_out(flow, payers, {one.rule for one in findings if one.is_open})
    return word(flow.inquiry.language, name, **_amounts(flow)) if name else ""


def _of_failed(flow: Flow, payers: Collection[Subject], *, has_doubts: bool) -> str:
    if not has_doubts:
        return _answer(flow, payers)
    if _is_both(flow, payers):
        return "back_and_out"
    is_held = still_held(flow) and not _is_unexplained(flow) and _answer(flow, payers) == "back_soon"
    return "back_held" if is_held else "back_unknown"


def _of_carried_out(flow: Flow, payers: Collection[Subject], rules: Collection[str]) -> str:
    """Of one that arrived only what was taken too much, or is held yet, is anybody's to get back."""
    if _in_doubt(flow):
        return "back_part_unknown"
    if _is_unexplained(flow) or not _has_arrived(flow, payers):
        return "back_unknown"
    is_held, is_excess = bool(still_held(flow)), bool(_excess(flow))
    if is_held and (is_excess or "duplicate_effect" in rules):
        return "back_unknown"
    if is_held or is_excess:
        return "back_release" if is_held else "back_excess"
    return "back_one_of_two" if "duplicate_effect" in rules else ""


def _amounts(flow: Flow) -> dict[str, str]:
    """What nobody can account for, else what is held, else what was taken too much."""
    declared, units = flow.declared(), _in_doubt(flow) or still_held(flow) or _excess(flow)
    return {"amount": flow.inquiry.amount(money(flow.inquiry.model, units, declared.currency)) if declared else ""}


def _excess(flow: Flow) -> int:
    """What was taken from an account beyond what was asked for."""
    declared = flow.declared()
    taken = [-units for units in booked_on_accounts(flow, declared)] if declared else []
    return max(0, max(taken, default=0) - declared.units) if declared else 0


def _has_arrived(flow: Flow, payers: Collection[Subject]) -> bool:
    """Whether all that was asked for, or more, rests in its own book elsewhere than it came from."""
    declared, arrived = flow.declared(), 0
    for net in flow.nets():
        about = place_kind(flow.inquiry.model, net.place)
        is_there = about.rests and Subject(about.subject or "", net.place.key) not in payers
        if declared and is_there and (net.place.book, net.currency) == (flow.kind.book, declared.currency):
            arrived += max(0, net.units)
    return declared is not None and arrived >= declared.units


def _is_unexplained(flow: Flow) -> bool:
    return any(net.place.kind == UNEXPLAINED for net in flow.nets())


def _in_doubt(flow: Flow) -> int:
    """What is not accounted for of it, where that is a part alone."""
    declared, found = flow.declared(), [net for net in flow.nets() if net.place.kind == UNEXPLAINED and net.units]
    if declared is None or any(net.currency != declared.currency for net in found):
        return 0
    units = sum(abs(net.units) for net in found)
    return units if units < declared.units else 0


def _is_both(flow: Flow, payers: Collection[Subject]) -> bool:
    """Whether all of it is back where it came from, and as much went out besides."""
    declared, back, out = flow.declared(), 0, 0
    for net in flow.nets():
        about = place_kind(flow.inquiry.model, net.place)
        if net.units > 0 and net.place.book == flow.kind.book and about.rests:
            is_back = Subject(about.subject or "", net.place.key) in payers
            back, out = (back + net.units, out) if is_back else (back, out + net.units)
    return declared is not None and back == out == declared.units


def _answer(flow: Flow, payers: Collection[Subject]) -> str:
    """Of one that failed, by where its money is."""
    found = [(place_kind(flow.inquiry.model, net.place), net.place.key) for net in flow.nets() if net.units > 0]
    if all(Subject(about.subject or "", key) in payers for about, key in found):
        return "back_yes" if all(about.rests for about, _ in found) else "back_soon"
    is_gone = all(about.rests and about.certainty is Certainty.OUTSIDE for about, _ in found)
    return "back_no" if is_gone else "back_unknown"


def _is_held(state: StateLine | None, states: Sequence[StateLine], waiting: Sequence[Waiting]) -> bool:
    """It has not ended, and a time has passed, an answer is unknown, or a person must decide."""
    if state is None or state.is_final:
        return False
    is_late = any(one.overdue_seconds is not None for one in waiting)
    return is_late or any(one.is_timeout or one.waits_on_person for one in states)


def _payers(flow: Flow) -> set[Subject]:
    """The accounts that money of the flow was ever taken out of, or set aside on."""
    model = flow.inquiry.model
    kinds = holders(model)
    sources = (moved.source for row in flow.past for moved in flow.moved.get(row.position, ()))
    return {Subject(kind, place.key) for place in sources if (kind := place_kind(model, place).subject) in kinds}
