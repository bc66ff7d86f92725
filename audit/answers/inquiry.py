"""One question's surroundings: a snapshot of the read model, the model, the moment, the language and the mask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from audit import instance, prepared
from audit.answers.reading.cut import Cut
from audit.answers.shapes import AsOf, Unattributed
from audit.answers.spelled import amount_in_words, day_in_words, time_in_words
from audit.database import Connection, sql
from audit.errors import UsageError
from audit.model.meaning import Lane, Model, Text
from audit.values import Clock, EventRef, Moment, Money, Subject, zoned_time

STAFF_ONLY = ("access_anomaly",)  # rules about staff: their findings are for few
CONSOLE = "console"  # the source of our own records: its clock says nothing about the bank's
UNATTRIBUTED_MAX = 1000
UNFOLDED_MAX = 1000  # events seen and not yet folded that an answer folds on top

Mask = Callable[[Subject | None, str, str], str]  # owner, path, value -> what may be shown


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as it stands. `pending` are positions not final yet, `released` final ones not yet folded."""

    id: int
    name: str
    kind: str
    events: int
    duplicates: int
    quarantined: int
    gaps: int
    sealed: int
    watermark: datetime | None
    is_idle: bool
    held_by: tuple[str, ...]
    trouble: str | None
    notice: str | None
    polled_at: datetime | None
    pending: tuple[int, ...]
    released: tuple[int, ...]
    has_unattributed: bool


class Question(NamedTuple):
    """A named statement with what fills it, that can be sent before its answer is wanted."""

    name: str
    parameters: Mapping[str, Any] | Sequence[Any]
    parts: Mapping[str, str] = {}


SOURCES = Question("answer_sources", [])  # what `inquire` asks


@dataclass(frozen=True)
class Inquiry:
    """Everything that an answer takes beside its subject; the connection is in one read-only transaction."""

    connection: Connection
    model: Model
    cut: Cut
    language: str
    mask: Mask
    sources: tuple[SourceRow, ...]
    names: Mapping[int, str] = field(default_factory=dict)
    money_text: Callable[[Money], str] | None = None  # how sentences write an amount; None: plainly, in the language
    time_text: Callable[[datetime], str] | None = None  # and a time; None: in the bank's zone, named
    ids: dict[Subject, int] = field(default_factory=dict, repr=False)  # of subjects that were asked for by them
    # Customers by the number of what belongs to them, as names.owners_of found them.
    owners: dict[int, list[tuple[int, Subject, datetime]]] = field(default_factory=dict, repr=False)
    hides: tuple[str, ...] = STAFF_ONLY
    private: dict[Subject, bool] = field(default_factory=dict, repr=False)  # whose events tell nothing personal
    # Events that several parts of a page tell, read once. Each mask and each moment has its own: init=False.
    ahead: dict[int, Any] = field(default_factory=dict, init=False, repr=False)

    def at(self, cut: Cut) -> Inquiry:
        """The same question at another moment."""
        return replace(self, cut=cut)

    def rows(
        self, name: str, parameters: Mapping[str, Any] | Sequence[Any] = (), **parts: str
    ) -> list[tuple[Any, ...]]:
        """All rows of a named statement; `parts` fill its {names}, which are never what a person typed."""
        statement = sql(name).format(**parts) if parts else sql(name)
        return prepared.rows(self.connection, statement, parameters or None)

    def send_ahead(self, *asked: Question) -> None:
        """What `rows` will be asked for in any case, with the same parameters: answered while Python works. The answers
        of one call arrive together; what is wanted first is sent by itself."""
        wanted = [(sql(one.name).format(**one.parts) if one.parts else sql(one.name), one.parameters) for one in asked]
        if wanted:
            prepared.send_ahead(self.connection, wanted)

    def answer(self, asked: Question) -> list[tuple[Any, ...]]:
        """All rows of a question, whether it was sent ahead or not."""
        return self.rows(asked.name, asked.parameters, **asked.parts)

    def lane_of(self, stream: str) -> tuple[Lane, str] | None:
        """A stream's lane and the key in its name."""
        return self.model.lane_of(stream) if stream else None

    def text(self, text: Text) -> str:
        """A model's text in the asked language, else in its first."""
        return text.get(self.language) or next((text[name] for name in self.model.languages if name in text), "")

    def called(self, path: str, value: str) -> str:
        """What the model calls a code that stands in a payload field; as it is where it has no words for it."""
        known = self.model.values.get(path)
        return (self.text(known[value]) or value) if known and value in known else value

    def amount(self, money: Money) -> str:
        """An amount in a sentence."""
        return self.money_text(money) if self.money_text else amount_in_words(money, self.language)

    def time(self, time: datetime) -> str:
        """A time in a sentence."""
        return self.time_text(time) if self.time_text else time_in_words(time, self.model.zone)

    def day(self, time: datetime) -> str:
        """The day that a time falls on, in a sentence."""
        return day_in_words(time.astimezone(ZoneInfo(self.model.zone)).date(), self.language)

    @property
    def watermark(self) -> datetime | None:
        """The worst source's; None when it is unknown."""
        worst = worst_source(self.sources)
        return worst.watermark if worst else None

    @property
    def seen_until(self) -> datetime | None:
        """What the lateness of a reaction, which any source may have, is measured against: the asked time, but never
        beyond the watermark."""
        return self._until(self.watermark)

    def seen_in(self, source: str) -> datetime | None:
        """The same of a stream's own state: only its own source could have told more."""
        return self._until(next((one.watermark for one in self.sources if one.name == source), None))

    def _until(self, watermark: datetime | None) -> datetime | None:
        if watermark is None or self.cut.time is None:
            return watermark
        return min(self.cut.time, watermark)

    def as_of(self, is_final: bool = True) -> AsOf:
        """`is_final`: every event that the answer rests on is final."""
        worst = worst_source(self.sources)
        watermark = worst.watermark if worst else None
        time = self.cut.time or watermark
        is_covered = watermark is not None and time is not None and watermark >= time
        return AsOf(
            time=time,
            clock=self.cut.clock,
            is_now=self.cut.is_now,
            sealed=is_final and is_covered,
            watermark=watermark,
            worst_source=worst.name if worst else None,
            upto=self.cut.event,
            unattributed=self._unattributed(),
        )

    def _unattributed(self) -> tuple[Unattributed, ...]:
        """No statement where every event says whom it may touch, which is nearly always so."""
        if not any(s.has_unattributed or (s.quarantined and (s.pending or s.released)) for s in self.sources):
            return ()
        found = self.rows("answer_unattributed", {**self.cut.parameters(), "limit": UNATTRIBUTED_MAX + 1})
        is_counted = sum(row[1] for row in found) <= UNATTRIBUTED_MAX
        return tuple(Unattributed(name, count, is_counted) for name, count in found)


def inquire(
    connection: Connection,
    mask: Mask,
    *,
    at: str | Moment | None = None,
    clock: str | Clock = Clock.RECORDED,
    language: str = "",
    money: Callable[[Money], str] | None = None,
    time: Callable[[datetime], str] | None = None,
    hides: tuple[str, ...] = STAFF_ONLY,
) -> Inquiry:
    """`at` is RFC 3339 or EVENT (SOURCE/ID); None: now. `money` and `time` write what stands in sentences; `hides` are
    rules whose findings are not for who asks.

    Raises UsageError for an `at` that is neither.
    """
    rows = prepared.rows(connection, sql(SOURCES.name), SOURCES.parameters)
    model = instance.model_of(connection, rows[0][-1]) if rows else instance.require(connection).model
    sources = tuple(_source(row) for row in rows)
    chosen = language if language in model.languages else model.languages[0]
    cut = _cut(connection, sources, at, clock)
    names = {source.id: source.name for source in sources}
    return Inquiry(connection, model, cut, chosen, mask, sources, names, money, time, hides=hides)


def worst_source(sources: tuple[SourceRow, ...]) -> SourceRow | None:
    """The source that is known least far; one whose watermark is unknown is the worst."""
    banks = _banks(sources)
    unknown = next((source for source in banks if source.watermark is None), None)
    return unknown or min(banks, key=lambda source: source.watermark or datetime.max.replace(tzinfo=UTC), default=None)


def _banks(sources: tuple[SourceRow, ...]) -> tuple[SourceRow, ...]:
    return tuple(source for source in sources if source.kind != CONSOLE and source.name != CONSOLE)


def _source(row: tuple[Any, ...]) -> SourceRow:
    held_by, trouble, notice, polled_at, pending, released, has_unattributed, _ = row[10:]
    more = [tuple(held_by), trouble, notice, polled_at, tuple(pending), tuple(released), has_unattributed]
    return SourceRow(*[*row[:10], *more])


def _cut(connection: Connection, sources: tuple[SourceRow, ...], at: str | Moment | None, clock: str | Clock) -> Cut:
    if at is None:
        return Cut(clock=_clock(clock))
    if isinstance(at, Moment):
        return Cut(at.time, at.clock)
    try:
        datetime.fromisoformat(at)
    except ValueError:
        return _cut_at_event(connection, sources, at, _clock(clock))
    try:
        return Cut(zoned_time(at), _clock(clock))
    except ValueError as error:
        raise UsageError(str(error)) from None


def _clock(clock: str | Clock) -> Clock:
    try:
        return Clock(clock)
    except ValueError:
        raise UsageError(f"{clock!r} is no clock: write recorded or occurred") from None


def _cut_at_event(connection: Connection, sources: tuple[SourceRow, ...], text: str, clock: Clock) -> Cut:
    """EVENT is SOURCE/ID, split at the first slash after the longest known source name."""
    found = event_key(connection, sources, text)
    if found is None:
        raise UsageError(f"{text!r} is neither a time (2026-11-21T11:03:07Z) nor a known event (SOURCE/ID)")
    ref, recorded, occurred, source_id, source_position = found
    return Cut(recorded if clock is Clock.RECORDED else occurred, clock, (recorded, source_id, source_position), ref)


def event_key(
    connection: Connection, sources: tuple[SourceRow, ...], text: str
) -> tuple[EventRef, datetime, datetime, int, int] | None:
    """A typed event's reference, recorded and occurred times, source and place in it; None where there is none."""
    for source in sorted(sources, key=lambda source: -len(source.name)):
        if text.startswith(source.name + "/"):
            identifier = text[len(source.name) + 1 :]
            for row in prepared.rows(connection, sql("answer_event_key"), [source.name, identifier]):
                return EventRef(source.name, identifier, row[0]), row[1], row[2], row[3], row[4]
    return None
