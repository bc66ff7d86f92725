"""What a stream must remember to be folded on. It is stored as one small row a stream and never asked for by people."""

from __future__ import annotations

import msgspec


class ItemState(msgspec.Struct, array_like=True, gc=False):
    """The current state of a stream (or of one of its items) and the event that set it. Times are microseconds."""

    state: str
    recorded: int
    occurred: int
    position: int
    event_id: str
    deadline: int | None


class Holding(msgspec.Struct, array_like=True, gc=False):
    """An owned place: its balance in minor units, how often and when it last changed, and whether times ran forward."""

    units: int
    entries: int
    recorded: int
    in_order: bool
    is_forbidden_negative: bool
    place: str  # "available:A-1"
    currency: str


class Negative(msgspec.Struct, array_like=True, gc=False):
    """The event that first took a place below zero in its step, and how far it went."""

    position: int
    event_id: str
    recorded: int
    units: int


class Memory(msgspec.Struct, array_like=True):
    """A stream's fold state. `order` is the greatest source position folded, `loose` that of the events without a
    version, `version` the greatest version."""

    subject_id: int = 0
    subject: str = ""
    version: int | None = None
    order: int = -1
    inherited: dict[str, str] = {}
    ties: list[tuple[str, str]] = []
    items: dict[str, ItemState] = {}
    holdings: dict[int, Holding] = {}
    totals: dict[str, int] = {}
    step: str = ""
    touched: dict[int, Negative] = {}
    negative_before: dict[int, Negative] = {}
    negative: dict[int, Negative] = {}
    illegal: list[tuple[str, str, int, int]] = []
    linked: list[int] = []  # the subjects of the last event, which are linked already from `linked_at` on
    linked_at: int = 0
    loose: int = -1


# JSON, not MessagePack: an amount may be of any size, and MessagePack ends at 64 bits.
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Memory)


def encode(memory: Memory) -> bytes:
    return _encoder.encode(memory)


def decode(data: bytes) -> Memory:
    return _decoder.decode(data)
