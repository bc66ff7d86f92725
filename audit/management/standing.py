"""How much has been read so far, over all sources; the difference of two is what a run added."""

from __future__ import annotations

from dataclasses import dataclass

from audit.database import connect


@dataclass(frozen=True, slots=True)
class Standing:
    events: int
    duplicates: int
    quarantined: int

    def __sub__(self, before: Standing) -> Standing:
        return Standing(
            self.events - before.events, self.duplicates - before.duplicates, self.quarantined - before.quarantined
        )


def standing() -> Standing:
    """The counters of all sources but the console's own."""
    with connect("follower") as connection:
        row = connection.execute(
            "select coalesce(sum(events), 0)::int8, coalesce(sum(duplicates), 0)::int8, "
            "coalesce(sum(quarantined), 0)::int8 from trace.source where kind <> 'console'"
        ).fetchone()
    assert row is not None
    return Standing(*row)
