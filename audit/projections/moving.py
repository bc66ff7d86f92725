"""What events move: both sides of each movement, balances of owned places, sums by day. A part of the fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from audit.log.logged import Logged
from audit.model.meaning import Lane, Model, Movement, PlaceKind
from audit.projections.memory import Holding, Memory, Negative
from audit.projections.names import Names
from audit.projections.packing import entry_row
from audit.projections.reading import Work
from audit.projections.rows import PlaceChange, Rows, Side
from audit.projections.steps import touch

PLACES_KNOWN_MAX = 8_000  # about 3 MB
QUARTER_HOUR = 900_000_000  # microseconds; every zone's offset is a multiple of it


class _Known(NamedTuple):
    """A place as its entries are made, looked up once for many of them. `sums` is its key among totals by kind,
    `total` that of its owner among a stream's; `is_summed` by day: a flow's own place has a handful of entries."""

    place: PlaceKind
    sums: tuple[str, str, str]
    total: str
    is_summed: bool


@dataclass(slots=True)
class Moving:
    """Folds movements into rows and into the memories of the streams that own the places."""

    model: Model
    names: Names
    sources: Mapping[int, str]
    flow_kinds: frozenset[str]
    _days: dict[int, int] = field(default_factory=dict)
    _places: dict[int, _Known] = field(default_factory=dict)
    _zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.model.zone)

    def move(
        self, work: Work, memory: Memory, lane: Lane, movements: Sequence[Movement], rows: Rows
    ) -> list[Side]:
        """Entries, sums and balances of what an event moves; gives its sides."""
        event, known, places, ordinal = work.event, self.names.places.ids, self._places, 0
        recorded, day = event.recorded, self.day(event.recorded)
        days = (day, day if event.occurred == recorded else self.day(event.occurred))
        sides: list[Side] = []
        totals = rows.kind_totals
        for m in movements:
            book, currency, units = m.book, m.currency, m.units
            from_id = known[(book, m.from_kind, m.from_key, currency)]
            to_id = known[(book, m.to_kind, m.to_key, currency)]
            for place_id, kind, key, amount, counter_id in (
                (from_id, m.from_kind, m.from_key, -units, to_id), (to_id, m.to_kind, m.to_key, units, from_id)
            ):
                about = places.get(place_id) or self._know(place_id, book, kind, key, currency)
                balance = total = holding = None
                if about.place.owner == lane.name:
                    holding = self._hold(memory, about, place_id, key, m, amount, event)
                    balance, total = holding.units, memory.totals[about.total]
                rows.entries.append(entry_row(place_id, event, ordinal, counter_id, amount, balance, total))
                ordinal += 1
                sides.append((place_id, book, kind, key, currency, amount))
                sums = totals.get(about.sums)
                if sums is None:
                    sums = totals[about.sums] = [0, 0]
                sums[0] += amount
                sums[1] += 1
                if about.is_summed:
                    _sum(rows, place_id, days, amount, recorded, holding)
        return sides

    def _know(self, place_id: int, book: str, kind: str, key: str, currency: str) -> _Known:
        if len(self._places) >= PLACES_KNOWN_MAX:
            self._places.clear()
        place = self.model.places[(book, kind)]
        is_summed = place.subject not in self.flow_kinds
        known = self._places[place_id] = _Known(place, (book, kind, currency), f"{book}/{key}/{currency}", is_summed)
        return known

    def _hold(
        self, memory: Memory, about: _Known, place_id: int, key: str, m: Movement, units: int, event: Logged
    ) -> Holding:
        holding, place = memory.holdings.get(place_id), about.place
        if holding is None:
            is_forbidden = not (place.may_be_negative or place.is_source)
            text = f"{place.name}:{key}"
            holding = memory.holdings[place_id] = Holding(0, 0, event.recorded, True, is_forbidden, text, m.currency,
                                                          m.book)
        holding.units += units
        holding.entries += 1
        if event.recorded >= holding.recorded:
            holding.recorded = event.recorded
        else:
            holding.in_order = False
        memory.totals[about.total] = memory.totals.get(about.total, 0) + units
        if holding.is_forbidden_negative and place_id not in memory.touched:
            identity = f"{self.sources[event.source_id]}/{event.id}"
            touch(memory, place_id, Negative(event.position, identity, event.recorded, 0))
        return holding

    def day(self, micros: int) -> int:
        """Days since 1970 in the model's zone."""
        quarter = micros // QUARTER_HOUR
        day = self._days.get(quarter)
        if day is None:
            local = datetime.fromtimestamp(quarter * 900, UTC).astimezone(self._zone)
            day = self._days[quarter] = local.date().toordinal() - 719_163  # days since 1970-01-01
        return day


def _sum(
    rows: Rows, place_id: int, days: tuple[int, int], amount: int, recorded: int, holding: Holding | None
) -> None:
    """One side more in a place's sums by day and in what the batch adds to it. `days`: recorded and occurred."""
    cell = (place_id, *days)
    day = rows.days.get(cell)
    if day is None:
        day = rows.days[cell] = [0, 0, 0]
    if amount >= 0:
        day[0] += amount
    else:
        day[1] -= amount
    day[2] += 1
    change = rows.places.get(place_id)
    if change is None:
        change = rows.places[place_id] = PlaceChange()
    change.units += amount
    change.entries += 1
    if recorded > change.recorded:
        change.recorded = recorded
    change.in_order = holding is not None and holding.in_order
