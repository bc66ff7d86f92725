"""What events move: both sides of each movement, balances of owned places, sums by day. A part of the fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from audit.log.logged import Logged
from audit.model.meaning import Lane, Model, Movement, PlaceKind
from audit.projections.flowbook import Side
from audit.projections.memory import Holding, Memory, Negative
from audit.projections.names import Names
from audit.projections.reading import Work
from audit.projections.rows import PlaceChange, Rows
from audit.projections.steps import touch

QUARTER_HOUR = 900_000_000  # microseconds; every zone's offset is a multiple of it


@dataclass(slots=True)
class Moving:
    """Folds movements into rows and into the memories of the streams that own the places."""

    model: Model
    names: Names
    sources: Mapping[int, str]
    flow_kinds: frozenset[str]
    _days: dict[int, int] = field(default_factory=dict)
    _zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.model.zone)

    def move(
        self, work: Work, memory: Memory, lane: Lane, movements: Sequence[Movement], rows: Rows
    ) -> list[Side]:
        """Entries, sums and balances of what an event moves; gives its sides."""
        event, places, known, ordinal = work.event, self.model.places, self.names.places.ids, 0
        sides: list[Side] = []
        for m in movements:
            from_id = known[(m.book, m.from_kind, m.from_key, m.currency)]
            to_id = known[(m.book, m.to_kind, m.to_key, m.currency)]
            for place_id, kind, key, units, counter_id in (
                (from_id, m.from_kind, m.from_key, -m.units, to_id), (to_id, m.to_kind, m.to_key, m.units, from_id)
            ):
                place = places[(m.book, kind)]
                balance = total = None
                if place.owner == lane.name:
                    balance, total = self._hold(memory, place, place_id, key, m, units, event)
                rows.entries.append((place_id, event.recorded, event.source_id, event.source_position, ordinal,
                                     event.occurred, event.position, counter_id, units, balance, total))
                ordinal += 1
                sides.append((place_id, m.book, kind, key, m.currency, units))
                self._sums(place, place_id, kind, m, units, event, memory, rows)
        return sides

    def _hold(
        self, memory: Memory, place: PlaceKind, place_id: int, key: str, m: Movement, units: int, event: Logged
    ) -> tuple[int, int]:
        holding = memory.holdings.get(place_id)
        if holding is None:
            is_forbidden = not (place.may_be_negative or place.is_source)
            text = f"{place.name}:{key}"
            holding = memory.holdings[place_id] = Holding(0, 0, event.recorded, True, is_forbidden, text, m.currency,
                                                          m.book)
        holding.units += units
        holding.entries += 1
        holding.in_order = holding.in_order and event.recorded >= holding.recorded
        holding.recorded = max(holding.recorded, event.recorded)
        owner = f"{m.book}/{key}/{m.currency}"
        total = memory.totals[owner] = memory.totals.get(owner, 0) + units
        if holding.is_forbidden_negative and place_id not in memory.touched:
            identity = f"{self.sources[event.source_id]}/{event.id}"
            touch(memory, place_id, Negative(event.position, identity, event.recorded, 0))
        return holding.units, total

    def _sums(
        self, place: PlaceKind, place_id: int, kind: str, m: Movement, units: int, event: Logged, memory: Memory,
        rows: Rows,
    ) -> None:
        total = rows.kind_totals.setdefault((m.book, kind, m.currency), [0, 0])
        total[0] += units
        total[1] += 1
        if place.subject in self.flow_kinds:
            return  # a flow's own place has a handful of entries: they are summed when asked for
        day = rows.days.setdefault((place_id, self.day(event.recorded), self.day(event.occurred)), [0, 0, 0])
        day[0 if units >= 0 else 1] += abs(units)
        day[2] += 1
        change = rows.places.get(place_id)
        if change is None:
            change = rows.places[place_id] = PlaceChange()
        change.units += units
        change.entries += 1
        change.recorded = max(change.recorded, event.recorded)
        holding = memory.holdings.get(place_id)
        change.in_order = holding.in_order if holding is not None else False

    def day(self, micros: int) -> int:
        """Days since 1970 in the model's zone."""
        quarter = micros // QUARTER_HOUR
        day = self._days.get(quarter)
        if day is None:
            local = datetime.fromtimestamp(quarter * 900, UTC).astimezone(self._zone)
            day = self._days[quarter] = local.date().toordinal() - 719_163  # days since 1970-01-01
        return day
