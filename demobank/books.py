"""The bank's own books, kept by hand: where each event takes money from and to. The answer key rests on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from demobank.aggregates import KINDS
from demobank.work import Row, units_of

Movement = tuple[str, str, str, int, str]  # book, from, to, minor units, currency
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
    ways = [(*way, "amount")[:4] for way in _ways(f"{lane}.{row.type}", key, data)]
    found = [
        (book, source, target, units_of(data[field]), data["currency"])
        for book, source, target, field in ways
        if field == "amount" or units_of(data[field])
    ]
    if row.type == "CurrencySold" and (rest := units_of(data["total"]) - sum(units for *_, units, _ in found)):
        found.append(("ledger", f"available:{key}", "unexplained", rest, data["currency"]))
    return found


def _ways(type_: str, key: str, data: dict[str, Any]) -> Sequence[tuple[str, ...]]:
    """Book, from, to, and the field of the amount where it is not `amount`."""
    available, card, held = f"available:{key}", f"card_hold:{key}", f"held:{key}"
    reserved = f"{'scheduled' if data.get('route') == 'se' else 'reserved'}:{key}"
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
        case "account.CardHoldPlaced":
            return [("ledger", available, card), ("custody", f"customer:{key}", held)]
        case "account.CardHoldReleased":
            return [("ledger", card, available)]
        case "account.CardBooked":
            return [("ledger", available, "outside")]
        case "account.CardHoldReturned":
            return [("ledger", card, available), ("custody", held, f"returned:{key}")]
        case "account.CurrencySold":
            deal, fee = f"fx:{data['exchange']}", ("ledger", available, "fees:exchange", "fee")
            return [("ledger", available, deal), ("ledger", available, "rounding", "rounding"), fee]
        case "account.CurrencyBought":
            return [("ledger", f"fx:{data['exchange']}", available)]
        case "card_payment.Captured" | "card_payment.CapturedInPart":
            return [("custody", f"held:{data['account']}", f"shop:{data['merchant_id']}")]
        case "card_payment.CapturedLate":
            return [("custody", f"returned:{data['account']}", f"shop:{data['merchant_id']}")]
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
        case "adapter_transfer.Sent" | "se_transfer.Sent":
            return [("custody", transit, clearing)]
        case "adapter_transfer.Succeeded" | "se_transfer.Settled":
            return [("custody", clearing, other)]
        case "adapter_transfer.Failed" | "se_transfer.Rejected":
            return [("custody", clearing, transit)]
        case "incoming.Received":
            return [("custody", other, transit)]
        case "incoming.Unmatched":
            return [("custody", transit, f"unmatched:{data['bank']}")]
        case "incoming.Matched" | "incoming.GivenUp":
            return [("custody", f"unmatched:{data['bank']}", transit)]
        case "incoming.Returned":
            return [("custody", transit, f"sent_back:{data['bank']}")]
    return ()


def nets(rows: Iterable[Row]) -> dict[tuple[str, str, str], int]:
    """What each (book, place, currency) has won or lost by these events, without the zeros."""
    total: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in rows:
        for book, source, target, units, currency in movements(row):
            total[book, source, currency] -= units
            total[book, target, currency] += units
    return {place: units for place, units in total.items() if units}
