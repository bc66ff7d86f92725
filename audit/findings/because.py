"""Points from what is stuck or left behind to the reaction that never came: one fault, one cause.

Both sides are recorded at different times, whichever source is ahead; whoever is recorded last makes the link.
"""

from __future__ import annotations

from collections.abc import Iterable

from audit.arrays import Integers
from audit.database import Connection, sql

CONSEQUENCES = ["stuck", "residue_at_end"]


def link_flows(connection: Connection, flows: Iterable[int]) -> None:
    """The consequences of what flows miss. `flows`: those with a missing reaction."""
    ids = Integers(sorted(set(flows)))
    if ids:
        connection.execute(sql("because_of"), [CONSEQUENCES, ids])


def link_subjects(connection: Connection, subjects: Iterable[int]) -> None:
    """The same for the flows that these subjects take part in."""
    ids = Integers(sorted(set(subjects)))
    if ids:
        link_flows(connection, [row[0] for row in connection.execute(sql("flows_missing"), [ids, ids])])
