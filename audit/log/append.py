"""Raw events written into the log, in the caller's transaction: positions, identity, payloads, commitments, leaves.

One row of `trace.head` serialises all writers. What is known of an event (`Logged`) goes straight to the projections.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import psycopg

from audit.access import keys
from audit.access.keys import DataKey, Owner
from audit.arrays import Texts
from audit.database import Connection, sql
from audit.log import rows
from audit.log.drafts import Draft, Reader, logged_of
from audit.log.entry import FORMAT, Entry, line_of, text_of_time
from audit.log.identity import digest_of, keyed_digest
from audit.log.kinds import KINDS
from audit.log.logged import COLLISION, EVENT, NOT_READ, SIGHTING, Logged
from audit.log.merkle import leaf_of
from audit.log.names import Names
from audit.log.payloads import PayloadRows
from audit.log.release import release
from audit.log.replay import logged_at
from audit.log.torn import note_wholes
from audit.model.meaning import Model
from audit.sources.contract import RawEvent

__all__ = ["Appended", "Logged", "append"]


@dataclass(frozen=True, slots=True)
class Appended:
    """`released` are those of the written events that are final, in the order of release; earlier ones that became
    final wait in trace.released. `first` and `last` are our positions (0 and 0: nothing was written)."""

    released: Sequence[Logged]
    first: int = 0
    last: int = 0
    events: int = 0
    duplicates: int = 0
    collisions: int = 0
    quarantined: int = 0


class _Known(NamedTuple):
    """What is known of an event before it is written. `first` is the event first seen under its identifier."""

    kind: int
    first: int | None


_NEW = _Known(EVENT, None)


class _Memory:
    """What may be remembered between transactions, of one database."""

    def __init__(self) -> None:
        self.names = Names()
        self.readers: dict[tuple[str, str], Reader] = {}
        self.sources: dict[int, str] = {}
        self.repeating: set[int] = set()  # sources whose last batch held known events: look before writing


_memories: dict[str, _Memory] = {}


def append(
    connection: Connection,
    source_id: int,
    events: Sequence[RawEvent],
    model: Model,
    released: Sequence[int] = (),
    *,
    now: int,
    keeps_data: bool = True,
) -> Appended:
    """Write `events` (of one source, as it gave them) and mark as final the source's positions `released`.

    Everything happens in the caller's transaction, or not at all. `now` is the time of ingestion in microseconds.
    Without `keeps_data` those returned have only their `body`: who hands them on has no use for what is read from it.
    """
    if not events:
        release(connection, source_id, released)
        return Appended(())
    position, memory = _lock_head(connection)
    batch = _Batch(connection, memory, source_id, events, model, position + 1, now, keeps_data)
    known = batch.compare_elsewhere(batch.write_identities())
    batch.write_log(known)
    batch.note_wholes(known)
    last = position + len(events)
    connection.execute("update trace.head set position = %s", (last,))
    final = batch.finish(released)
    kinds = [one.kind for one in known] if known is not None else []
    return Appended(
        released=final,
        first=position + 1,
        last=last,
        events=len(events) - kinds.count(SIGHTING),
        duplicates=kinds.count(SIGHTING),
        collisions=kinds.count(COLLISION),
        quarantined=batch.quarantined,
    )


def _lock_head(connection: Connection) -> tuple[int, _Memory]:
    """Our last position, held until the transaction ends, and what is remembered of this database."""
    row = connection.execute(sql("lock_head")).fetchone()
    assert row is not None
    position, instance, transaction = row
    memory = _memories.setdefault(instance, _Memory())
    previous = memory.names.transaction
    is_committed = False
    if previous is not None and previous != transaction:
        is_committed = _is_committed(connection, previous)
    memory.names.begin(transaction, is_committed)
    return position, memory


def _is_committed(connection: Connection, transaction: str) -> bool:
    row = connection.execute("select pg_xact_status(%s::text::xid8) = 'committed'", (transaction,)).fetchone()
    return row is not None and row[0] is True


@dataclass(slots=True)
class _Batch:
    """One call of `append`."""

    connection: Connection
    memory: _Memory
    source_id: int
    events: Sequence[RawEvent]
    model: Model
    first: int
    now: int
    keeps_data: bool
    quarantined: int = 0
    digests: list[bytes] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    reader: Reader = field(init=False)
    logged: list[Logged] = field(default_factory=list)

    def write_identities(self) -> list[_Known] | None:
        """Claim each identifier. None: all are new. It is tried without looking first, which is most often right."""
        self.reader = self._reader()
        ids = [event.id for event in self.events]
        repeats = self.source_id in self.memory.repeating or len(set(ids)) < len(ids)
        if not repeats:
            try:
                with self.connection.transaction():
                    self._copy_identities(self._prepared(0))
                return None
            except psycopg.errors.UniqueViolation:
                pass
        for _ in self._prepared(len(self.drafts)):
            pass
        known = self._compare(ids)
        self._copy_identities(index for index, one in enumerate(known) if one.kind == EVENT)
        (self.memory.repeating.add if any(one.kind for one in known) else self.memory.repeating.discard)(self.source_id)
        return known

    def _prepared(self, start: int) -> Iterator[int]:
        """Digests and judges each event while the identities before it are being sent; gives its index."""
        keyed, draft = keyed_digest(), self.reader.draft
        for index in range(start, len(self.events)):
            event = self.events[index]
            self.digests.append(digest_of(event, keyed.copy()))
            drafted = (
                draft(event, event.raw, event.encoding, event.data_length)
                if event.problem is None
                else self.reader.unreadable(event.raw, event.problem, event.is_undated)
            )
            if not self.keeps_data:
                drafted.data = None
            self.drafts.append(drafted)
            yield index

    def _copy_identities(self, indexes: Iterable[int]) -> None:
        first, source_id, events, digests = self.first, self.source_id, self.events, self.digests
        rows.copy_in(
            self.connection,
            sql("copy_identity"),
            (rows.identity_row(events[i].id.encode(), source_id, first + i, digests[i]) for i in indexes),
        )

    def _compare(self, ids: list[str]) -> list[_Known]:
        """What each event is, when those in the log and those before it in the batch are looked at."""
        found = self.connection.execute(sql("identities"), (self.source_id, list(set(ids)))).fetchall()
        seen: dict[str, tuple[int, bytes]] = {id_: (position, digest) for id_, position, digest in found}
        known: list[_Known] = []
        digests = self.digests
        for index, id_ in enumerate(ids):
            earlier = seen.get(id_)
            if earlier is None:
                seen[id_] = (self.first + index, digests[index])
                known.append(_NEW)
            else:
                known.append(_Known(SIGHTING if earlier[1] == digests[index] else COLLISION, earlier[0]))
        return known

    def compare_elsewhere(self, known: list[_Known] | None) -> list[_Known] | None:
        """Another source's event under the same identifier with another payload is noted as the one seen first.

        Both stay events of their own source: which of them is true is not for us to say.
        """
        ids = [event.id for event in self.events]
        asked = {"source": self.source_id, "ids": Texts(ids)}
        found = self.connection.execute(sql("identities_elsewhere"), asked).fetchall()
        if not found:
            return known
        index_of = {id_: index for index, id_ in enumerate(ids)}
        seen = {one.position: one for one in logged_at(self.connection, self.model, [row[1] for row in found])}
        noted = known if known is not None else [_NEW] * len(ids)
        for id_, position in found:
            index, other = index_of[id_], seen[position]
            event = self.events[index]
            data = self.reader.data_in(event.stream, event.type, self.drafts[index].body)
            is_same = (other.type, other.data) == (event.type, data)
            if noted[index].kind == EVENT and not (is_same and other.data is not None):
                noted[index] = _Known(EVENT, position)
        return noted

    def write_log(self, known: list[_Known] | None) -> None:
        drafts = self.drafts
        data_keys = self._data_keys(drafts)
        for draft in drafts:
            if draft.blinds and draft.owner is not None and data_keys[draft.owner].cipher is None:
                draft.blinds, draft.blind_pieces = (), ()
        blinds = {
            (digest, self.first + n): piece
            for n, draft in enumerate(drafts)
            for (_, digest), piece in zip(draft.blinds, draft.blind_pieces, strict=True)
        }
        if blinds:
            found = [rows.blind_row(*one, piece) for one, piece in sorted(blinds.items())]
            rows.copy_in(self.connection, sql("copy_blind"), found)
        payloads = PayloadRows(data_keys)
        kinds = known or [_NEW] * len(self.events)
        log = self._log_rows(self.reader.source, drafts, kinds, payloads, self._stream_ids(), self._type_ids())
        rows.copy_in(self.connection, sql("copy_log"), log)
        rows.copy_in(self.connection, sql("copy_payload"), payloads.rows)
        if payloads.segments:
            rows.copy_in(self.connection, sql("copy_segment"), payloads.segments)

    def note_wholes(self, known: list[_Known] | None) -> None:
        read = zip(self.events, self.drafts, known or [_NEW] * len(self.events), strict=True)
        kept = ((n, event, draft) for n, (event, draft, one) in enumerate(read) if one.kind == EVENT)
        is_read = ((self.first + n, event, draft.status not in NOT_READ) for n, event, draft in kept)
        note_wholes(self.connection, self.source_id, is_read)

    def _stream_ids(self) -> dict[str, int]:
        return self.memory.names.stream_ids(self.connection, self.source_id, {event.stream for event in self.events})

    def _type_ids(self) -> dict[str, int]:
        return self.memory.names.type_ids(self.connection, {event.type for event in self.events})

    def _log_rows(
        self,
        source: str,
        drafts: list[Draft],
        known: Sequence[_Known],
        payloads: PayloadRows,
        streams: dict[str, int],
        types: dict[str, int],
    ) -> Iterator[bytes]:
        """Runs while the rows are being sent: it may not ask the connection for anything."""
        ingested_at = text_of_time(self.now)
        source_id, now = self.source_id, self.now
        position = self.first
        for event, draft, (kind, first) in zip(self.events, drafts, known, strict=True):
            commitment = payloads.add(position, kind, event, draft)
            recorded_at = text_of_time(event.recorded)
            occurred_at = recorded_at if event.occurred == event.recorded else text_of_time(event.occurred)
            entry = Entry(
                event.causation,
                commitment.hex(),
                event.correlation,
                event.id,
                None if first is None else str(first),
                str(position),
                ingested_at,
                KINDS[kind],
                occurred_at,
                str(event.position),
                recorded_at,
                source,
                event.step,
                event.stream,
                event.type,
                FORMAT,
                None if event.version is None else str(event.version),
            )
            stream_id = streams[event.stream]
            yield rows.log_row(
                position,
                kind,
                source_id,
                event.position,
                stream_id,
                event.version,
                types[event.type],
                event.id.encode(),
                event.occurred,
                event.recorded,
                now,
                event.correlation,
                event.causation,
                event.step,
                first,
                commitment,
                leaf_of(line_of(entry)),
            )
            if draft.status in NOT_READ and kind != SIGHTING:
                self.quarantined += 1
            self.logged.append(logged_of(event, draft, position, kind, first, source_id, stream_id))
            position += 1

    def finish(self, released: Sequence[int]) -> list[Logged]:
        """Those written now that are final, in the order of release; the others go to pending."""
        if len(released) == len(self.logged) and all(
            position == one.source_position for position, one in zip(released, self.logged, strict=True)
        ):
            return self.logged
        waiting: dict[int, list[Logged]] = {}
        for one in self.logged:
            waiting.setdefault(one.source_position, []).append(one)
        final = [one for position in released for one in waiting.pop(position, ())]
        earlier = set(released).difference(one.source_position for one in final)
        if waiting:
            rows.copy_in(
                self.connection,
                sql("copy_pending"),
                (rows.pending_row(self.source_id, at, one.position) for at, left in waiting.items() for one in left),
            )
        release(self.connection, self.source_id, sorted(earlier))
        return final

    def _reader(self) -> Reader:
        source = self.memory.sources.get(self.source_id)
        if source is None:
            row = self.connection.execute("select name from trace.source where id = %s", (self.source_id,)).fetchone()
            assert row is not None, f"there is no source {self.source_id}"
            source = self.memory.sources[self.source_id] = row[0]
        return self.memory.readers.setdefault((self.model.hash, source), Reader(self.model, source))

    def _data_keys(self, drafts: list[Draft]) -> dict[Owner, DataKey]:
        owners = {draft.owner for draft in drafts if draft.owner is not None}
        return keys.get_or_create(self.connection, owners)
