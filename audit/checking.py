"""Checks that the log is what was signed and published, whole, and numbered without a gap; what is wrong becomes an
alarm (and by it a finding), what is not any more is healed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from psycopg import IsolationLevel

from audit.access.keys import require_master_key
from audit.database import Connection, connect, sql
from audit.log.links import beginning, link_of
from audit.log.own_alarms import INCOMPLETE, INTEGRITY, Rule, Trouble, heal, sound
from audit.log.publishing import Place, Unpublished
from audit.log.rehash import Bad, Kept, Rehash, checked_rows, kept_here
from audit.log.signed_notes import BadNote, opened
from audit.log.tree import size_of
from audit.projections.sequences import unnumbered

SUBJECTS_AT_ONCE = 1_000
BAD_MAX = 1_000  # that are told of; the rest follows from the first
PART = 5_000
PART_SECONDS = 60.0
RULES: dict[str, Rule] = {
    "CONTENT": INTEGRITY, "DISCLOSURE": INTEGRITY, "PROOF": INTEGRITY, "SIGNATURE": INTEGRITY, "PUBLISHED": INTEGRITY,
    "ORDER": INCOMPLETE, "SUBJECT_GAP": INCOMPLETE, "LINK": INCOMPLETE,
    "OWN_RECORD": INCOMPLETE, "COUNT": INCOMPLETE,
}  # fmt: skip
MEND = "Compare the database with a backup from before; who could write to it, and when, is in the server's own logs."


@dataclass(frozen=True, slots=True)
class Checked:
    """What one pass found: `bad` in the order of the checks, `cut` when there was more than is told."""

    entries: int
    checkpoints: int
    root: str
    bad: Sequence[Bad]
    cut: bool
    unread: Sequence[str]  # places that could not be asked
    in_clear: Sequence[int] = ()  # entries that hold something personal, and cannot be sealed anew
    unlogged: int = 0  # records of the console's own that wait to be read into the log


def check_log(places: Sequence[Place], progress: Callable[[int, int], None], *, opens: bool = True) -> Checked:
    """Everything, as of one moment. `progress` is told how many entries of how many are done; `opens` says that what is
    sealed is opened, for which the master key is needed."""
    published, unread, bad = _published(places)  # first: what is published meanwhile is beyond our moment
    with connect("follower") as reading:
        reading.isolation_level, reading.read_only = IsolationLevel.REPEATABLE_READ, True
        if opens:
            require_master_key(reading)
        size = size_of(reading)
        kept = [*kept_here(reading), *published]
        rehash = Rehash(reading, kept, opens)
        for one in _all(reading, rehash, size, progress):
            bad.append(one)
            if len(bad) > BAD_MAX:
                break
        in_clear = [row[0] for row in reading.execute(sql("declared_unsealed")).fetchall()]
        unlogged = reading.execute(sql("own_records_unlogged")).fetchone()
    cut = len(bad) > BAD_MAX
    _tell(bad, size, is_whole=not cut and not unread)
    return Checked(
        size, len(kept), rehash.root().hex(), bad[:BAD_MAX], cut, unread, in_clear, unlogged[0] if unlogged else 0
    )


def _all(connection: Connection, rehash: Rehash, size: int, progress: Callable[[int, int], None]) -> Iterator[Bad]:
    yield from rehash.run(size, lambda done: progress(done, size))
    yield from _own_records(connection)
    yield from _counts(connection, rehash.counted)
    yield from _sequences(connection)
    for subject_id, position in unnumbered(connection):
        yield Bad("SUBJECT_GAP", position, f"entry {position:,} is of subject {subject_id}, and has no number")


def _published(places: Sequence[Place]) -> tuple[list[Kept], list[str], list[Bad]]:
    """The newest checkpoint of every place that can be asked, which places could not, and what is no checkpoint."""
    kept: list[Kept] = []
    unread: list[str] = []
    bad: list[Bad] = []
    for place in places:
        try:
            note = place.newest()
            if note is not None:
                kept.append(Kept(opened(note, None).size, note, place.name))
        except (OSError, UnicodeDecodeError, Unpublished) as error:
            unread.append(f"{place.name} cannot be asked: {error}")
        except BadNote as error:
            bad.append(Bad("PUBLISHED", 1, f"{place.name} holds no checkpoint: {error}"))
    return kept, unread, bad


def _own_records(connection: Connection) -> Iterator[Bad]:
    for missing, gone in connection.execute(sql("own_records_missing")).fetchall():
        if missing is not None:
            yield Bad("OWN_RECORD", 1, f"record {missing:,} of the console's own is not in the log")
        if gone is not None:
            yield Bad("OWN_RECORD", gone, f"the record of the console's own that entry {gone:,} is of is gone")


def _counts(connection: Connection, counted: Counter[str]) -> Iterator[Bad]:
    for name, events in connection.execute("select name, events from trace.source order by name").fetchall():
        if counted[name] != events:
            says = f"source {name} is known to have given {events:,} events, and the log holds {counted[name]:,} of it"
            yield Bad("COUNT", 1, says)


def _sequences(connection: Connection) -> Iterator[Bad]:
    """Numbers without a gap, links that hold."""
    after = 0
    while True:
        rows = connection.execute(sql("sequences_all"), [after, SUBJECTS_AT_ONCE]).fetchall()
        if not rows:
            return
        number, link, last = 0, b"", None
        for subject_id, subject, first, positions, stored in rows:
            if subject_id != last:
                number, link, last = 0, beginning(subject), subject_id
            if first != number + 1:
                yield Bad("SUBJECT_GAP", positions[0], f"the numbers of subject {subject_id} skip {number + 1:,}")
            for number, position in enumerate(positions, first):  # noqa: B020
                link = link_of(link, number, position)
            if link != bytes(stored):
                yield Bad("LINK", positions[0], f"the links of the entries of subject {subject_id} do not hold")
                link = bytes(stored)
            after = subject_id


def _tell(bad: Sequence[Bad], size: int, *, is_whole: bool) -> None:
    """The first of each class is an alarm; a class of which nothing is left in a whole pass is healed."""
    first: dict[str, Bad] = {}
    for one in bad:
        first.setdefault(one.kind, one)
    with connect("follower") as connection, connection.transaction():
        for kind, rule in RULES.items():
            if kind in first:
                _sound(connection, first[kind], size)
            elif is_whole:
                heal(connection, rule, kind)


def _sound(connection: Connection, bad: Bad, size: int) -> None:
    row = connection.execute(
        "select position from trace.log where position >= %s order by position limit 1", [min(bad.position, size)]
    ).fetchone()
    if row is not None:
        what = bad.says[0].upper() + bad.says[1:]
        sound(connection, Trouble(RULES[bad.kind], bad.kind, row[0], what, MEND))


@dataclass(slots=True)
class Rechecking:
    """One reading process's: hashes the log again a part at a time, when there is nothing else to do, round after
    round. Times are its monotonic clock's."""

    connection: Connection
    _next_at: float = 0.0

    def go_on(self, now: float) -> None:
        if now < self._next_at:
            return
        self._next_at = now + PART_SECONDS
        with self.connection.transaction():
            size = size_of(self.connection)
            row = self.connection.execute("select checked from trace.sealing").fetchone()
            after = row[0] if row is not None and row[0] < size else 0
            upto = min(size, after + PART)
            bad = [one for _, _, found in checked_rows(self.connection, after, upto) for one in found]
            for one in bad[:1]:
                _sound(self.connection, one, size)
            self.connection.execute("update trace.sealing set checked = %s", [upto])
