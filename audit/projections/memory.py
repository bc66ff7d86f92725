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
    before: str = ""  # the state before
    type: str = ""  # of the event


class Holding(msgspec.Struct, array_like=True, gc=False):
    """An owned place: its balance in minor units, how often and when it last changed, and whether times ran forward."""

    units: int
    entries: int
    recorded: int
    in_order: bool
    is_forbidden_negative: bool
    place: str  # "available:A-1"
    currency: str
    book: str = ""


class Negative(msgspec.Struct, array_like=True, gc=False):
    """The event that first took a place below zero in its step, and how far it went."""

    position: int
    event_id: str
    recorded: int
    units: int
    because: tuple[str, str] | None = None  # the rule that the same step broke, and the event that did


class Said(msgspec.Struct, array_like=True, gc=False):
    """What an event asserted of the places of `target`, in minor units."""

    target: str
    field: str
    units: int
    tolerance: int
    is_cumulative: bool


class Claimed(msgspec.Struct, array_like=True, gc=False):
    """An event of a time whose order is not known: what it moved of owned places, what it asserted, and which nevers
    are judged at it (with those that were found to be broken)."""

    position: int
    event_id: str
    type: str
    moved: dict[str, int]
    said: list[Said]
    nevers: list[str]
    broken: list[str] = []


class Claim(msgspec.Struct, array_like=True, gc=False):
    """What a stream's events assert of a target: `book`, `places` and `currency` are what it is.

    `drifts` are what was asserted last less what the places held then (several: one of them); `before`, at the start
    of the time. `open` are the events (identity, position, recorded) whose assertion differed and was not yet mended.
    """

    book: str
    places: list[str]
    currency: str
    drifts: list[int]
    before: list[int]
    open: list[tuple[str, int, int]] = []
    is_told: bool = False


class Doubts(msgspec.Struct, array_like=True):
    """What the stream's events claim: by target, and the events of the time that is not over."""

    claims: dict[str, Claim] = {}
    recorded: int = 0
    events: list[Claimed] = []
    broken: dict[str, list[str]] = {}  # nevers that are true after the last event: claim and values


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
    version_position: int = 0  # of the event with the greatest version
    doubts: Doubts | None = None
    recorded_max: int = 0
    occurred_max: int = 0
    runs_back: int = 0  # 1: recorded times ran backwards in the stream's order, 2: occurred times did

    def follow(self, recorded: int, occurred: int) -> None:
        """Note whether times ran backwards: where they never did, what held at a time is found without a walk."""
        if recorded >= self.recorded_max:
            self.recorded_max = recorded
        else:
            self.runs_back |= 1
        if occurred >= self.occurred_max:
            self.occurred_max = occurred
        else:
            self.runs_back |= 2


# JSON, not MessagePack: an amount may be of any size, and MessagePack ends at 64 bits.
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Memory)


def encode(memory: Memory) -> bytes:
    return _encoder.encode(memory)


def decode(data: bytes) -> Memory:
    return _decoder.decode(data)
