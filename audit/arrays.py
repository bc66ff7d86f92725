"""Arrays as parameters of statements, in PostgreSQL's binary form: psycopg's own way looks at every element's type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Any

import psycopg
from psycopg.abc import Buffer, DumperKey
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format
from psycopg.types.array import ListDumper
from psycopg.types.numeric import Int8Dumper

_TEXT, _TEXT_ARRAY, _INT8, _INT8_ARRAY = 25, 1009, 20, 1016  # type numbers, the same in every PostgreSQL

_head = Struct(">iiiii").pack
_length = Struct(">i").pack
_int8 = Struct(">iq").pack


class Texts(tuple[str, ...]):
    """An array of text without nulls."""


class Integers(tuple[int, ...]):
    """An array of bigint without nulls."""


class _TextsDumper(Dumper):
    format = Format.BINARY
    oid = _TEXT_ARRAY

    def dump(self, obj: Sequence[str]) -> Buffer:
        parts = [_start(_TEXT, len(obj))]
        for value in obj:
            encoded = value.encode()
            parts += (_length(len(encoded)), encoded)
        return b"".join(parts)


class _IntegersDumper(Dumper):
    format = Format.BINARY
    oid = _INT8_ARRAY

    def dump(self, obj: Sequence[int]) -> Buffer:
        return b"".join([_start(_INT8, len(obj)), *[_int8(8, value) for value in obj]])


class Packed(tuple[bytes, ...]):
    """An array of any type: its elements are in binary form already, each with its length before it, -1 for null."""


class _PackedDumper(Dumper):
    format = Format.BINARY
    element = 0

    def dump(self, obj: Sequence[bytes]) -> Buffer:
        return _start(self.element, len(obj)) + b"".join(obj)


def packed(type_: str, elements: Iterable[bytes]) -> Packed:
    """`elements` as a parameter of PostgreSQL's `type_`[]."""
    return _PACKED[type_](elements)


def _packed_class(type_: str, element: int, array: int) -> type[Packed]:
    made = type(f"Packed_{type_}", (Packed,), {})
    dumper = type(f"_Dumper_{type_}", (_PackedDumper,), {"oid": array, "element": element})
    psycopg.adapters.register_dumper(made, dumper)
    return made


_PACKED = {
    type_: _packed_class(type_, element, array)
    for type_, element, array in (
        ("bool", 16, 1000), ("bytea", 17, 1001), ("int8", _INT8, _INT8_ARRAY), ("int2", 21, 1005), ("int4", 23, 1007),
        ("text", _TEXT, _TEXT_ARRAY), ("date", 1082, 1182), ("timestamptz", 1184, 1185), ("numeric", 1700, 1231),
    )
}  # fmt: skip


def _start(element: int, count: int) -> bytes:
    """One dimension counted from 1; none where there is nothing."""
    return _head(1, 0, element, count, 1) if count else Struct(">iii").pack(0, 0, element)


class _Plain(ListDumper):
    """Lists of whole numbers or of texts: always bigint[] and text[], so that a statement is planned once for all."""

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:
        dumper = _plain_dumper(obj)
        return super().get_key(obj, format) if dumper is None else (self.cls, dumper)

    def upgrade(self, obj: list[Any], format: PyFormat) -> Any:
        dumper = _plain_dumper(obj)
        return super().upgrade(obj, format) if dumper is None else dumper(self.cls)


def _plain_dumper(obj: list[Any]) -> type[Dumper] | None:
    first = type(obj[0]) if obj else None
    if first is int:
        return _IntegersDumper if None not in obj else None
    return _TextsDumper if first is str and None not in obj else None


def adapt_plainly(connection: psycopg.Connection[Any]) -> None:
    """Numbers and lists without a look at each value's size: what psycopg does costs more than most statements."""
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(list, _Plain)


psycopg.adapters.register_dumper(Texts, _TextsDumper)
psycopg.adapters.register_dumper(Integers, _IntegersDumper)
