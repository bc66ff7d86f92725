"""Folds released events of the log into one generation, in the caller's transaction: the projections' thin runner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from audit.arrays import Integers
from audit.database import Connection, sql
from audit.log.logged import SIGHTING, Logged
from audit.model.expecting import CORRELATION
from audit.model.meaning import Model
from audit.projections.elsewhere import collisions
from audit.projections.flowbook import FlowBook
from audit.projections.fold import Fold
from audit.projections.memory import Memory, decode, encode
from audit.projections.names import Names, SubjectName
from audit.projections.notes import Notes, below_seal, complete_earlier, notes_of, number_sightings
from audit.projections.reading import Reader, Work, places_in, subjects_in
from audit.projections.refold import Forget, take_out
from audit.projections.rows import Rows, Told
from audit.projections.sequences import keep_ties, numbered_kinds
from audit.projections.signs import Sign
from audit.projections.write import Fresh, Lines, lines_of, write

STREAMS_REMEMBERED_MAX = 12_000  # as they are stored, about 5 MB; of a batch at hand they are five times as large
Reached = tuple[int | None, int, int]
NUMBERED = ("postgres",)  # kinds of sources that number what they append; files tell it in any order
OWN = "console"  # the kind of source that the console's own records are


@dataclass(slots=True)
class Ready:
    """A batch that is read and not yet folded. `torn` are the streams that must be folded again from their beginning:
    none of their events stands among the works."""

    events: Sequence[Logged]
    works: list[Work]
    torn: set[int]
    fresh: Fresh
    notes: Notes
    begun: list[tuple[int, SubjectName]] = field(default_factory=list)  # flows of which nothing was folded before

    @property
    def changes_earlier(self) -> bool:
        """Whether rows of earlier batches are to be changed: these must be written first."""
        return bool(self.torn or self.notes.completed)


@dataclass(frozen=True, slots=True)
class Folded:
    """A batch that is folded and not yet written."""

    lines: Lines
    fresh: Fresh
    signs: Sequence[Sign]
    timed: set[int]  # streams with a state, set by this batch, that may last too long
    ties: Sequence[tuple[int, int]]  # subjects whose entries are numbered (sequences.py), and their entries
    begun: Sequence[tuple[int, SubjectName]]  # flows of which nothing was folded before
    told: Sequence[tuple[int, Told]]  # events of flows


class Projector:
    """Holds what folding needs between batches. After a failed transaction it must be thrown away.

    The connection acts as the follower and has the generation in its search_path for the transaction.
    """

    def __init__(
        self, connection: Connection, model: Model, watermarks: Mapping[int, int], *, is_bulk: bool = False
    ) -> None:
        self._connection = connection
        self._model = model
        self._is_bulk = is_bulk
        self._numbered_kinds = numbered_kinds(model)
        self._written: set[int] = set()
        self._before: set[int] = set()  # streams of the batch before
        self._own: set[int] = set()
        self._names = Names()
        self._memories: dict[int, Memory] = {}  # of the batch at hand
        self._stored: dict[int, bytes] = {}  # of those before it, the latest last
        self._sources: dict[int, str] = {}
        self._reader = Reader(model, self._sources)
        self._fold = Fold(model, self._names, self._sources, self._memories, watermarks)

    def project(
        self, events: Sequence[Logged], upto: int, book: FlowBook | None = None
    ) -> tuple[Sequence[Sign], set[int]]:
        """Fold `events` (final, of positions up to `upto`), write their rows, and tell `book` of them.

        Returns what was noticed, for the findings, and the streams with a new state that may last too long.
        """
        return self.project_read(self.read(events, self._connection), upto, book)

    def read(self, events: Sequence[Logged], connection: Connection) -> Ready:
        """The first half of a fold. `connection` sees all that is written, but for what this projector remembers."""
        events = self._of_the_bank(events, connection)
        fresh = Fresh(streams=self._load(events, connection))
        works, torn = self._read(events)
        return Ready(events, works, torn, fresh, notes_of(connection, works))

    def project_read(
        self, ready: Ready, upto: int, book: FlowBook | None = None
    ) -> tuple[Sequence[Sign], set[int]]:
        """The rest of `project`."""
        if not ready.events:
            return (), set()
        rows = Rows()
        again = [self._start_over(stream_id, upto, rows) for stream_id in sorted(ready.torn)]
        if again:
            ready.works += [work for of_stream, _, _ in again for work in of_stream]
            ready.notes = notes_of(self._connection, ready.works)
        new = self._name(ready, self._connection)
        touched: set[int] = set()
        for of_stream, _, tied in again:
            touched |= tied | {self._names.subjects[subject] for subject in subjects_in(of_stream)}
        known_before = self._known_of(touched)
        for _, forget, _ in again:
            forget(sorted(touched))
        folded = self._folded(ready, new, touched, rows, self._connection)
        if self._is_bulk:
            self._carry({work.event.stream_id for work in ready.works}, rows)
        if book is not None and again:
            book.clear()
        write_folded(self._connection, folded, book, bulk=self._is_bulk)
        self._recount(known_before, self._known_of(touched))
        signs = list(folded.signs)
        if not self._is_bulk:  # a rebuild finds them completed when it folds them
            signs += complete_earlier(self._connection, self._model, self._names, ready.works, ready.notes)
        return signs, folded.timed

    def fold(self, ready: Ready, connection: Connection) -> Folded:
        """The second half of a fold that changes nothing earlier, to be written later. `connection` gives names their
        identifiers, which they keep whatever becomes of the rows."""
        if not ready.events:
            return Folded(lines_of(Rows(), ()), ready.fresh, (), set(), (), (), ())
        return self._folded(ready, self._name(ready, connection), set(), Rows(), connection)

    def _name(self, ready: Ready, connection: Connection) -> list[SubjectName]:
        """Identifiers for all names of a batch; gives the subjects of which nothing was folded before."""
        subjects, places = self._names.subjects, self._names.places
        named = subjects_in(ready.works)
        new, found = subjects.resolve(connection, named)
        ready.fresh.subjects.update(subjects[name] for name in new)
        ready.fresh.places.update(places[name] for name in places.resolve(connection, places_in(ready.works))[0])
        if not (ready.torn or self._is_bulk):
            ready.begun = [(subjects[name], name) for name in new if name[0] in self._fold.flow_kinds]
        if found and not self._is_bulk:  # named by whoever could not write, or in another generation
            of_id = {subjects[name]: name for name in found}
            new += [of_id[row[0]] for row in connection.execute(sql("without_events"), [Integers(of_id)])]
        return new

    def _folded(
        self, ready: Ready, new: Sequence[SubjectName], touched: set[int], rows: Rows, connection: Connection
    ) -> Folded:
        works = ready.works
        streams = {work.event.stream_id for work in works}
        self._fold.completed = ready.notes.completed
        self._fold.run(works, rows)
        ties = [] if self._is_bulk else self._ties_of(works)  # before other names are looked up
        number_sightings(rows.signs, ready.notes)
        rows.signs += below_seal(works, self._names, self._sources, ready.notes)
        for subject in new:
            if self._names.subjects[subject] not in touched and subject[0] != CORRELATION:
                rows.count(f"subject:{subject[0]}")
        memories = [(stream_id, encode(self._memories[stream_id])) for stream_id in sorted(streams)]
        signs = [*rows.signs, *collisions(connection, self._model, self._names, ready.events)]
        self._forget(streams, works, memories)
        timed = {stream_id for (stream_id, _), one in rows.aggregates.items() if one.deadline is not None}
        lines = lines_of(rows, memories)
        return Folded(lines, ready.fresh, signs, timed, ties, ready.begun, rows.told)

    def _ties_of(self, works: Sequence[Work]) -> list[tuple[int, int]]:
        """A sighting is an entry of nobody's."""
        known, kinds = self._names.subjects.ids, self._numbered_kinds
        return [(known[tie], work.event.position)
                for work in works if work.event.kind != SIGHTING for tie in work.ties if tie[0] in kinds]  # fmt: skip

    def _known_of(self, subjects: set[int]) -> Counter[str]:
        """How many of these subjects have events, by kind."""
        if not subjects:
            return Counter()
        return Counter(dict(self._connection.execute(sql("known_of"), [sorted(subjects)]).fetchall()))

    def _recount(self, before: Counter[str], after: Counter[str]) -> None:
        """A stream that was folded again may have lost a subject, or gained one that had a number already."""
        for kind in {*before, *after}:
            if before[kind] != after[kind] and kind != CORRELATION:
                self._connection.execute(sql("recount"), [f"subject:{kind}", after[kind] - before[kind]])

    def _of_the_bank(self, events: Sequence[Logged], connection: Connection) -> Sequence[Logged]:
        """The console's own records are evidence, in the log; the bank's read model has nothing of them."""
        if any(event.source_id not in self._sources for event in events):
            for source_id, name, kind in connection.execute("select id, name, kind from trace.source").fetchall():
                self._sources[source_id] = name
                if kind in NUMBERED:
                    self._fold.numbered.add(source_id)
                if kind == OWN:
                    self._own.add(source_id)
        return [event for event in events if event.source_id not in self._own] if self._own else events

    def _read(self, events: Sequence[Logged]) -> tuple[list[Work], set[int]]:
        """Works in order, and the streams that have an event before one that is folded already. (In bulk each stream
        comes in its own order.)"""
        works: list[Work] = []
        torn: set[int] = set()
        seen: dict[int, Reached] = {}
        for event in events:
            memory = self._memories[event.stream_id]
            if event.stream_id in torn:
                continue
            if event.kind == 0 and not self._is_bulk:
                reached = seen.get(event.stream_id) or (memory.version, memory.order, memory.loose)
                if is_before(event, *reached):
                    torn.add(event.stream_id)
                    continue
                seen[event.stream_id] = moved_on(event, *reached)
            works.append(self._reader.read(event, memory))
        if torn:
            works = [work for work in works if work.event.stream_id not in torn]
        return works, torn

    def _start_over(self, stream_id: int, upto: int, taken_out: Rows) -> tuple[list[Work], Forget, set[int]]:
        """Take a stream out of the read model and read it again from its first event, in its own order.

        Also gives the subjects that its events may have been tied to in the order they had come in.
        """
        before, memory = self._memories[stream_id], Memory()
        ties = [(kind, key) for kind, key in before.ties]
        self._names.subjects.resolve(self._connection, ties)
        linked = self._connection.execute(sql("linked_with"), [before.subject_id]).fetchall()
        tied = {self._names.subjects[tie] for tie in ties} | {row[0] for row in linked}
        self._judge_again(ties, taken_out)
        self._memories[stream_id] = memory
        events, forget = take_out(self._connection, self._model, stream_id, upto, taken_out)
        return [self._reader.read(event, memory) for event in events], forget, tied

    def _judge_again(self, ties: Iterable[SubjectName], rows: Rows) -> None:
        """What an event was tied to through those before it, and may not be any more, is judged without it."""
        for tie in ties:
            if self._fold.judges(tie[0]):
                rows.dirty[self._names.subjects[tie]] = 0

    def _load(self, events: Iterable[Logged], connection: Connection) -> set[int]:
        """What the events' streams remember; gives the streams of which nothing is folded yet."""
        missing = {event.stream_id for event in events} - self._memories.keys()
        for stream_id in missing & self._stored.keys():
            self._memories[stream_id] = decode(self._stored.pop(stream_id))
        missing -= self._memories.keys()
        if not missing:
            return missing
        if not self._is_bulk:
            for stream_id, memory in connection.execute(sql("memories"), [Integers(sorted(missing))]):
                self._memories[stream_id] = decode(memory)
        missing -= self._memories.keys()
        for stream_id in missing:
            self._memories[stream_id] = Memory()
        return missing

    def _carry(self, streams: set[int], rows: Rows) -> None:
        """In bulk a stream that the last batch had begun is written again: tables without keys would keep both."""
        for stream_id in sorted(streams & self._written):
            items = [item for stream, item in rows.aggregates if stream == stream_id]
            self._connection.execute(sql("carry_aggregates"), [stream_id, items])
            self._connection.execute(sql("take_out_memory"), [stream_id])
        self._written = streams

    def _forget(self, streams: set[int], works: Sequence[Work], memories: Sequence[tuple[int, bytes]]) -> None:
        """What was written can be loaded again, but the last batch and the one before it may not be written yet. In
        bulk streams come one after another, and only the last may go on."""
        last = works[-1].event.stream_id if self._is_bulk and works else None
        for stream_id in streams:
            if stream_id != last:
                del self._memories[stream_id]
        if self._is_bulk:
            return
        self._stored.update(memories)
        if len(self._stored) > STREAMS_REMEMBERED_MAX:
            kept = streams | self._before
            for stream_id in list(self._stored)[: STREAMS_REMEMBERED_MAX // 2]:
                if stream_id not in kept:
                    del self._stored[stream_id]
        self._before = streams


def write_folded(connection: Connection, folded: Folded, book: FlowBook | None = None, *, bulk: bool = False) -> None:
    """The rows of a batch, in the caller's transaction, and what `book` is to be told of it."""
    if book is not None:
        book.take(folded.begun, folded.told, folded.lines["flow"])
    write(connection, folded.lines, folded.fresh, bulk=bulk)
    if not bulk:  # after a rebuild all is compared
        keep_ties(connection, folded.ties)


def is_before(event: Logged, latest: int | None, order: int, loose: int) -> bool:
    """Whether `event` belongs before what is folded of its stream already (audit/log/replay.py has a stream's order):
    versions up to `latest`, from places up to `order`, up to `loose` those without a version."""
    if event.version is None:
        return event.source_position < order
    if latest is None or event.version > latest:
        return event.source_position < loose
    return event.version < latest or event.source_position < order


def moved_on(event: Logged, latest: int | None, order: int, loose: int) -> Reached:
    """What is reached once `event`, which belongs behind it, is folded."""
    place = event.source_position
    if event.version is None:
        return latest, place, place
    return event.version, max(order, place), loose
