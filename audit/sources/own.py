"""The console's own records (looks, exports, approvals) as a source: read like any bank's table."""

from __future__ import annotations

from audit.database import conninfo
from audit.sources.mapping import Mapping
from audit.sources.postgres import PostgresSource

NAME = "console"

MAPPING = Mapping(
    table="public.audit_record",
    query=(
        "select r.id, 'staff-' || r.actor as stream, r.kind as type, to_json(r) as data, r.recorded_at, r.transaction,"
        " 'record-' || r.id as event_id from public.audit_record r"
    ),
    position="id",
    stream="stream",
    type="type",
    id="event_id",
    data="data",
    recorded="recorded_at",
    transaction="transaction",
)


class OwnRecords(PostgresSource):
    """The console's append-only table of what everyone did."""

    kind = "console"

    def __init__(self, url: str | None = None) -> None:
        super().__init__(NAME, MAPPING, lambda: conninfo("follower", url))
