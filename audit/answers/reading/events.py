"""Events as the log has them, and what the model makes of each: the sentence, the ties, what is personal in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.withheld import WITHHELD, learn_private
from audit.answers.spelled import day_pattern, figure_in_words
from audit.answers.words import word
from audit.database import is_withholding
from audit.log.decode import values_at
from audit.log.logged import COLLISION, EVENT, NOT_READ, UNDATED
from audit.log.opened import Path, Payload, open_payloads
from audit.model.meaning import EventMeaning, Facts, Lane, Reading
from audit.model.paths import text_of
from audit.model.personal import encloses, is_personal
from audit.model.texts import render, sentence_values
from audit.projections.memory import decode as decode_memory
from audit.shown import isolated
from audit.values import EventRef, Subject, micros_of, time_of

FIGURE = re.compile(r"-?\d+\.\d+")


class EventRow(NamedTuple):
    """One row of the log on a timeline."""

    position: int
    flags: int
    kind: int
    source_id: int
    source_position: int
    stream_id: int
    stream: str
    version: int | None
    type: str
    id: str
    occurred: datetime
    recorded: datetime
    ingested: datetime
    correlation: str | None
    causation: str | None
    step: str | None
    first_position: int | None
    commitment: str

    @property
    def key(self) -> tuple[datetime, int, int]:
        return self.recorded, self.source_id, self.source_position

    @property
    def append(self) -> tuple[object, ...]:
        """What the events of one append have in common: the declared step, else stream, cause and recorded time."""
        if self.step:
            return self.source_id, self.step
        return self.stream_id, self.causation, self.recorded


@dataclass(frozen=True)
class Told:
    """An event with its meaning. `inherited` is what its stream remembers."""

    inquiry: Inquiry
    row: EventRow
    lane: Lane | None
    key: str
    meaning: EventMeaning | None
    payload: Payload | None
    inherited: Mapping[str, str]
    is_final: bool = True

    @property
    def ref(self) -> EventRef:
        return ref_of(self.inquiry, self.row)

    @cached_property
    def facts(self) -> Facts:
        return facts_of(self.inquiry, self.row)

    @cached_property
    def reading(self) -> Reading | None:
        """What the model makes of it, when that is first asked for; None: it is not understood."""
        payload, is_event = self.payload, self.row.kind == EVENT
        if not is_event or self.meaning is None or payload is None or payload.status in NOT_READ:
            return None
        return None if payload.data is None else self.meaning.read(self.facts, payload.data, self.inherited)

    @property
    def subject(self) -> Subject:
        """The aggregate that the event's stream is."""
        if self.lane is None:
            return Subject("stream", self.row.stream or self.inquiry.names[self.row.source_id])
        return Subject(self.lane.name, self.key)

    @cached_property
    def ties(self) -> list[Subject]:
        own = [Subject(*tie) for tie in self.reading.ties] if self.reading else [self.subject, *self._named()]
        inherits = self.lane.inherits if self.lane else ()
        more = [Subject(kind, self.inherited[kind]) for kind in inherits if kind in self.inherited]
        return own + [tie for tie in more if tie not in own]

    def _named(self) -> list[Subject]:
        """What the payload of a collision names: its event takes part in nothing and may yet touch it."""
        if self.row.kind != COLLISION or self.meaning is None or self.payload is None or self.payload.data is None:
            return []
        read = self.meaning.read(self.facts, self.payload.data, self.inherited)
        return [subject for tie in read.ties if (subject := Subject(*tie)) != self.subject]

    @property
    def is_undated(self) -> bool:
        """Its own time cannot be told: it bears that of its nearest event, or UNKNOWN_TIME."""
        return self.payload is not None and self.payload.status == UNDATED

    @property
    def is_backdated(self) -> bool:
        """It became known on a later day than it happened."""
        return self.row.occurred.date() < self.row.recorded.date() and not self.is_undated

    @property
    def problem(self) -> str | None:
        """Why the event is not understood; None: it is."""
        if self.row.kind != EVENT:
            return word(self.inquiry.language, "other_bytes")
        if self.payload is not None and self.payload.problem:
            return self.payload.problem
        if self.lane is None and self.inquiry.model.is_derived(self.row.stream):
            return None
        if self.meaning is None:
            return word(self.inquiry.language, "unknown_type" if self.lane else "unknown_stream")
        return self.reading.problem if self.reading else None

    @property
    def title(self) -> str:
        return self.inquiry.text(self.meaning.title) if self.meaning else isolated(self.row.type)

    @cached_property
    def says(self) -> str:
        text = self.inquiry.text(self.meaning.says) if self.meaning else ""
        return self._filled(text) if text and self.reading and not self.reading.problem else self.title

    @cached_property
    def tells(self) -> str:
        """What the customer hears of it; "" where it tells nothing or is not understood."""
        text = self.inquiry.text(self.meaning.tells) if self.meaning else ""
        return self._filled(text) if text and self.reading and not self.reading.problem else ""

    @property
    def counterparty(self) -> str:
        path = self.meaning.counterparty if self.meaning else None
        return self.shown(path) if path else ""

    def shown(self, path: Path) -> str:
        """A field of the payload as it may be shown: masked where it is personal."""
        value = text_of(self.at(path))
        if value is None:
            return ""
        name = ".".join(path)
        return self.masked(name, value) if self.is_personal(path) else self._written(name, value)

    def at(self, path: Path) -> Any:
        value: Any = self.payload.data if self.payload else None
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is None and self.meaning is not None:
            older = next((old for new, old in self.meaning.upcast if new == path), None)
            return self.at(older) if older and older != path else None
        return value

    def is_personal(self, path: Path) -> bool:
        return self.meaning is not None and is_personal(self.meaning, ".".join(path))

    @property
    def is_personal_in_clear(self) -> bool:
        """Whether its payload was kept before the model declared one of its fields personal."""
        data, personal = (self.payload.data if self.payload else None), self.meaning.personal if self.meaning else ()
        if self.payload is None or data is None or () in self.payload.sealed:
            return False
        sealed = [".".join(one) for one in self.payload.sealed]
        plain = [path for path in personal if not any(encloses(one, ".".join(path)) for one in sealed)]
        return any(value not in (None, "", {}, []) for path in plain for value in values_at(data, path))

    def masked(self, path: str, value: str) -> str:
        """What the asker may see of a personal value."""
        if self._is_gone(value):
            return word(self.inquiry.language, "erased")
        if self.inquiry.private and any(self.inquiry.private.get(tie) for tie in self.ties):
            return WITHHELD
        return isolated(self.inquiry.mask(self._owner(path), path, value))

    def is_erased(self, path: Path) -> bool:
        """Whether this personal field stood here once."""
        return self.is_personal(path) and self._is_gone(text_of(self.at(path)))

    def _is_gone(self, value: str | None) -> bool:
        return self.payload is not None and self.payload.raw is None and not value

    def _owner(self, path: str) -> Subject | None:
        parts, sealed = tuple(path.split(".")), self.payload.sealed if self.payload else {}
        for end in range(len(parts), -1, -1):
            if parts[:end] in sealed:
                return sealed[parts[:end]]
        return None

    @cached_property
    def _values(self) -> Mapping[str, str]:
        assert self.meaning is not None and self.reading is not None and self.payload is not None
        values = sentence_values(
            self.meaning,
            self.facts,
            self.payload.data or {},
            self.reading,
            self.inherited,
            digits=self.inquiry.model.digits,
            mask=self.masked,
            money=self.inquiry.amount,
            time=self._time,
        )
        return {name: self._written(name, value) for name, value in values.items()}

    def _written(self, name: str, value: str) -> str:
        """A code by what the model calls it, a number with the language's decimal sign."""
        if FIGURE.fullmatch(value) and not (self.meaning and is_personal(self.meaning, name)):
            return figure_in_words(value, self.inquiry.language)
        return isolated(self.inquiry.called(name, value))

    def _time(self, name: str, micros: int) -> str:
        """`$day` and `$clock` of the event, in the bank's zone."""
        local = time_of(micros).astimezone(ZoneInfo(self.inquiry.model.zone))
        with translation.override(self.inquiry.language):
            return date_format(local, f"l {day_pattern(self.inquiry.language)} F" if name == "$day" else "H:i")

    def _filled(self, text: str) -> str:
        return render(text, self._values)


def ref_of(inquiry: Inquiry, row: EventRow) -> EventRef:
    return EventRef(inquiry.names[row.source_id], row.id, row.position)


def facts_of(inquiry: Inquiry, row: EventRow) -> Facts:
    return Facts(
        inquiry.names[row.source_id],
        row.stream,
        row.type,
        row.id,
        row.version,
        micros_of(row.occurred),
        micros_of(row.recorded),
        row.correlation,
        row.causation,
    )


def read_events(
    inquiry: Inquiry, rows: Sequence[EventRow], unfolded: Mapping[int, bool] = {}, then: Sequence[Question] = ()
) -> list[Told]:
    """Each event with its meaning, in the order given; three statements. `unfolded` says which are final yet; `then` is
    what the page asks next: it is answered while these events are read."""
    unread, final = [row for row in rows if row.position not in inquiry.ahead], unfolded.get
    positions, streams = [row.position for row in unread], {row.stream_id for row in unread}
    own = [Question("answer_segments", [positions]), Question("answer_payloads", [positions])] if unread else []
    inquiry.send_ahead(*own, *_memories(streams))
    inquiry.send_ahead(*then)
    payloads = open_payloads(inquiry.connection, positions)
    inherited = _inherited(inquiry, streams)
    told = [
        inquiry.ahead.get(row.position)
        or tell(inquiry, row, payloads.get(row.position), inherited.get(row.stream_id, {}), final(row.position, True))
        for row in rows
    ]
    learn_private(inquiry, (tie for one in told for tie in one.ties) if is_withholding(inquiry.connection) else ())
    return told


def read_ahead(
    inquiry: Inquiry, rows: Iterable[EventRow], unfolded: Mapping[int, bool] = {}, then: Sequence[Question] = ()
) -> None:
    """Read at once what several parts of a page will tell: each then finds it read."""
    wanted = list({row.position: row for row in rows}.values())
    inquiry.ahead.update((one.row.position, one) for one in read_events(inquiry, wanted, unfolded, then))


def tell(
    inquiry: Inquiry, row: EventRow, payload: Payload | None, inherited: Mapping[str, str], is_final: bool = True
) -> Told:
    found = inquiry.lane_of(row.stream) if row.stream else None
    lane, key = found if found else (None, "")
    meaning = lane.events.get(row.type) if lane else None
    return Told(inquiry, row, lane, key, meaning, payload, inherited, is_final)


def events_at(inquiry: Inquiry, positions: Iterable[int]) -> dict[int, EventRow]:
    """Rows of the log by position."""
    wanted = list(positions)
    found = {position: inquiry.ahead[position].row for position in wanted if position in inquiry.ahead}
    for asked in events_asked(inquiry, wanted):
        found |= {row[0]: EventRow(*row) for row in inquiry.answer(asked)}
    return found


def events_asked(inquiry: Inquiry, positions: Sequence[int]) -> list[Question]:
    """What `events_at` asks."""
    unread = [position for position in positions if position not in inquiry.ahead]
    return [Question("answer_events", [unread])] if unread else []


def _inherited(inquiry: Inquiry, streams: set[int]) -> dict[int, Mapping[str, str]]:
    rows = [row for one in _memories(streams) for row in inquiry.answer(one)]
    return {stream_id: decode_memory(bytes(memory)).inherited for stream_id, memory in rows}


def _memories(streams: set[int]) -> list[Question]:
    return [Question("answer_memories", [sorted(streams)])] if streams else []
