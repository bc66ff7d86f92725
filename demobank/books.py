"""The bank's own books, kept by hand: where each event takes money from and to. The answer key rests on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from demobank.aggregates import KINDS
from demobank.work import Row

Movement = tuple[str, str, str, int]  # book, from, to, minor units
_LANES = tuple((kind.prefix, kind.lane) for kind in KINDS)


def lane_of(stream: str) -> tuple[str, str]:
    """The lane and key that a stream's name holds."""
    for prefix, lane in _LANES:
        if stream.startswith(prefix):
            return lane, stream[len(prefix) :]
    raise ValueError(f"no stream of this bank: {stream!r}")


def movements(row: Row) -> Sequence[Movement]:
    """What the event moves, in both books; what is unreadable or unknown moves nothing."""
    lane, key = lane_of(row.stream)
    try:
        data = msgspec.json.decode(row.data)
    except msgspec.DecodeError:
        return ()
    units = int(data.get("amount", "0").replace(".", ""))
    return [(book, source, target, units) for book, source, target in _ways(f"{lane}.{row.type}", key, data)]


def _ways(type_: str, key: str, data: dict[str, Any]) -> Sequence[tuple[str, str, str]]:
    available, reserved, held = f"available:{key}", f"reserved:{key}", f"held:{key}"
    transit, clearing = f"transit:{data.get('transfer')}", f"clearing:{data.get('clearing')}"
    other, between = f"other_bank:{data.get('bank')}", f"between:{data.get('transfer')}"
    beyond = between if data.get("route") == "inside" else "outside"
    match type_:
        case "account.Deposited":
            return [("ledger", "outside", available)]
        case "account.FeeCharged":
            return [("ledger", available, f"fees:{data['fee']}")]
        case "account.TransactionReversed":
            return [("ledger", f"fees:{data['fee']}", available)]
        case "account.Corrected":
            way = ("suspense", available)
            return [("ledger", *(way if data["direction"] == "credit" else way[::-1]))]
        case "account.FundsReserved":
            return [("ledger", available, reserved), ("custody", f"customer:{key}", held)]
        case "account.ReservationRemoved":
            return [("ledger", reserved, available)]
        case "account.TransactionCreated":
            return [("ledger", available, beyond)]
        case "account.ReservationReleased":
            return [("ledger", reserved, available), ("custody", held, f"returned:{key}")]
        case "account.TransferReceived":
            return [("ledger", beyond, available), ("custody", transit, f"customer:{key}")]
        case "bank_transfer.Initiated":
            return [("custody", f"held:{data['account']}", transit)]
        case "bank_transfer.Failed":
            return [("custody", transit, f"held:{data['account']}")]
        case "adapter_transfer.Sent":
            return [("custody", transit, clearing)]
        case "adapter_transfer.Succeeded":
            return [("custody", clearing, other)]
        case "adapter_transfer.Failed":
            return [("custody", clearing, transit)]
        case "incoming.Received":
            return [("custody", other, transit)]
        case "incoming.Returned":
            return [("custody", transit, f"sent_back:{data['bank']}")]
    return ()


def nets(rows: Iterable[Row]) -> dict[tuple[str, str], int]:
    """What each (book, place) has won or lost by these events, without the zeros."""
    total: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        for book, source, target, units in movements(row):
            total[book, source] -= units
            total[book, target] += units
    return {place: units for place, units in total.items() if units}
