"""Batches of the log packed to be handed from the process that reads sources to the one that projects.

A payload travels as the JSON that it is: msgpack has no exact decimals, and reading JSON twice is cheaper than pickle.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from audit.log.drafts import Reader
from audit.log.intake import Batch
from audit.log.logged import Logged
from audit.model.meaning import Model


class _Packed(msgspec.Struct, array_like=True, gc=False):
    """`bodies` are the events' payloads; empty where the event has none to be read."""

    source: str
    source_id: int
    first: int
    last: int
    watermark: int | None
    is_idle: bool
    has_more: bool
    events: Sequence[Logged]
    bodies: Sequence[bytes]


_encode_into = msgspec.msgpack.Encoder().encode_into
_decode = msgspec.msgpack.Decoder(_Packed).decode


def pack_into(message: bytearray, offset: int, batch: Batch) -> None:
    """The batch as bytes, from `offset` on: of one message for all, since memory that is new each time costs more than
    packing. Its events lose their data: they are not to be used after it."""
    events = batch.events
    bodies = [event.body for event in events]
    for event in events:
        event.data, event.body = None, b""
    packed = _Packed(batch.source, batch.source_id, batch.first, batch.last, batch.watermark, batch.is_idle,
                     batch.has_more, events, bodies)  # fmt: skip
    _encode_into(packed, message, offset)


def unpack(packed: bytes | memoryview, model: Model, readers: dict[str, Reader]) -> Batch:
    """`readers` are kept from call to call, one a source."""
    found = _decode(packed)
    reader = readers.get(found.source)
    if reader is None:
        reader = readers[found.source] = Reader(model, found.source)
    for event, body in zip(found.events, found.bodies, strict=True):
        event.data = reader.data_in(event.stream, event.type, body)
    return Batch(found.source_id, found.first, found.last, found.events, found.watermark, found.is_idle, found.source,
                 found.has_more)
