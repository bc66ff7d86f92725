"""Numbers the entries of each customer, so that one that is left out of a trail is missed. Off the hot path: a batch
keeps its ties in one row, and they are numbered later, in the order in which they became known, by position within a
batch. A tie that is learnt late gets the next number; no number ever changes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from audit.arrays import Integers, Texts, packed
from audit.database import Connection, sql, use_generation
from audit.instance import model_of
from audit.log.links import beginning, link_of
from audit.model.meaning import Model
from audit.model.owners import CUSTOMER
from audit.projections.packing import PACKERS

NUMBERING = 7_306_061_305  # advisory lock of those who number
BATCHES_AT_ONCE = 16
SUBJECTS_AT_ONCE = 5_000
AGAIN_SECONDS = 5.0

@dataclass(frozen=True, slots=True)
class Numbered:
    """One subject's entries: `positions[n - 1]` is that of number n. Not `is_complete`: a rebuild has just switched,
    and not every tie of the new generation is numbered yet."""

    positions: Sequence[int]
    head: bytes
    is_complete: bool


def numbered_kinds(model: Model) -> frozenset[str]:
    """The kinds of subjects whose entries are numbered: customers, or where there are none all that are no flows."""
    if CUSTOMER in model.kinds:
        return frozenset({CUSTOMER})
    alone = frozenset(name for name, kind in model.kinds.items() if not kind.is_flow)
    return alone or frozenset(model.kinds)


def keep_ties(connection: Connection, ties: Sequence[tuple[int, int]]) -> None:
    """Keep which entries of a batch are tied to which subjects, in the transaction that writes its rows."""
    if ties:
        subjects, positions = zip(*ties, strict=True)
        connection.execute("insert into tied (subjects, positions) values (%s, %s)",
                           [Integers(subjects), Integers(positions)])  # fmt: skip


def of(connection: Connection, subject_id: int, subject: str) -> Numbered:
    """The sequence of `subject` (KIND:ID) as the connection sees it, with what waits to be numbered."""
    stand = connection.execute(sql("sequence_stand")).fetchone()
    positions, link = array("q"), beginning(subject)
    for stored, last in connection.execute(sql("sequence_of"), [subject_id]):
        positions.extend(stored)
        link = bytes(last)
    if stand is None or not _is_whole(stand):
        return Numbered(positions, link, False)
    waits = connection.execute(sql("sequence_waiting"), [Integers([subject_id])]).fetchall()
    known = set(positions) if waits else set()  # a long one costs more than all else of a trail
    for _, waiting in waits:
        for position in waiting:
            if position not in known:
                known.add(position)
                positions.append(position)
                link = link_of(link, len(positions), position)
    return Numbered(positions, link, True)


@dataclass(slots=True)
class Numbering:
    """One reading process's: numbers now and then what has become known. Times are its monotonic clock's."""

    connection: Connection
    _done_at: float = float("-inf")

    def go_on(self, now: float) -> None:
        if now - self._done_at < AGAIN_SECONDS:
            return
        self._done_at = now
        with suppress(psycopg.errors.UndefinedTable):  # a rebuild has switched and removed what was read: next time
            number_all(self.connection)


def number_all(connection: Connection) -> int:
    """Number all ties that are known, a transaction a part; how many entries that were. The connection is the
    follower's, in no transaction. Killed anywhere, and by several processes at once, it gives the same numbers."""
    total = 0
    while (added := _number_some(connection)) is not None:
        total += added
    return total


def _number_some(connection: Connection) -> int | None:
    """None: there was nothing left."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [NUMBERING])
        stand = connection.execute(sql("sequence_stand")).fetchone()
        if stand is None:
            return None
        generation, begun, compared, _, upto, _ = stand
        use_generation(connection, generation)
        if not _is_whole(stand):
            return _compare(connection, generation, compared if begun == generation else 0, upto)
        ties = connection.execute(sql("sequence_take_ties"), [BATCHES_AT_ONCE]).fetchall()
        if not ties:
            return None
        found, upto = _new_among(connection, ties, upto)
        _move(connection, generation, 0, upto, is_whole=True)
        return _add(connection, found)


def unnumbered(connection: Connection) -> Iterator[tuple[int, int]]:
    """Subject and position of entries that should have a number and have none; none while a rebuild is being compared.
    The connection is in a transaction."""
    stand = connection.execute(sql("sequence_stand")).fetchone()
    if stand is None or not _is_whole(stand):
        return
    use_generation(connection, stand[0])
    last, kinds = _subjects(connection, stand[0])
    for after in range(0, last, SUBJECTS_AT_ONCE):
        part = {"after": after, "upto": after + SUBJECTS_AT_ONCE, "kinds": kinds}
        missing = connection.execute(sql("sequence_missing"), part).fetchall()
        ids = Integers(subject_id for subject_id, _ in missing)
        rows = connection.execute(sql("sequence_waiting"), [ids]).fetchall() if missing else ()
        waiting = {(subject_id, position) for subject_id, some in rows for position in some}
        found = ((subject_id, position) for subject_id, positions in missing for position in positions)
        yield from (one for one in found if one not in waiting)


def _subjects(connection: Connection, generation: int) -> tuple[int, list[str]]:
    """The greatest identifier of a subject, and the kinds whose entries are numbered."""
    ((last, hash_),) = connection.execute(
        "select (select coalesce(max(id), 0) from trace.subject), model_hash from trace.generation where number = %s",
        [generation],
    ).fetchall()
    return last, sorted(numbered_kinds(model_of(connection, hash_)))


def _is_whole(stand: Sequence[object]) -> bool:
    """Whether all that is not numbered yet of the current generation waits in its `tied`."""
    generation, begun, _, is_whole, _, is_rebuilt = stand
    return bool(is_whole) if begun == generation else not is_rebuilt


def _compare(connection: Connection, generation: int, after: int, upto: int) -> int:
    """The next subjects of a generation that a rebuild made: what a new model ties to them is numbered."""
    last, kinds = _subjects(connection, generation)
    end = after + SUBJECTS_AT_ONCE
    missing = connection.execute(sql("sequence_missing"), {"after": after, "upto": end, "kinds": kinds}).fetchall()
    greatest = max((positions[-1] for _, positions in missing), default=0)
    _move(connection, generation, end, max(upto, greatest), is_whole=end >= last)
    return _add(connection, dict(missing))


def _new_among(
    connection: Connection, ties: Iterable[tuple[list[int], list[int]]], upto: int
) -> tuple[dict[int, list[int]], int]:
    """The entries of each subject that have no number yet, in the order in which they get theirs; and how far that is.
    What lies beyond `upto` has none; what lies before it is looked up."""
    found: dict[int, list[int]] = {}
    late: list[tuple[int, int]] = []
    for subjects, positions in ties:
        reached = upto
        for position, subject_id in sorted(zip(positions, subjects, strict=True)):
            found.setdefault(subject_id, []).append(position)
            if position <= upto:
                late.append((subject_id, position))
            reached = max(reached, position)
        upto = reached
    if late:
        columns = [Integers(column) for column in zip(*late, strict=True)]
        known = set(connection.execute(sql("sequence_known"), columns).fetchall())
        for subject_id in {subject_id for subject_id, _ in late}:
            once = dict.fromkeys(found[subject_id])
            found[subject_id] = [position for position in once if (subject_id, position) not in known]
    return {subject_id: positions for subject_id, positions in found.items() if positions}, upto


def _move(connection: Connection, generation: int, compared: int, upto: int, *, is_whole: bool) -> None:
    connection.execute(
        "update trace.sequencing set generation = %s, compared = %s, upto = %s, is_whole = %s",
        [generation, compared, upto, is_whole],
    )


def _add(connection: Connection, found: dict[int, list[int]]) -> int:
    """Give these entries the next numbers of their subjects."""
    if not found:
        return 0
    rows = []
    heads = connection.execute(sql("sequence_heads"), [Integers(sorted(found))])
    for subject_id, name, last, link in heads.fetchall():
        positions, number = found[subject_id], last or 0
        link = link or beginning(name)
        for position in positions:
            number += 1
            link = link_of(link, number, position)
        rows.append((subject_id, (last or 0) + 1, "{" + ",".join(map(str, positions)) + "}", link))
    ids, firsts, texts, links = zip(*rows, strict=True)
    links_packed = packed("bytea", map(PACKERS["bytea"], links))
    connection.execute(sql("sequence_add"), [Integers(ids), Integers(firsts), Texts(texts), links_packed])
    return sum(map(len, found.values()))
