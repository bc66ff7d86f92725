"""Takes one stream out of the read model, so that it can be folded again in its own order.

Needed when an event arrives that belongs before what is folded already: below the seal, or out of order in a file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from audit.database import Connection, sql
from audit.log.logged import Logged
from audit.log.replay import replay_stream
from audit.model.meaning import Model
from audit.projections.durations import bucket_of
from audit.projections.rows import PlaceChange, Rows

Forget = Callable[[Sequence[int]], None]
STREAM_RULES = [
    "version_gap", "version_clash", "negative_place", "stuck", "illegal_transition", "life_after_death",
    "unknown_event",
    "unreadable", "redelivery", "clock_anomaly", "unbalanced_event", "unreasoned_correction", "forbidden_state",
    "asserted_value_differs",
]
_DAY_ZERO = date(1970, 1, 1)


def take_out(
    connection: Connection, model: Model, stream_id: int, upto: int, rows: Rows
) -> tuple[list[Logged], Forget]:
    """Remove the stream's rows; what they had added to sums goes into `rows` with its sign turned.

    Returns all of the stream's events up to position `upto` in the stream's own order, and what is to be called with
    their subjects' identifiers, once those are known, to take the events off their timelines.
    """
    events = replay_stream(connection, model, stream_id, upto)
    positions = [event.position for event in events]
    for place_id, book, kind, currency, recorded, occurred, amount, is_summed in connection.execute(
        sql("take_out_entries"), {"positions": positions, "zone": model.zone}
    ):
        _subtract(rows, place_id, (book, kind, currency), recorded, occurred, int(amount), is_summed)
    _take_out_passages(connection, model, stream_id, events, rows)
    for name in ("take_out_changes", "take_out_aggregates", "take_out_memory"):
        connection.execute(sql(name), [stream_id])
    for name in ("take_out_missed", "take_out_corrections"):
        connection.execute(sql(name), [positions])
    connection.execute(sql("take_out_findings"), [positions, STREAM_RULES])

    def forget(ids: Sequence[int]) -> None:
        connection.execute(sql("take_out_effects"), [ids, positions])
        folded = connection.execute(sql("take_out_timeline"), [ids, positions]).fetchone()
        assert folded is not None
        for name, count in zip(("events", "not_understood", "moving_events"), folded, strict=True):
            rows.count(name, -int(count))

    return events, forget


def _take_out_passages(
    connection: Connection, model: Model, stream_id: int, events: Sequence[Logged], rows: Rows
) -> None:
    """What the stream's events had added: they were folded in this very order, without those that are new."""
    states = {row[0]: row[1:] for row in connection.execute(sql("stream_passages"), [model.zone, stream_id])}
    before: dict[str, tuple[str, int]] = {}
    for event in events:
        if event.position in states:
            item, state, recorded, day = states[event.position]
            route = model.lane_of(event.stream)
            assert route is not None
            current, since = before.get(item, ("", recorded))
            spent = bucket_of(recorded - since) if item in before else 0
            rows.passes((route[0].name, current, state, event.type, (day - _DAY_ZERO).days, spent), -1)
            before[item] = (state, recorded)


def _subtract(
    rows: Rows, place_id: int, kind: tuple[str, str, str], recorded: date, occurred: date, units: int, is_summed: bool
) -> None:
    total = rows.kind_totals.setdefault(kind, [0, 0])
    total[0] -= units
    total[1] -= 1
    if not is_summed:
        return
    day = rows.days.setdefault((place_id, (recorded - _DAY_ZERO).days, (occurred - _DAY_ZERO).days), [0, 0, 0])
    day[0 if units >= 0 else 1] -= abs(units)
    day[2] -= 1
    change = rows.places.setdefault(place_id, PlaceChange())
    change.units -= units
    change.entries -= 1
