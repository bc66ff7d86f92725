"""Seals the log now and then, off the hot path, and publishes what was signed. Trouble with it never stops reading: it
is written down for people, and tried again; what stays wrong becomes a finding."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.database import Connection, sql
from audit.errors import WhereaboutsError
from audit.log.checkpoints import LogChanged, Signed, seal
from audit.log.own_alarms import INTEGRITY, Trouble, heal, sound
from audit.log.own_records import tell
from audit.log.publishing import LATE_SECONDS, PUBLISH_SECONDS, Place, publish_due
from audit.log.time_stamps import Authority, stamp_due
from audit.log.tree import advance, size_of

SEAL_SECONDS = 30.0
LEAVES_MAX = 10_000  # entries that wait for the tree at most, while there is more to read
TELL_SECONDS = 900  # between watermarks that are written into the log

LATE, CHANGED, KEY = "signing is late", "the log was changed", "the key cannot be used"
_MENDS = {
    LATE: "The follower runs, and the log key is there: what waits is signed within a minute.",
    CHANGED: "`python manage.py check_log` says what was changed: compare it with a backup. Nothing is signed.",
    KEY: "The key that signed so far is given back, or changed on purpose: `python manage.py checkpoint --new-key`.",
}


@dataclass(slots=True)
class Sealing:
    """One reading process's; times are its monotonic clock's."""

    connection: Connection
    places: Sequence[Place] = ()
    authority: Authority | None = None
    _sealed_at: float = float("-inf")
    _leaves: int = 0
    _failed_at: dict[str, float] = field(default_factory=dict)  # by place: it is not asked again at once

    def go_on(self, now: float, logged: int = 0) -> None:
        """`logged` entries were added since the last call."""
        self._leaves += logged
        if now - self._sealed_at >= SEAL_SECONDS:
            self._sealed_at, self._leaves = now, 0
            self.tell_watermarks()
            self.seal(to_the_end=False)
        elif self._leaves >= LEAVES_MAX:
            self._leaves = 0
            advance(self.connection)

    def tell_watermarks(self) -> None:
        """Write how far the sources are known into the log, now and then."""
        with self.connection.transaction():
            row = self.connection.execute(sql("sealing_tell"), [TELL_SECONDS]).fetchone()
            if row is not None:
                tell(self.connection, "watermark", {"watermarks": row[0]})

    def seal(self, *, to_the_end: bool = True) -> None:
        """Sign all that is logged; publish it where it is time, or `to_the_end` at once."""
        is_empty = size_of(self.connection) == 0
        self.connection.commit()
        if is_empty:
            return
        self._sound_when_late()
        troubles = []
        try:
            signed = seal(self.connection)
            self._heal(LATE, CHANGED, KEY)
            troubles = self._outside(signed, to_the_end)
        except LogChanged as error:
            troubles.append(str(error))
            self._sound(CHANGED, str(error))
        except (WhereaboutsError, OSError) as error:
            troubles.append(str(error))
            self._sound(KEY, str(error))
        trouble = "; ".join(troubles) or None
        with self.connection.transaction():
            self.connection.execute(sql("sealing_said"), [trouble, trouble, trouble])

    def _outside(self, signed: Signed, at_once: bool) -> list[str]:
        """Publish and have stamped; who failed a moment ago is left alone for a while, for each waits for an answer."""
        now = time.monotonic()

        def is_asked(name: str) -> bool:
            return at_once or now - self._failed_at.get(name, float("-inf")) >= PUBLISH_SECONDS

        places = [place for place in self.places if is_asked(place.name)]
        troubles = publish_due(self.connection, places, signed, at_once=at_once)
        authority = self.authority if self.authority is not None and is_asked(self.authority.url) else None
        if authority is not None and (late := stamp_due(self.connection, authority, signed)):
            troubles[authority.url] = late
        self._failed_at |= dict.fromkeys(troubles, now)
        return [*troubles.values()]

    def _sound_when_late(self) -> None:
        """Whoever comes back after a pause says that there was one."""
        with self.connection.transaction():
            row = self.connection.execute(sql("sealing_stand"), [LATE_SECONDS]).fetchone()
            if row is not None and row[7] and row[3] is not None:
                what = f"{row[0] - row[2]:,} entries of the log have waited to be signed for too long"
                sound(self.connection, Trouble(INTEGRITY, LATE, row[2] + 1, what, _MENDS[LATE]))

    def _sound(self, kind: str, what: str) -> None:
        with self.connection.transaction():
            sound(self.connection, Trouble(INTEGRITY, kind, size_of(self.connection), what, _MENDS[kind]))

    def _heal(self, *kinds: str) -> None:
        with self.connection.transaction():
            for kind in kinds:
                heal(self.connection, INTEGRITY, kind)
