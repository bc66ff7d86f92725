"""A PostgreSQL event store as a source: session, wake-ups, checkpoint. How it is tailed stands in tail.py."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg

from audit.errors import SourceUnavailable
from audit.sources.contract import RawEvent, Read
from audit.sources.mapping import Mapping
from audit.sources.rowevents import RowReader
from audit.sources.session import Connection, Table, connect, said_plainly, sequence_of, shape_of
from audit.sources.tail import Tail
from audit.sources.tailstate import Attached, Known, Pace

WARM_SECONDS = 60
COLD_SECONDS = 24 * 60 * 60
CHECK_SECONDS = 300
ROWS_AGAIN = 5_000


class PostgresSource:
    """One table of events. Nothing is ever written to it."""

    kind = "postgres"

    def __init__(
        self,
        name: str,
        mapping: Mapping,
        url: str | Callable[[], str],
        *,
        channel: str | None = None,
        skew_micros: int = 0,
        complete_until: int | None = None,
        key: bytes = b"",
        warm_seconds: float = WARM_SECONDS,
        cold_seconds: float = COLD_SECONDS,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        """`channel` is what the bank notifies on; `skew_micros` how late an old recorded time may be committed. Once
        all is read and final, the store is known to be complete up to `complete_until` (microseconds).

        Numbers proved empty are looked at again after `warm_seconds`, a day later only after `cold_seconds`; whether
        the store can still be sealed the same way, after `check_seconds`. `key` makes stored digests unguessable.
        """
        self.name = name
        self._mapping = mapping
        self._url = url
        self._channel = channel
        warm, cold, check = (int(seconds * 1_000_000) for seconds in (warm_seconds, cold_seconds, check_seconds))
        self._pace = Pace(skew_micros, warm, cold, check, complete_until)
        self._key = key
        self._attached: Attached | None = None
        self._known = Known.of(None)
        self._saved: bytes | None = None  # what `_known` was saved as
        self._listening: Connection | None = None
        self._closed = threading.Event()

    def read(self, state: bytes | None, limit: int) -> Read:
        """One poll: what is new, what became final, and who holds back what did not."""
        known = self._known if state == self._saved and state is not None else Known.of(state)
        self._saved = None
        try:
            with said_plainly(self.name):
                read = Tail(self.name, self._attach(), known, self._pace, self._key).poll(limit)
        except BaseException:
            self._detach()
            raise
        self._known, self._saved = known, read.state
        return read

    def again(self, ranges: list[tuple[int, int]]) -> tuple[list[RawEvent], int, int | None]:
        """What stands at these positions now, the server's clock, and the last position that is visible."""
        with said_plainly(self.name):
            connection = self._attach().connection
            shape = shape_of(connection, self.name, self._mapping)
            table, reader, events = Table(connection, shape), RowReader(shape), list[RawEvent]()
            with connection.transaction():
                connection.execute("set transaction isolation level repeatable read, read only")
                row = connection.execute("select (extract(epoch from clock_timestamp()) * 1000000)::int8").fetchone()
                top = table.top()
                for low, high in ranges:
                    is_cut = True
                    while is_cut:
                        rows, is_cut = table.within([(low, high)], ROWS_AGAIN)
                        events += map(reader.event, rows)
                        low = rows[-1][0] + 1 if rows else high
            assert row is not None
            return events, row[0], top

    def wait(self, seconds: float) -> None:
        """Until the bank notifies, where it does, or for `seconds`."""
        if self._channel is None:
            self._closed.wait(seconds)
            return
        try:
            if self._listening is None:
                self._listening = connect(self._address())
                self._listening.execute(psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(self._channel)))
            for _ in self._listening.notifies(timeout=seconds, stop_after=1):
                pass
        except (psycopg.Error, SourceUnavailable):  # a standby cannot listen, a server may be down: it is polled then
            self._stop_listening()
            self._closed.wait(seconds)

    def close(self) -> None:
        self._closed.set()
        self._detach()
        self._stop_listening()

    def _attach(self) -> Attached:
        if self._attached is None:
            connection = connect(self._address())
            try:
                self._attached = self._learned(connection)
            except BaseException:
                connection.close()
                raise
        return self._attached

    def _learned(self, connection: Connection) -> Attached:
        mapping = self._mapping
        shape = shape_of(connection, self.name, mapping)
        sequence = sequence_of(connection, mapping)
        has_fence = sequence is not None and sequence.is_fence and mapping.seal == "fence"
        if mapping.transaction is None and "xmin" not in shape.types and not has_fence:
            raise SourceUnavailable(
                f"source {self.name}: {mapping.table} is a view, and nothing shows which of its rows are final: "
                "name its `sequence`, or a `transaction` column of type xid8"
            )
        return Attached(connection, mapping, Table(connection, shape), RowReader(shape), sequence)

    def _address(self) -> str:
        return self._url if isinstance(self._url, str) else self._url()

    def _detach(self) -> None:
        if self._attached is not None:
            self._attached.connection.close()
            self._attached = None

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
