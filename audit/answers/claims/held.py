"""What everyone of a kind holds at a moment: holders in places that their key names, flows wherever their money is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from audit.answers.inquiry import Inquiry
from audit.answers.reading.ledger import Holding, at_moment
from audit.answers.reading.names import place_kind
from audit.values import Clock, Place

PlaceName = tuple[str, str]  # book and kind
FlowRow = tuple[int, datetime, int | None, str | None, bool, datetime]  # as the statements who_flows give it
FEW_MAX = 1000  # of whom what they hold is looked up one by one


class HeldRow(NamedTuple):
    """`since` is on the asked clock."""

    id: int
    book: str
    kind: str
    key: str
    currency: str
    units: int
    since: datetime


class Held:
    """`flows`: every flow of the kind that had begun at the moment; None where money does not travel in the kind."""

    def __init__(self, inquiry: Inquiry, kind: str, flows: Callable[[], Sequence[FlowRow]] | None) -> None:
        self.inquiry, self.model, self.kind = inquiry, inquiry.model, kind
        self.flows = flows
        self._all: list[HeldRow] | None = None

    @cached_property
    def places(self) -> list[PlaceName]:
        """Those in which this kind can have something."""
        about = self.model.kinds.get(self.kind)
        book = about.book if about is not None else None
        found = [(name, place) for name, place in self.model.places.items() if name[0] == book]
        if self.flows is not None:
            return [name for name, _ in found]
        return [name for name, place in found if place.subject == self.kind and not place.is_source]

    def everywhere(self) -> list[HeldRow]:
        """Of holders also what is zero; of flows what those have that are not over."""
        if self._all is None:
            if self.flows is None:
                self._all = self._by_holders("who_holds", is_all=True, **_columns(self.places))
            else:
                self._all = self._by_flows
        return self._all

    def within(self, places: Iterable[PlaceName]) -> list[HeldRow]:
        """What holders have in these that is not zero."""
        is_all = not self.inquiry.cut.is_now  # what is empty now was not always
        found = self._by_holders("who_holds", is_all=is_all, **_columns(places))
        return [row for row in found if row.units]

    def of(self, ids: Collection[int]) -> list[HeldRow]:
        """As everywhere, of a few."""
        if self.flows is not None or self._all is not None or len(ids) > FEW_MAX:
            return [row for row in self.everywhere() if row.id in ids]
        return self._by_holders("who_holds_of", subjects=list(ids), **_columns(self.places))

    @cached_property
    def open_flows(self) -> Set[int]:
        """Those that were not over at the moment: had not ended, or had money where it may not rest."""
        if self.inquiry.cut.is_now:
            return {row[0] for row in self._live}
        ended = self._ended()
        unsettled = {
            row.id for row in self._of_live if not place_kind(self.model, Place(row.book, row.kind, row.key)).rests
        }
        return {row[0] for row in self._live if row[0] not in ended or row[0] in unsettled}

    def _by_holders(self, statement: str, **parameters: object) -> list[HeldRow]:
        rows = self.inquiry.rows(statement, {"kind": self.kind, **parameters})
        if self.inquiry.cut.is_now:
            return [HeldRow(*row[:7]) for row in rows]
        names = {place_id: id for id, *_, place_id, _ in rows}
        now = [Holding(row[7], Place(*row[1:4]), row[4], int(row[5]), row[8]) for row in rows]
        is_recorded = self.inquiry.cut.clock is Clock.RECORDED
        then = ((one, one.since if is_recorded else one.occurred) for one in at_moment(self.inquiry, now))
        return [
            HeldRow(names[one.id], one.place.book, one.place.kind, one.place.key, one.currency, one.units, since)
            for one, since in then
            if since is not None
        ]

    @cached_property
    def _by_flows(self) -> list[HeldRow]:
        if self.inquiry.cut.is_now:
            return [HeldRow(*row) for row in self.inquiry.rows("who_holds_in_flow", {"kind": self.kind})]
        return [row for row in self._of_live if row.id in self.open_flows]

    @cached_property
    def _live(self) -> list[FlowRow]:
        """Flows that were under way at the moment; all others were over by then, as they are now."""
        assert self.flows is not None
        time = self.inquiry.cut.time
        return [row for row in self.flows() if row[4] or (time is not None and row[5] > time)]

    @cached_property
    def _of_live(self) -> list[HeldRow]:
        """What these had everywhere, summed over their few movements."""
        own = [name for name, place in self.model.places.items() if place.subject == self.kind]
        parameters = {**self.inquiry.cut.parameters(), "flows": [row[0] for row in self._live], **_columns(own)}
        return [HeldRow(*row) for row in self.inquiry.rows("who_held_in_flow", parameters, clock=self._clock)]

    def _ended(self) -> Set[int]:
        lane = self.model.kinds[self.kind].ends_with
        if lane is None:
            return set()
        finals = [name for name, state in self.model.lanes[lane].states.items() if state.is_final]
        parameters = {
            "flows": [row[0] for row in self._live],
            "is_own": lane == self.kind,
            "lane": lane,
            "states": finals,
            "time": self.inquiry.cut.time,
        }
        return {row[0] for row in self.inquiry.rows("who_had_ended", parameters, clock=self._clock)}

    @property
    def _clock(self) -> str:
        return "recorded_at" if self.inquiry.cut.clock is Clock.RECORDED else "occurred_at"


def _columns(places: Iterable[PlaceName]) -> dict[str, object]:
    chosen = sorted(places)
    return {"books": [book for book, _ in chosen], "places": [kind for _, kind in chosen]}
