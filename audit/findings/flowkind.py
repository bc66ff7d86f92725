"""What the model says of one kind of flow, by the numbers of its event types: what the rules about flows hold it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit.model.meaning import Duration, EventMeaning, Model, PlaceKind

PlaceName = tuple[str, str]  # book, kind


@dataclass(frozen=True, slots=True)
class FlowKind:
    """`states`: what an event of the ending lane sets; `pairs`: by state and book, where money may be then; `once`:
    labels; `undone_by`: the numbers and names of what undoes an event; `adjusts`: corrections and compensations;
    `reserves`: places that hold reservations, with how long they may."""

    states: Mapping[int, str]
    pairs: Mapping[str, Mapping[str, frozenset[str]]]
    once: Mapping[int, str]
    undone_by: Mapping[int, tuple[frozenset[int], str]]
    undoes: Mapping[int, frozenset[str]]  # labels of what takes effect once that an event undoes
    adjusts: frozenset[int]
    reserves: Mapping[PlaceName, Duration | None]
    names: Mapping[int, str]


def flow_kinds(model: Model) -> dict[str, FlowKind]:
    """By kind; kinds that no money travels in are left out."""
    return {name: _flow_kind(model, name, kind.ends_with) for name, kind in model.kinds.items() if kind.is_flow}


def _flow_kind(model: Model, name: str, ends_with: str | None) -> FlowKind:
    meanings = model.meanings
    undone_by = {n: (_numbers(model, one), ", ".join(t for _, t in one.undone_by)) for n, one in meanings.items()
                 if one.undone_by}  # fmt: skip
    return FlowKind(
        states={n: one.transition.to for n, one in meanings.items() if one.lane == ends_with
                and one.transition is not None and one.transition.to is not None},
        pairs={pair.state: pair.books for pair in model.pairs if pair.kind == name},
        once={n: one.once for n, one in meanings.items() if one.once is not None},
        undone_by=undone_by,
        undoes=_undoes(meanings, undone_by),
        adjusts=frozenset(n for n, one in meanings.items() if one.is_correction or one.is_compensation),
        reserves={key: place.within for key, place in model.places.items() if _reserves(place)},
        names={n: one.type for n, one in meanings.items()},
    )  # fmt: skip


def _reserves(place: PlaceKind) -> bool:
    return place.owner is not None and not place.rests and not place.is_transit


def _numbers(model: Model, one: EventMeaning) -> frozenset[int]:
    return frozenset(model.lanes[lane].events[type_].number for lane, type_ in one.undone_by)


def _undoes(
    meanings: Mapping[int, EventMeaning], undone_by: Mapping[int, tuple[frozenset[int], str]]
) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for number, (undoing, _) in undone_by.items():
        if (label := meanings[number].once) is not None:
            for other in undoing:
                found.setdefault(other, set()).add(label)
    return {number: frozenset(labels) for number, labels in found.items()}
