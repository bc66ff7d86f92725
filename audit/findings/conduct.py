"""What a flow did to its reservations, event by event: for flows that a rule may have something to say of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from audit.findings.flowkind import FlowKind
from audit.findings.story import At, Reserved
from audit.model.meaning import Model
from audit.projections.flowbook import Told


def reservations(
    model: Model, about: FlowKind, events: Sequence[Told], ats: Mapping[int, At]
) -> Iterator[Reserved]:
    """What each event did to the flow's reservations, in story order."""
    nets: dict[int, int] = {}
    for recorded, _, _, position, _, sides in events:
        before = dict(nets)
        for side in sides:
            at = ats.get(side[0])
            if at is not None and (at.book, at.kind) in about.reserves:
                nets[side[0]] = nets.get(side[0], 0) + side[5]
        for place_id, units in nets.items():
            had, at = before.get(place_id, 0), ats[place_id]
            if units != had:
                limit = about.reserves[(at.book, at.kind)] if had <= 0 < units else None
                yield Reserved(recorded, position, at, had, units, model.due(recorded, limit) if limit else None)
