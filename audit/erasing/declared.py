"""What a later model declares personal is sealed in what was read before it came into force, too: cut out of the plain
payloads, encrypted under whose it is, committed to anew by a record of our own that names each entry's leaf. Leaf and
proofs stay as they were; the salt of the first commitment is gone, so that nothing can be guessed from it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import psycopg

from audit.access import keys
from audit.access.keys import NONCE_BYTES, DataKey, Owner
from audit.database import Connection, connect, drop_generation, sql
from audit.errors import ModelError, WhereaboutsError
from audit.instance import compiled, current
from audit.log.cut import Path, Range, ranges_of
from audit.log.decode import length_of_data
from audit.log.drafts import WHOLE, Reader, pieces_of_blinds
from audit.log.logged import Logged
from audit.log.opened import open_payloads, pieces_of
from audit.log.pieces import Sealed
from audit.log.replay import logged_at
from audit.log.seals import SALT_BYTES, commitment_of_value, seal
from audit.model.meaning import EventMeaning, Model
from audit.model.personal import newly_personal
from audit.trails.expiry import withdraw_outdated

LOCK_SECONDS_MAX = 5
BATCH = 500  # entries that one record names

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Entry:
    """One that holds in the clear what is personal now. `kept` are the pieces that it has already."""

    logged: Logged
    reader: Reader
    meaning: EventMeaning
    skeleton: bytes
    ranges: Sequence[Range]
    kept: Sequence[Sealed]
    encoding: str
    owner: Owner = ("", "")
    blinds: Sequence[tuple[str, bytes]] = ()
    data: dict[str, Any] = field(default_factory=dict)


def seal_declared(progress: Progress = lambda done, total: None, *, is_again: bool = True) -> int:
    """Seal what the model in force calls personal and an earlier one did not; how many entries. Nothing where that is
    done. Each batch is whole or not there at all: killed anywhere, it goes on when it is run again. `is_again`: what
    could not be sealed is tried once more, for the reason may have passed."""
    with connect("erasure") as connection:
        found = current(connection)
        connection.commit()
        if found is None:
            return 0
        count = _sealed_again(connection, found.model) if is_again else 0
        count += _sealed_all(connection, found.model, progress)
    withdraw_outdated()
    _drop_tables_of_others(found.model)
    return count


def count_unsealed(connection: Connection, model: Model) -> int:
    """How many entries hold in the clear what this model, not in force yet, calls personal."""
    others = [text for (text,) in connection.execute("select source from trace.model where hash <> %s", [model.hash])]
    ((upto,),) = connection.execute("select position from trace.head").fetchall()
    types, count, done = _types(model, others), 0, -1
    while types and done < upto:
        rows = connection.execute(sql("declared_readable"), [types, done, upto, BATCH]).fetchall()
        count += sum(1 for _ in _in_clear(connection, model, rows))
        done = rows[-1][0] if len(rows) == BATCH else upto
    return count


def _sealed_all(connection: Connection, model: Model, progress: Progress) -> int:
    due, count = connection.execute(sql("declared_due")).fetchone(), 0
    if due is None:
        return 0
    _, done, upto, others = due
    types = _types(model, others)
    while done < upto:
        reached, sealed, unsealed = _batch(connection, model, types, done, upto)
        connection.commit()
        if reached >= upto and types:  # before it counts as done: killed between the two, it is run again
            _forget_old_rows()
        with connect("owner") as owner:
            owner.execute(sql("declared_done"), [reached, unsealed, model.hash])
        count, done = count + sealed, reached
        progress(done, upto)
    return count


def _sealed_again(connection: Connection, model: Model) -> int:
    left = [position for (position,) in connection.execute(sql("declared_unsealed")).fetchall()]
    types = sorted({type_ for lane in model.lanes.values() for type_, one in lane.events.items() if one.personal})
    sealed = []
    for position in left:
        rows = connection.execute(sql("declared_readable"), [types, position - 1, position, 1]).fetchall()
        if not _unsealed(connection, model, list(_in_clear(connection, model, rows))):
            sealed.append(position)
        connection.commit()
    if sealed:
        _forget_old_rows()
        with connect("owner") as owner:
            owner.execute(sql("declared_again"), [sealed, model.hash])
    return len(sealed)


def _types(model: Model, others: Sequence[str]) -> list[str]:
    """Types of events of which another model, by its text, may have left in the clear what this one calls personal."""
    return sorted(set().union(*(newly_personal(model, _other(text)) for text in others)))


def _other(text: str) -> Model | None:
    try:
        return compiled(text)
    except ModelError:  # it was in force when less was refused
        return None


def _batch(
    connection: Connection, model: Model, types: Sequence[str], done: int, upto: int
) -> tuple[int, int, list[int]]:
    """Up to which entry all is sealed then, how many were, and which could not be."""
    if not types:
        return upto, 0, []
    rows = connection.execute(sql("declared_readable"), [types, done, upto, BATCH]).fetchall()
    entries = list(_in_clear(connection, model, rows))
    unsealed = _unsealed(connection, model, entries)
    return (rows[-1][0] if len(rows) == BATCH else upto), len(entries) - len(unsealed), unsealed


def _unsealed(connection: Connection, model: Model, entries: Sequence[_Entry]) -> list[int]:
    """Seal them; which were not. One that cannot be (its payload would not be the same again) holds up no other: it
    is left as it is, and counted. Where none can be, no single entry is to blame: that is raised."""
    refused = _refused(connection, model, entries) if entries else []
    if not refused or len(entries) == 1:
        return _told(entries, refused)
    each = [(one, refusal) for one in entries for refusal in _refused(connection, model, [one])]
    if len(each) == len(entries):
        raise each[0][1]
    return _told([one for one, _ in each], [refusal for _, refusal in each])


def _told(entries: Sequence[_Entry], refusals: Sequence[Exception]) -> list[int]:
    for refusal in refusals:
        why = str(refusal).splitlines()[0]
        _log.error("what cannot be sealed anew stays in the clear (%s): %s", refusal.__notes__[-1], why)
    return [one.logged.position for one in entries] if refusals else []


def _refused(connection: Connection, model: Model, entries: Sequence[_Entry]) -> list[Exception]:
    try:
        with connection.transaction():
            _seal(connection, model, entries)
    except psycopg.OperationalError:
        raise
    except (psycopg.DatabaseError, WhereaboutsError) as error:
        error.add_note(f"entries {entries[0].logged.position} to {entries[-1].logged.position}")
        return [error]
    return []


def _in_clear(connection: Connection, model: Model, rows: Sequence[tuple[Any, ...]]) -> Iterator[_Entry]:
    if not rows:
        return
    positions = [row[0] for row in rows]
    kept = pieces_of(connection, positions)
    logged = {one.position: one for one in logged_at(connection, model, positions)}
    readers = {source: Reader(model, source) for _, source, _, _ in rows}
    for position, source, encoding, skeleton in rows:
        event = logged[position]
        meaning = readers[source].meaning(event.stream, event.type)
        if meaning is None or not meaning.personal:
            continue
        ranges = _ranges(bytes(skeleton), encoding, meaning.personal)
        if ranges or ranges is None:
            kept_of = kept.get(position, [])
            yield _Entry(event, readers[source], meaning, bytes(skeleton), ranges or (), kept_of, encoding)


def _ranges(skeleton: bytes, encoding: str, paths: Sequence[Path]) -> Sequence[Range] | None:
    """What is to be cut out, whole, also where parts were cut out before; None: nobody can tell where it stands."""
    try:
        length = length_of_data(skeleton) if encoding == "row" else 0
        return list(ranges_of(skeleton, encoding, length, paths))
    except (ValueError, RecursionError, AssertionError):
        return None


def _seal(connection: Connection, model: Model, entries: Sequence[_Entry]) -> None:
    positions = [one.logged.position for one in entries]
    before = open_payloads(connection, positions)
    for one in entries:
        one.data = before[one.logged.position].data or {}
        one.owner, one.blinds = one.reader.sealing(one.logged, one.data, one.meaning)
    data_keys = _keys(connection, entries)
    alive = [one for one in entries if data_keys[one.owner].cipher is not None]
    given = [
        [_entry(one) for one in entries],
        [piece for one in entries for piece in _sealed(one, data_keys[one.owner])],
        [blind for one in alive for blind in _blinds(one)],
    ]
    connection.execute("select trace.seal_anew(%s, %s, %s, %s)", [model.hash, *map(json.dumps, given)])
    after = open_payloads(connection, positions)
    for position in positions:
        if after[position].raw is not None and after[position].raw != before[position].raw:
            raise WhereaboutsError(f"entry {position} would not give its bytes again: nothing of it was changed")


def _keys(connection: Connection, entries: Sequence[_Entry]) -> dict[Owner, DataKey]:
    """The key of each owner. A destroyed one takes only what the erased took part in; else it is the stream's."""
    with connect("follower") as follower:
        found = keys.get_or_create(follower, {one.owner for one in entries})
        destroyed = [one for one in entries if found[one.owner].cipher is None]
        for one in destroyed:
            asked = [found[one.owner].id, one.logged.position]
            if connection.execute("select trace.takes_part(%s, %s)", asked).fetchone() != (True,):
                one.owner = "stream", f"{one.reader.source}/{one.logged.stream}"
        return found | keys.get_or_create(follower, {one.owner for one in destroyed})


def _entry(one: _Entry) -> dict[str, object]:
    salt = os.urandom(SALT_BYTES).hex()
    digest = sha256(one.skeleton).hexdigest()
    length = length_of_data(one.skeleton) if one.encoding == "row" else len(one.skeleton)
    return {"i": one.logged.position, "sha256": digest, "json": length, "salt": salt}


def _sealed(one: _Entry, key: DataKey) -> Iterator[dict[str, object]]:
    position, ordinal = one.logged.position, max((piece.ordinal for piece in one.kept), default=-1)
    for at, end, is_whole, path in one.ranges:
        ordinal, value, name = ordinal + 1, one.skeleton[at:end], ".".join(path)
        salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
        sealed = seal(key.cipher, nonce, position, ordinal, name, value) if key.cipher is not None else b""
        yield {
            "i": position, "ordinal": ordinal, "at": at, "length": end - at, "is_whole": is_whole,
            "path": path, "key": key.id, "salt": salt.hex(), "nonce": nonce.hex(),
            "ciphertext": sealed.hex(), "commitment": commitment_of_value(salt, value).hex(),
        }  # fmt: skip


def _blinds(one: _Entry) -> Iterator[dict[str, object]]:
    """A path that lies deeper than what encloses it was cut out in parts."""
    paths = {piece.ordinal: piece.path for piece in one.kept}
    last = max(paths, default=-1)
    paths |= {last + n: ".".join(path) for n, (_, _, _, path) in enumerate(one.ranges, 1)}
    found = pieces_of_blinds(one.meaning, one.blinds, [*paths.values()], one.encoding)
    ordinals = [*paths, WHOLE]
    for (_, digest), at in zip(one.blinds, found, strict=True):
        yield {"i": one.logged.position, "digest": digest.hex(), "piece": ordinals[at]}


def _drop_tables_of_others(model: Model) -> None:
    """What another model made of the events may hold in the clear what is personal now. While somebody still reads
    there, it is left for the next time."""
    with connect("follower") as connection:
        for (number,) in connection.execute(sql("generations_of_others"), [model.hash]).fetchall():
            connection.execute(f"set local lock_timeout = '{LOCK_SECONDS_MAX:d}s'".encode())
            try:
                drop_generation(connection, number)
                connection.commit()
            except psycopg.errors.LockNotAvailable:
                connection.rollback()
                _log.warning("the tables of generation %s are still read: they are removed later", number)


def _forget_old_rows() -> None:
    """They hold in the clear what is sealed now."""
    with connect("owner", autocommit=True) as connection:
        connection.execute("vacuum trace.payload")
