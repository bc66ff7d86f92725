"""What a stream's events claim of themselves: asserted values, and what must never be. Judged in the stream's own order
at each event; where order within a time is not known, at the time's end, again whenever more of it arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audit.model.meaning import Asserted, Movement
from audit.projections.memory import Claim, Claimed, Doubts, Memory, Said
from audit.projections.orders import Row, ends, last_values
from audit.projections.reading import Work
from audit.projections.signs import Sign


def judge_event(memory: Memory, work: Work, identity: str) -> list[Sign]:
    """What is wrong with the claims of an event whose place in its stream is known.

    An asserted value is right if it follows from the one asserted before, or is what the places hold: then everything
    that had differed before is put right by it.
    """
    event, signs = work.event, []
    for name, values in work.broken.items():
        signs.append(_broken(memory, event.position, identity, event.recorded, event.type, name, values))
    for one in work.asserted:
        claim, said = _claim(memory, one)
        held = _held(memory, claim)
        drift, before = said.units - held, claim.drifts[0]
        if abs(drift) <= said.tolerance:
            signs += [_mended(memory, said.target, opened, event.position, event.recorded) for opened in claim.open]
            claim.open = []
        elif abs(drift - before) > said.tolerance:
            signs.append(_differs(memory, claim, said, event.type, (identity, event.position, event.recorded),
                                  [event.position], held + before, said.units, ""))
            claim.open.append((identity, event.position, event.recorded))
        claim.drifts = [drift]
    return signs


def note(memory: Memory, work: Work, identity: str, movements: Sequence[Movement]) -> None:
    """Remember what an event claims until its time is over."""
    doubts = memory.doubts
    if doubts is None:
        doubts = memory.doubts = Doubts()
    doubts.recorded = work.event.recorded
    if work.lane is not None and work.lane.nevers:
        doubts.broken = {name: list(values) for name, values in work.broken.items()}
    nevers = [never.name for never in work.meaning.nevers] if work.meaning is not None else []
    said = [_claim(memory, one)[1] for one in work.asserted]
    if said or nevers or movements:
        event = work.event
        doubts.events.append(Claimed(event.position, identity, event.type, _moved(movements), said, nevers))


def begin_time(memory: Memory) -> None:
    """Another time begins: what was asserted until now is what its events start from."""
    doubts = memory.doubts
    if doubts is not None and doubts.events:
        doubts.events = []
        for claim in doubts.claims.values():
            claim.before, claim.is_told = claim.drifts, False


def judge_time(memory: Memory) -> list[Sign]:
    """What the events of the time, as far as it is known, claim wrongly; what an earlier look said is taken back."""
    doubts = memory.doubts
    if doubts is None or not doubts.events:
        return []
    signs = [sign for event in doubts.events for sign in _judge_nevers(memory, doubts, event)]
    targets = dict.fromkeys(said.target for event in doubts.events for said in event.said)
    for target in targets:
        signs += _judge_target(memory, doubts, target)
    return signs


def _judge_nevers(memory: Memory, doubts: Doubts, event: Claimed) -> list[Sign]:
    signs = []
    for name in event.nevers:
        values = doubts.broken.get(name)
        if values is None and name not in event.broken:
            continue
        sign = _broken(memory, event.position, event.event_id, doubts.recorded, event.type, name, values or ("", ""))
        sign.withdrawn = values is None
        event.broken = [*(one for one in event.broken if one != name), *([] if values is None else [name])]
        signs.append(sign)
    return signs


def _judge_target(memory: Memory, doubts: Doubts, target: str) -> list[Sign]:
    claim = doubts.claims[target]
    mine = [(event, _brought(event, claim), _said_of(event, target)) for event in doubts.events]
    mine = [(event, moved, said) for event, moved, said in mine if moved or said is not None]
    moved_in_all = sum(moved for _, moved, _ in mine)
    held = _held(memory, claim)
    saids = [said for _, _, said in mine if said is not None]
    tolerance = max(said.tolerance for said in saids)
    rows: list[Row] = [(moved, None if said is None else said.units) for _, moved, said in mine]
    starts = list(dict.fromkeys(held - moved_in_all + drift for drift in claim.before))
    found = _ends(rows, starts, tolerance, moved_in_all, any(said.is_cumulative for said in saids))
    claim.drifts = [value - held for value in (sorted(found) or last_values(rows))]
    if found and not claim.is_told:
        return []
    opening = next(event for event, _, said in mine if said is not None)
    how = f", and no order of the {len(mine)} events of this time adds up" if len(mine) > 1 else ""
    sign = _differs(
        memory, claim, saids[0], opening.type, (opening.event_id, opening.position, doubts.recorded),
        [event.position for event, _, _ in mine], starts[0] + moved_in_all, claim.drifts[0] + held, how)
    sign.withdrawn = bool(found)
    claim.is_told = not found
    return [sign]


def _ends(rows: Sequence[Row], starts: Sequence[int], tolerance: int, moved: int, is_cumulative: bool) -> set[int]:
    """What the rows may come to; of a cumulative field each may show what the time comes to in the end."""
    if not is_cumulative:
        return ends(rows, starts, tolerance)
    found: set[int] = set()
    for start in starts:
        total = start + moved
        late = [(one, None if said is None or abs(said - total) <= tolerance else said) for one, said in rows]
        found |= {total} if all(said is None for _, said in late) else ends(late, [start], tolerance)
        found |= ends(rows, [start], tolerance)
    return found


def _said_of(event: Claimed, target: str) -> Said | None:
    return next((said for said in event.said if said.target == target), None)


def _claim(memory: Memory, one: Asserted) -> tuple[Claim, Said]:
    doubts = memory.doubts
    if doubts is None:
        doubts = memory.doubts = Doubts()
    places = [f"{kind}:{key}" for kind, key in one.places]
    target = f"{one.book}/{'+'.join(places)}/{one.currency}"
    claim = doubts.claims.get(target)
    if claim is None:
        claim = doubts.claims[target] = Claim(one.book, places, one.currency, [0], [0])
    return claim, Said(target, one.field, one.units, one.tolerance, one.is_cumulative)


def _held(memory: Memory, claim: Claim) -> int:
    return sum(
        holding.units
        for holding in memory.holdings.values()
        if holding.place in claim.places and holding.currency == claim.currency and holding.book == claim.book
    )


def _moved(movements: Sequence[Movement]) -> dict[str, int]:
    moved: dict[str, int] = {}
    for m in movements:
        for place, units in ((f"{m.from_kind}:{m.from_key}", -m.units), (f"{m.to_kind}:{m.to_key}", m.units)):
            key = f"{m.book}/{place}/{m.currency}"
            moved[key] = moved.get(key, 0) + units
    return moved


def _brought(event: Claimed, claim: Claim) -> int:
    return sum(event.moved.get(f"{claim.book}/{place}/{claim.currency}", 0) for place in claim.places)


Opened = tuple[str, int, int]  # identity, position, recorded


def _differs(
    memory: Memory, claim: Claim, said: Said, type_: str, opened: Opened, evidence: Sequence[int], expected: int,
    asserted: int, how: str,
) -> Sign:
    numbers: Mapping[str, str] = {
        "type": type_, "field": said.field, "places": ", ".join(claim.places), "asserted": str(asserted),
        "expected": str(expected), "currency": claim.currency, "how": how,
    }
    money = [(abs(asserted - expected), claim.currency)] if asserted != expected else []
    return Sign("asserted_value_differs", memory.subject_id, memory.subject, opened[2], opened[1], opened[0],
                list(evidence), numbers, money, detail=said.target)


def _mended(memory: Memory, target: str, opened: Opened, position: int, recorded: int) -> Sign:
    return Sign("asserted_value_differs", memory.subject_id, memory.subject, opened[2], opened[1], opened[0],
                [opened[1], position], {}, detail=target, resolved_at=recorded, resolved_by=position)


def _broken(
    memory: Memory, position: int, identity: str, recorded: int, type_: str, name: str, values: Sequence[str]
) -> Sign:
    that, found = values
    return Sign("forbidden_state", memory.subject_id, memory.subject, recorded, position, identity, [position],
                {"type": type_, "never": name, "that": that, "values": found}, detail=name)
