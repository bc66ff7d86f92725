"""Statements that are prepared once a connection and then run without a cursor: a page asks some thirty small ones, and
what psycopg does around each of them costs as much as PostgreSQL's answer. Those that will be asked for anyway are sent
ahead, several at once, and answered while Python works."""

from __future__ import annotations

import re
import select
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, LiteralString, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
Parameters = Mapping[str, Any] | Sequence[Any] | None
Wanted = tuple[LiteralString, Parameters]  # a statement that will be asked for
Asked = tuple[bytes, tuple[bytes | None, ...]]  # a prepared statement's name and its values

AHEAD_BYTES_MAX = 64 * 1024  # of values: while it is sent nobody reads, so all of it must fit between server and client

_BEGIN = b"begin isolation level repeatable read read only"
_BEGUN: Asked = b"_begin", ()
_PLACE = re.compile(r"%(?:\((\w+)\)s|(s)|%)")


def rows(connection: psycopg.Connection[Any], statement: LiteralString, parameters: Parameters = None) -> list[Row]:
    """All rows of a statement, written and answered as with `connection.execute(...).fetchall()`, which is also how it
    is asked where psycopg prepares statements itself: it then takes all of them away after a rollback."""
    found = _ready(connection)
    return found.rows(statement, parameters) if found else connection.execute(statement, parameters).fetchall()


def send_ahead(connection: psycopg.Connection[Any], asked: Iterable[Wanted]) -> None:
    """Statements for which `rows` will be asked in this transaction: it then finds their answers, or waits for them.
    The server keeps back what is sent at once until all of it is answered."""
    found = _ready(connection)
    if found:
        found.send_ahead(asked)


def start(connection: psycopg.Connection[Any], statement: LiteralString, parameters: Parameters = None) -> Started:
    """Have a statement carried out while Python works. What else is asked by `rows` waits for it."""
    found = _ready(connection)
    return found.start(statement, parameters) if found else Started(connection.execute(statement, parameters).fetchall)


def settle(connection: psycopg.Connection[Any]) -> None:
    """Forget what was sent ahead and not asked for: a transaction ends without it."""
    if found := _prepared.get(connection):
        found.settle()


class AskingConnection(psycopg.Connection[Row]):
    """Where psycopg asks by itself, all that was sent ahead is answered first: else it would take that for its own."""

    def cursor(self, *args: Any, **options: Any) -> Any:
        if (found := _prepared.get(self)) and found.is_waiting:
            found.arrive()
        return super().cursor(*args, **options)


def _ready(connection: psycopg.Connection[Any]) -> Prepared | None:
    found = _prepared.get(connection)
    if found is not None and (found.is_waiting or found.is_started):
        return found
    status = connection.pgconn.transaction_status
    is_begun = status == TransactionStatus.INTRANS or (status == TransactionStatus.IDLE and connection.autocommit)
    if not is_begun or connection.prepare_threshold is not None:
        return None
    if found is None:
        found = _prepared[connection] = Prepared(connection)
    return found


def begin(connection: psycopg.Connection[Any], asked: Iterable[Wanted] = ()) -> None:
    """A transaction that only reads, on one snapshot; it ends as those do that psycopg began. `asked` is sent with it,
    as far as it was asked for on this connection before. A failure is the next statement's."""
    found = _prepared.get(connection)
    if found is None or connection.pgconn.transaction_status != TransactionStatus.IDLE:
        connection.pgconn.exec_(_BEGIN)
    else:
        found.begin(asked)


class Started:
    """A statement under way. Nobody knows that it was carried out before `rows` has said so."""

    def __init__(self, answer: Callable[[], list[Row]]) -> None:
        self._answer: Callable[[], list[Row]] | None = answer
        self._rows: list[Row] = []
        self._error: psycopg.Error | None = None

    def wait(self) -> None:
        """Until the server is free for others; what became of it is for `rows` to say."""
        answer, self._answer = self._answer, None
        if answer is not None:
            try:
                self._rows = answer()
            except psycopg.Error as error:
                self._error = error

    def rows(self) -> list[Row]:
        """Raises psycopg's errors."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._rows


class Prepared:
    """The statements of one connection. They are many times fewer than what is asked, and end with it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._server = connection.pgconn
        self._transformer = Transformer(connection)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = count(1)
        self._sent: deque[Asked | None] = deque()  # what it has yet to answer, in order; None: the end of a batch
        self._answers: dict[Asked, PGresult] = {}  # that nobody has asked for yet
        self._foreseen: dict[str, tuple[Parameters, Asked]] = {}  # by text: what is asked as it was sent is known so
        self._failed: PGresult | None = None
        self._can_begin = False
        self._started: Started | None = None
        self._arriving = select.poll()
        self._arriving.register(self._server.socket, select.POLLIN)

    @property
    def is_waiting(self) -> bool:
        """Whether the server still answers what was sent ahead."""
        return bool(self._sent)

    @property
    def is_started(self) -> bool:
        """Whether the server may still carry out what was started."""
        return self._started is not None

    @property
    def unasked(self) -> list[Asked]:
        """What was sent ahead and nobody has asked for yet."""
        return [*self._answers, *(one for one in self._sent if one not in (None, _BEGUN))]

    def rows(self, statement: str, parameters: Parameters = None) -> list[Row]:
        """Raises psycopg's errors."""
        self.finish()
        foreseen = self._foreseen.pop(statement, None) if self._foreseen else None
        result = self._answer(foreseen[1]) if foreseen and foreseen[0] == parameters else None
        if result is None:
            asked, formats = self._asked(statement, parameters)
            result = self._answer(asked) if self._answers or self._sent else None
        if result is None:
            name, values = asked
            result = self._server.exec_prepared(name, values, formats)  # type: ignore[arg-type] # None is null
        return self._loaded(result)

    def _loaded(self, result: PGresult) -> list[Row]:
        transformer = self._transformer
        transformer.set_pgresult(self._checked(result, ExecStatus.TUPLES_OK))
        found = transformer.load_rows(0, result.ntuples, tuple)
        transformer.set_pgresult(None)  # a large answer is not kept for the connection's life
        return found

    def start(self, statement: str, parameters: Parameters) -> Started:
        """Outside a transaction it is committed before its rows are there."""
        self.finish()
        (name, values), formats = self._asked(statement, parameters)
        self._server.send_query_prepared(name, values, formats)
        self._started = Started(self._of_started)
        return self._started

    def finish(self) -> None:
        """Wait for what was started."""
        started, self._started = self._started, None
        if started is not None:
            started.wait()

    def _of_started(self) -> list[Row]:
        """All that the server says of it: that it cannot be committed comes after its rows."""
        answers = []
        while (result := self._next()) is not None:
            answers.append(result)
        for result in answers[1:]:
            self._checked(result, ExecStatus.TUPLES_OK)
        if not answers:
            raise psycopg.OperationalError(self._server.get_error_message())
        return self._loaded(answers[0])

    def _next(self) -> PGresult | None:
        server, arriving = self._server, self._arriving
        while server.is_busy():
            arriving.poll()
            server.consume_input()
        return server.get_result()

    def begin(self, wanted: Iterable[Wanted]) -> None:
        """A transaction, in one message with the first statements, as far as they are prepared."""
        batch: list[tuple[Asked, Sequence[Any] | None]] = [(_BEGUN, None)]
        if not self._can_begin:
            self._checked(self._server.prepare(_BEGUN[0], _BEGIN), ExecStatus.COMMAND_OK)
            self._can_begin = True
        for statement, parameters in wanted:
            written, types, values, formats = self._dumped(statement, parameters)
            name = self._names.get((statement, types))
            if name is None:  # what follows may rest on it: the first says whose tables are read
                break
            batch.append(((name, values), formats))
            self._foreseen[statement] = _kept(parameters), (name, values)
        if not self._send(batch):
            self._send(batch[:1])

    def send_ahead(self, wanted: Iterable[Wanted]) -> None:
        """All in one message to the server, unless it is a long one: then nothing is sent."""
        batch = []
        for statement, parameters in wanted:
            batch.append(self._asked(statement, parameters))
            self._foreseen[statement] = _kept(parameters), batch[-1][0]
        if batch:
            self._send(batch)

    def _send(self, batch: Sequence[tuple[Asked, Sequence[Any] | None]]) -> bool:
        if sum(len(value or b"") for (_, values), _ in batch for value in values) > AHEAD_BYTES_MAX:
            return False
        server = self._server
        server.enter_pipeline_mode()
        for (name, values), formats in batch:
            server.send_query_prepared(name, values, formats)
            self._sent.append((name, values))
        server.pipeline_sync()
        self._sent.append(None)
        return True

    def arrive(self) -> None:
        """Wait for all that was sent; it is kept for whoever asks."""
        self._wait_for(None)

    def settle(self) -> None:
        """Wait for all that was sent, and forget it."""
        self._wait_for(None)
        self._answers.clear()
        self._foreseen.clear()

    def _asked(self, statement: str, parameters: Parameters) -> tuple[Asked, Sequence[Any] | None]:
        """What a statement is to the server, which has it prepared then."""
        written, types, values, formats = self._dumped(statement, parameters)
        name = self._names.get((statement, types))
        if name is None:
            self._wait_for(None)  # nothing is prepared between answers
            name = b"_here_%d" % next(self._numbers)
            self._checked(self._server.prepare(name, written.text, types), ExecStatus.COMMAND_OK)
            self._names[statement, types] = name
        return (name, values), formats

    def _dumped(
        self, statement: str, parameters: Parameters
    ) -> tuple[_Written, tuple[int, ...], tuple[bytes | None, ...], Sequence[Any] | None]:
        """The statement as the server takes it, with the types, values and formats of its parameters."""
        written, transformer = _written(statement, bool(parameters)), self._transformer
        dumped = transformer.dump_sequence([parameters[one] for one in written.order], written.formats)  # type: ignore[index]
        values = tuple([None if value is None else bytes(value) for value in dumped])
        return written, transformer.types or (), values, transformer.formats

    def _answer(self, asked: Asked) -> PGresult | None:
        """What was sent ahead is answered in its order; what was not, once all of that is."""
        if asked not in self._answers:
            self._wait_for(asked)
        return self._answers.pop(asked, None)

    def _wait_for(self, asked: Asked | None) -> None:
        """Take the server's answers up to this one, or (None) all."""
        server = self._server
        while self._sent:
            result, one = self._next(), self._sent.popleft()
            if one is None:
                continue
            if result is None or result.status == ExecStatus.PIPELINE_SYNC:
                server.finish()  # somebody else took an answer: none of the others is to be trusted
                raise psycopg.OperationalError("answers of the database went astray: the connection is given up")
            if one != _BEGUN:
                self._answers[one] = result
            self._failed = result if result.status == ExecStatus.FATAL_ERROR else self._failed
            server.get_result()  # that was all of it
            if one == asked and len(self._sent) > 1:
                return
        if server.pipeline_status:
            server.exit_pipeline_mode()

    def _checked(self, result: PGresult, wanted: ExecStatus) -> PGresult:
        if result.status == wanted:
            return result
        if result.status == ExecStatus.PIPELINE_ABORTED and self._failed is not None:
            result = self._failed  # an earlier one of its batch failed, and nobody asked for that
        if self._server.status == ConnStatus.BAD:
            raise psycopg.OperationalError(self._server.get_error_message())
        if result.status != ExecStatus.FATAL_ERROR:
            raise psycopg.ProgrammingError("the statement gives no rows")
        error = error_from_result(result)
        if isinstance(error, psycopg.errors.InvalidSqlStatementName):
            self._names.clear()  # somebody took them away: they are prepared again
            self._can_begin = False
        raise error


def _kept(parameters: Parameters) -> Parameters:
    """As they are now: lists may be added to."""
    if isinstance(parameters, dict):  # asks no abstract class
        return {name: list(one) if type(one) is list else one for name, one in parameters.items()}
    if parameters is None or isinstance(parameters, Mapping):
        return parameters
    return [list(one) if type(one) is list else one for one in parameters]


class _Written(NamedTuple):
    """A statement as the server takes it, and the parameters in its order."""

    text: bytes
    order: Sequence[Any]
    formats: Sequence[PyFormat]


@lru_cache(maxsize=1000)
def _written(statement: str, has_parameters: bool) -> _Written:
    if not has_parameters:
        return _Written(statement.encode(), (), ())
    order: dict[Any, str] = {}

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return order.setdefault(found[1] or len(order), f"${len(order) + 1}")

    text = _PLACE.sub(numbered, statement).encode()
    return _Written(text, tuple(order), (PyFormat.AUTO,) * len(order))


_prepared: WeakKeyDictionary[psycopg.Connection[Any], Prepared] = WeakKeyDictionary()
