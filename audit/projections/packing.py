"""Rows of the read model's larger tables in PostgreSQL's binary COPY format, packed by hand.

One struct for all columns of fixed width: a call for each value would cost more than the fold that made them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any

from audit.log.logged import Logged
from audit.log.rows import EPOCH_2000, NULL, binary, text

EPOCH_2000_DAYS = 10_957

_timeline_start = Struct(">hiq").pack
_timeline_end = Struct(">iqiiiqiqihii").pack
_link = Struct(">hiqiq").pack
_entry_start = Struct(">hiqiqiiiqihiqiqiq").pack
_change_start = Struct(">hiq").pack
_change_end = Struct(">iqiqiqiq").pack
_memory_start = Struct(">hiqi").pack
_aggregate_start = Struct(">hiq").pack
_aggregate_end = Struct(">i?iqiqiq").pack
_day_start = Struct(">hiqiiii").pack
_int8 = Struct(">iq").pack
_int4 = Struct(">ii").pack
_numeric_0 = Struct(">ihhhh").pack(8, 0, 0, 0, 0)
_numeric_1 = Struct(">ihhhhh").pack
_numeric_2 = Struct(">ihhhhhh").pack
_numeric_3 = Struct(">ihhhhhhh").pack
_NEGATIVE = 0x4000

name = lru_cache(maxsize=4096)(text)  # lanes, states, kinds, fields: few, and many times


def numeric(value: int | None) -> bytes:
    """A whole number as numeric: digits of base 10,000, the first with weight n - 1."""
    if value is None:
        return NULL
    sign, n = (_NEGATIVE, -value) if value < 0 else (0, value)
    if n < 10_000:
        return _numeric_1(10, 1, 0, sign, 0, n) if n else _numeric_0
    n, low = divmod(n, 10_000)
    if n < 10_000:
        return _numeric_2(12, 2, 1, sign, 0, n, low)
    n, middle = divmod(n, 10_000)
    if n < 10_000:
        return _numeric_3(14, 3, 2, sign, 0, n, middle, low)
    digits = [low, middle]
    while n:
        n, digit = divmod(n, 10_000)
        digits.append(digit)
    count = len(digits)
    return Struct(f">ihhhh{count}h").pack(8 + 2 * count, count, count - 1, sign, 0, *reversed(digits))


def time_or_null(micros: int | None) -> bytes:
    return NULL if micros is None else _int8(8, micros - EPOCH_2000)


def int8_or_null(value: int | None) -> bytes:
    return NULL if value is None else _int8(8, value)


def row_packer(types: Sequence[str]) -> Callable[[Sequence[Any]], bytes]:
    """What packs a row of these column types."""
    start, packers = len(types).to_bytes(2, "big"), [PACKERS[type_] for type_ in types]
    return lambda line: start + b"".join([pack(value) for pack, value in zip(packers, line, strict=True)])


def _bool(value: bool) -> bytes:
    return b"\0\0\0\1\1" if value else b"\0\0\0\1\0"


def _text_or_null(value: str | None) -> bytes:
    return NULL if value is None else text(value)


def _int4_or_null(value: int | None) -> bytes:
    return NULL if value is None else _int4(4, value)


def _int2(value: int) -> bytes:
    return b"\0\0\0\2" + value.to_bytes(2, "big", signed=True)


def _date(days: int) -> bytes:
    return _int4(4, days - EPOCH_2000_DAYS)


def timeline_rows(ids: Iterable[int], event: Logged, flags: int, meaning: int) -> list[bytes]:
    """An event under each of its subjects."""
    end = _timeline_end(8, event.recorded - EPOCH_2000, 4, event.source_id, 8, event.source_position,
                        8, event.position, 2, flags, 4, meaning)  # fmt: skip
    return [_timeline_start(7, 8, subject_id) + end for subject_id in ids]


def entry_row(
    place_id: int, event: Logged, ordinal: int, counter_id: int, amount: int, balance: int | None, total: int | None
) -> bytes:
    start = _entry_start(11, 8, place_id, 8, event.recorded - EPOCH_2000, 4, event.source_id, 8, event.source_position,
                         2, ordinal, 8, event.occurred - EPOCH_2000, 8, event.position, 8, counter_id)  # fmt: skip
    return start + numeric(amount) + numeric(balance) + numeric(total)


def change_row(event: Logged, item: str, field: str, value: str) -> bytes:
    end = _change_end(8, event.source_position, 8, event.recorded - EPOCH_2000, 8, event.occurred - EPOCH_2000,
                      8, event.position)  # fmt: skip
    return b"".join((_change_start(8, 8, event.stream_id), text(item), name(field), end, text(value)))


def _link_row(row: tuple[int, int, str, int]) -> bytes:
    subject_id, other_id, kind, first = row
    return _link(4, 8, subject_id, 8, other_id) + name(kind) + _int8(8, first - EPOCH_2000)


def _memory_row(row: tuple[int, bytes]) -> bytes:
    return _memory_start(2, 8, row[0], len(row[1])) + row[1]


def _aggregate_row(row: tuple[int, str, str, int, str, bool, int, int, int, int | None, int | None]) -> bytes:
    stream_id, item, lane, subject_id, state, is_final, recorded, occurred, position, version, deadline = row
    return b"".join((
        _aggregate_start(11, 8, stream_id), text(item), name(lane), _int8(8, subject_id), name(state),
        _aggregate_end(1, is_final, 8, recorded - EPOCH_2000, 8, occurred - EPOCH_2000, 8, position),
        int8_or_null(version), time_or_null(deadline),
    ))


def _day_sum_row(row: tuple[int, int, int, int, int, int]) -> bytes:
    place_id, recorded, occurred, incoming, outgoing, entries = row  # days since 1970
    return b"".join((
        _day_start(6, 8, place_id, 4, recorded - EPOCH_2000_DAYS, 4, occurred - EPOCH_2000_DAYS),
        numeric(incoming), numeric(outgoing), _int8(8, entries),
    ))


def _identifier_row(identifier: tuple[str, str, int]) -> bytes:
    called, value, subject_id = identifier
    return b"".join((b"\0\3", name(called), text(value), _int8(8, subject_id)))


PACKERS: dict[str, Callable[[Any], bytes]] = {
    "int8": int8_or_null, "int4": _int4_or_null, "int2": _int2, "bool": _bool, "text": _text_or_null,
    "bytea": binary, "numeric": numeric, "timestamptz": time_or_null, "date": _date,
}
"""A value of each type in binary form, its length before it. Times are microseconds and dates days since 1970."""

ROWS: dict[str, Callable[[Any], bytes]] = {
    "link": _link_row, "memory": _memory_row, "aggregate": _aggregate_row, "day_sum": _day_sum_row,
    "identifier": _identifier_row,
}
"""Tables of many rows have packers of their own."""
