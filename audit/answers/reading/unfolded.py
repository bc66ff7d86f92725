"""Events that are seen and not yet folded: few, read through the model in memory and laid on top of every answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from audit.answers.inquiry import UNFOLDED_MAX, Inquiry
from audit.answers.reading.events import EventRow, Told, events_at, read_events
from audit.values import Subject


@dataclass(frozen=True, slots=True)
class Unfolded:
    """What waits, read through the model. `is_whole` False: more waits than an answer takes in."""

    told: tuple[Told, ...] = ()
    is_whole: bool = True

    def rows_of(
        self, subject: Subject, known: Iterable[int] = (), correlations: Collection[str] = ()
    ) -> list[EventRow]:
        """The waiting events of a subject, but for those that have just been folded."""
        seen = set(known)
        return [one.row for one in self.told_of(subject, correlations) if one.row.position not in seen]

    def told_of(self, subject: Subject, correlations: Collection[str] = ()) -> list[Told]:
        """Also what is not understood and bears one of `correlations`."""
        if not self.told:
            return []
        return [
            one
            for one in self.told
            if subject in one.ties or (correlations and one.row.correlation in correlations and one.problem is not None)
        ]

    @property
    def finality(self) -> dict[int, bool]:
        return {one.row.position: one.is_final for one in self.told}


NOTHING = Unfolded()


def unfolded(inquiry: Inquiry) -> Unfolded:
    """No statement at all where nothing waits, which is nearly always so."""
    is_final = {position: False for source in inquiry.sources for position in source.pending}
    is_final |= {position: True for source in inquiry.sources for position in source.released}
    if not is_final:
        return NOTHING
    waiting = dict(list(is_final.items())[:UNFOLDED_MAX])
    rows = sorted(events_at(inquiry, waiting).values(), key=lambda row: (row.source_id, row.source_position))
    told = tuple(one for one in read_events(inquiry, [row for row in rows if row.kind != 1], waiting))
    return Unfolded(told, len(is_final) <= UNFOLDED_MAX)
