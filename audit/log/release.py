"""Events that were seen before they were final: from pending to released, by the log's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from audit.database import Connection, sql


def release(connection: Connection, source_id: int, source_positions: Sequence[int]) -> int:
    """Mark what the source gave at these positions as final; how many of them were waiting."""
    if not source_positions:
        return 0
    return connection.execute(sql("release"), (source_id, list(source_positions))).rowcount
