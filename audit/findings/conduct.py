"""What a flow did to its reservations, event by event: for flows that a rule may have something to say of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from audit.findings.flowkind import FlowKind
from audit.findings.story import At, Reserved
from audit.model.meaning import Model

Row = tuple[Any, ...]  # of flow_moves.sql


def reservations(
    model: Model, about: FlowKind, moves: Sequence[Row], ats: Mapping[int, At]
) -> Iterator[Reserved]:
    """What each event did to the flow's reservations, in story order."""
    nets: dict[int, int] = {}
    for position, rows in groupby(moves, key=itemgetter(2)):
        before = dict(nets)
        recorded = None
        for row in rows:
            at, recorded = ats.get(row[3]), row[1]
            if at is not None and (at.book, at.kind) in about.reserves:
                nets[row[3]] = nets.get(row[3], 0) + int(row[8])
        for place_id, units in nets.items():
            had, at = before.get(place_id, 0), ats[place_id]
            if units != had and recorded is not None:
                limit = about.reserves[(at.book, at.kind)] if had <= 0 < units else None
                yield Reserved(recorded, position, at, had, units, model.due(recorded, limit) if limit else None)
