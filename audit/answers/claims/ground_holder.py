"""The values over time of what is read from the database: accounts, customers, lanes' aggregates and places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from audit.answers.claims.ground import Change, Ground, Kinds, Series, Tag, split, tagged, tagged_changes
from audit.answers.claims.steps import Key, Steps, at_the_end_of_times, latest, running
from audit.answers.inquiry import Inquiry
from audit.answers.reading.ledger import holdings, own_places
from audit.answers.reading.names import PLACE, Known
from audit.answers.reading.others import introducing
from audit.answers.reading.packed import Entries, change_series, entries_of, time_in
from audit.answers.reading.places import kept_places, parse_place
from audit.answers.reading.remembered import own_streams_of
from audit.answers.reading.unfolded import Unfolded
from audit.answers.where import accounts_of
from audit.model.meaning import Lane
from audit.values import Place, micros_of


class HolderGround(Ground):
    def __init__(self, inquiry: Inquiry, asked: Known, fresh: Unfolded) -> None:
        super().__init__(inquiry, fresh)
        self.asked = asked
        self._series: dict[tuple[int, ...], Sequence[tuple[int, Entries]]] = {}  # by places
        own = () if asked.subject.kind == PLACE else introducing(inquiry, asked, fresh)
        self.names = {row.stream_id: row.stream for row in own}
        self.streams = own_streams_of(inquiry, asked, own) if asked.subject.kind != PLACE else set()

    @cached_property
    def held(self) -> list[Place]:
        """The subject's own places, or those of the accounts that it holds."""
        subject = self.asked.subject
        if subject.kind == PLACE:
            return [parse_place(subject.key)]
        own = own_places(self.inquiry, subject.kind, subject.key)
        if not own:
            for holder in accounts_of(self.inquiry, self.asked, self.fresh):
                own += own_places(self.inquiry, holder.subject.kind, holder.subject.key)
        return own

    @cached_property
    def places(self) -> Kinds:
        return {(place.book, place.kind) for place in self.held}

    @property
    def own(self) -> Kinds:
        return self.places

    @cached_property
    def lanes(self) -> Mapping[str, Lane]:
        lane = self.inquiry.model.lanes.get(self.asked.subject.kind)
        found = (self.inquiry.lane_of(stream) for stream in self.names.values())
        return {one.name: one for one in (lane, *(pair[0] for pair in found if pair)) if one is not None}

    @cached_property
    def began(self) -> Key | None:
        rows = self.inquiry.rows("answer_first", {"subject": self.asked.id}) if self.asked.id else []
        keys = [(self.time(row[0], row[1]), micros_of(row[0]), *row[2:]) for row in rows]
        keys += [self.key_of(one.row) for one in self.fresh.told_of(self.asked.subject)]
        if not self.is_recorded:  # what was booked back may have happened before anything was recorded
            keys += [min(one.keys) for entries in self._entries(self.places, ()).values() for one in entries]
        return min(keys, default=None)

    def amounts(self, kinds: Kinds) -> Series:
        waiting = list(self._waiting(kinds))
        summed = {
            currency: self._sums(entries, [change for of, change in waiting if of == currency])
            for currency, entries in self._entries(kinds, waiting).items()
        }
        if self._is_order_known(kinds):
            return summed
        return {currency: at_the_end_of_times(steps) for currency, steps in summed.items()}

    def values(self, lane: str | None, field: str) -> Series:
        parameters = {**self.inquiry.cut.parameters(), "streams": sorted(self.streams), "field": field}
        waiting = tagged_changes(self._waiting_values(lane, field))
        found: dict[Tag, Steps] = {}
        for one in map(change_series, self.inquiry.rows("answer_change_series", parameters)):
            if self.is_of(one.stream, lane):
                tag = f"{one.stream}/{one.item}"
                changes = [*zip(one.keys(self.is_recorded), one.orders, one.values, strict=True)]
                found[tag] = latest(changes + waiting.pop(tag, []))
        return found | {tag: latest(changes) for tag, changes in waiting.items()}

    def payload(self, paths: Sequence[str]) -> Series:
        parameters, wanted = {**self.inquiry.cut.parameters(), "streams": sorted(self.streams)}, split(paths)
        found: list[tuple[Tag, Change]] = []
        for row in self.inquiry.rows("answer_payload_series", parameters) if self.streams else ():
            stream, recorded, occurred, source, order, position, status, encoding, skeleton = row
            value = self.value(status, encoding, skeleton, wanted)
            if value is not None:
                key = time_in(recorded if self.is_recorded else occurred), time_in(recorded), source, order, position
                found.append((str(stream), (key, order, value)))
        return tagged(found)

    def _sums(self, entries: Sequence[Entries], waiting: Sequence[tuple[Key, int]]) -> Steps:
        """The running sum; of one place alone, whose entries are in order, without a look at each."""
        if len(entries) == 1 and not waiting and entries[0].keys.is_ascending:
            keys, amounts = entries[0]
            if self.began is not None and self.began < keys[0]:
                keys, amounts = keys.after(self.began), [0, *amounts]
            return Steps(None, keys, list(accumulate(amounts)))
        changes = [change for one in entries for change in zip(*one, strict=True)]
        return running(sorted([*changes, *waiting]), self.began)

    def _entries(self, kinds: Kinds, waiting: Iterable[tuple[str, object]]) -> dict[str, list[Entries]]:
        """By currency, a place each, of all that the subject has; one that these places never held has none."""
        kept = self._kept
        found: dict[str, list[Entries]] = {currency: [] for _, _, currency in kept}
        found |= {currency: [] for currency, _ in waiting}
        ids = {id: currency for id, place, currency in kept if (place.book, place.kind) in kinds}
        for id, entries in self._read(tuple(ids)):
            found[ids[id]].append(entries)
        return found

    def _read(self, ids: tuple[int, ...]) -> Sequence[tuple[int, Entries]]:
        if ids and ids not in self._series:
            parameters = {**self.inquiry.cut.parameters(), "places": list(ids), "is_occurred": not self.is_recorded}
            rows = self.inquiry.rows("answer_entry_series", parameters)
            self._series[ids] = [(row[0], entries_of(row)) for row in rows]
        return self._series.get(ids, ())

    @cached_property
    def _kept(self) -> list[tuple[int, Place, str]]:
        if self.asked.subject.kind == PLACE:
            return [(kept.id, kept.place, kept.currency) for kept in kept_places(self.inquiry, self.held[0])]
        return [(h.id, h.place, h.currency) for h in holdings(self.inquiry, self.held, self.fresh)]

    def _waiting(self, kinds: Kinds) -> Iterator[tuple[str, tuple[Key, int]]]:
        held = set(self.held)
        for told in self.counted():
            for m in told.reading.movements if told.reading else ():
                for kind, place_key, units in ((m.from_kind, m.from_key, -m.units), (m.to_kind, m.to_key, m.units)):
                    if (m.book, kind) in kinds and Place(m.book, kind, place_key) in held:
                        yield m.currency, (self.key_of(told.row), units)

    def _is_order_known(self, kinds: Kinds) -> bool:
        owners = {self.inquiry.model.places[kind].owner or "" for kind in kinds if kind in self.inquiry.model.places}
        lanes = [self.inquiry.model.lanes[owner] for owner in owners if owner]
        return all(lane.knows_order_within_time for lane in lanes)

    def _waiting_values(self, lane: str | None, field: str) -> Iterator[tuple[Tag, Change]]:
        for told in self.counted():
            row, reading = told.row, told.reading
            if reading is None or row.stream_id not in self.streams:
                continue
            value = reading.sets.get(field) if field and reading.sets else reading.to if not field else None
            if value is not None and self.is_of(row.stream, lane):
                yield f"{row.stream}/{reading.item}", (self.key_of(row), row.source_position, value)
