"""Currency exchange in the core: sold at the deal's own rate, the fee apart, and what rounding leaves has a name."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from demobank import identity
from demobank.aggregates import Account, Exchange
from demobank.work import DIGITS, Message, Work, money, units_of

MIDDLE = {"DKK": Decimal(1), "SEK": Decimal("0.6627"), "JPY": Decimal("0.04518"), "BHD": Decimal("18.3412")}  # in DKK
FEE = Decimal("0.005")


class Deal(msgspec.Struct, frozen=True):
    """A customer's wish to sell `units` of the currency of account `seller` for that of account `buyer`."""

    exchange: str
    customer: str
    seller: str
    buyer: str
    units: int


class Price(msgspec.Struct, frozen=True):
    """What a deal comes to, in minor units: sold at the rate, the fee and the rest that rounding leaves, and bought."""

    rate: Decimal
    sold: int
    rounding: int
    fee: int
    bought: int


def price(deal: str, units: int, sold: str, bought: str) -> Price:
    """The deal's rate lies up to a percent around the middle; what is bought is rounded down to its minor unit."""
    swing = Decimal(9_900 + identity.digest(deal, "rate") % 201) / 10_000
    rate = (MIDDLE[sold] / MIDDLE[bought] * swing).quantize(Decimal("0.000001"))
    scale = Decimal(10) ** (DIGITS[bought] - DIGITS[sold])
    got = int((units * rate * scale).to_integral_value(ROUND_FLOOR))
    cost = int((got / rate / scale).to_integral_value(ROUND_HALF_UP))
    fee = int((units * FEE).to_integral_value(ROUND_CEILING))
    return Price(rate, cost, units - cost, fee, got)


def order(work: Work, deal: Deal) -> None:
    """Take the order at its price; the accounts follow."""
    known = work.load(Exchange, deal.exchange)
    seller, buyer = work.load(Account, deal.seller), work.load(Account, deal.buyer)
    if not known.may("Ordered") or not seller.currency or not buyer.currency:
        return
    found = price(deal.exchange, deal.units, seller.currency, buyer.currency)
    if not found.bought:
        return  # less than the smallest unit: the app does not offer it
    sold = {
        "sold": money(found.sold, seller.currency),
        "rounding": money(found.rounding, seller.currency),
        "fee": money(found.fee, seller.currency),
        "total": money(deal.units + found.fee, seller.currency),
        "sold_currency": seller.currency,
    }
    bought = {"bought": money(found.bought, buyer.currency), "bought_currency": buyer.currency}
    facts = {"exchange": deal.exchange, "customer": deal.customer, "seller": deal.seller, "buyer": deal.buyer}
    body = {**facts, **sold, **bought, "rate": f"{found.rate:f}"}
    cause = work.append(known, None, deal.exchange, ("Ordered", body))
    work.tell("ExchangeOrdered", body, cause, deal.exchange)


def on_ordered(work: Work, message: Message) -> None:
    """Take the money that is sold, with the fee; or decline."""
    body, key = message.body, message.correlation
    known, seller = work.load(Exchange, key), work.load(Account, body["seller"])
    if not known.may("Declined") or f"CurrencySold/{key}" in seller.done:
        return
    if not seller.may("CurrencySold") or units_of(body["total"]) > seller.available:
        reason = "insufficient funds" if seller.may("CurrencySold") else "account is not open"
        work.append(known, message.cause, key, ("Declined", {"exchange": key, "reason": reason}))
        return
    amounts = {name: body[name] for name in ("rounding", "fee", "total", "rate", "bought", "bought_currency")}
    facts = {"exchange": key, "amount": body["sold"], "currency": body["sold_currency"], **amounts}
    cause = work.append(seller, message.cause, key, ("CurrencySold", facts))
    work.tell("CurrencyWasSold", body, cause, key)


def on_sold(work: Work, message: Message) -> None:
    body, key = message.body, message.correlation
    buyer = work.load(Account, body["buyer"])
    if not buyer.may("CurrencyBought") or f"CurrencyBought/{key}" in buyer.done:
        return
    facts = {"exchange": key, "amount": body["bought"], "currency": body["bought_currency"], "rate": body["rate"]}
    cause = work.append(buyer, message.cause, key, ("CurrencyBought", facts))
    work.tell("CurrencyWasBought", _ids(body), cause, key)


def on_bought(work: Work, message: Message) -> None:
    known = work.load(Exchange, message.correlation)
    if known.may("Completed"):
        work.append(known, message.cause, message.correlation, ("Completed", _ids(message.body)))


def _ids(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("exchange", "seller", "buyer")}


HANDLERS: dict[str, Callable[[Work, Message], None]] = {
    "ExchangeOrdered": on_ordered,
    "CurrencyWasSold": on_sold,
    "CurrencyWasBought": on_bought,
}
