"""Standing orders in the core: paid on a bank day, skipped where the money is not there, until they are cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec

from demobank import core, identity
from demobank.aggregates import Account, StandingOrder
from demobank.bank_days import DANISH
from demobank.core import Order
from demobank.people import Party
from demobank.work import CURRENCY, Message, Work, money

MINUTE = 60_000_000
SPREAD = 25 * MINUTE  # after the opening, so that not all are run at once


class Standing(msgspec.Struct, frozen=True):
    """What is to be paid, to whom, how often (`week` or `month`), from which day on."""

    standing_order: str
    account: str
    customer: str
    name: str
    units: int
    receiver: Party
    reference: str
    every: str
    first: date


def create(work: Work, standing: Standing) -> None:
    key, order = standing.standing_order, work.load(StandingOrder, standing.standing_order)
    if not order.may("Created"):
        return
    receiver = {"name": standing.receiver.name, "iban": standing.receiver.iban}
    facts = {
        "standing_order": key,
        "account": standing.account,
        "customer": standing.customer,
        "amount": money(standing.units),
        "currency": CURRENCY,
        "receiver": receiver,
        "reference": standing.reference,
        "every": standing.every,
        "first": standing.first.isoformat(),
    }
    cause = work.append(order, None, key, ("Created", facts))
    _next(work, {**msgspec.to_builtins(standing), "run": 1}, standing.first, cause, key)


def cancel(work: Work, key: str, account: str) -> None:
    order = work.load(StandingOrder, key)
    if order.may("Cancelled"):
        work.append(order, None, key, ("Cancelled", {"standing_order": key, "account": account}))


def on_due(work: Work, message: Message) -> None:
    """Pay, or skip this time; the next day is set either way."""
    body, key = message.body, message.correlation
    order, account = work.load(StandingOrder, key), work.load(Account, body["account"])
    if not order.may("Executed") or order.runs + 1 != body["run"]:
        return
    ids = {name: body[name] for name in ("standing_order", "account", "run", "due")}
    facts = {**ids, "amount": money(body["units"]), "currency": CURRENCY}
    if account.may("FundsReserved") and body["units"] <= account.available:
        cause = _run(work, order, body, facts, message.cause)
    else:
        reason = "insufficient funds" if account.may("FundsReserved") else "account is not open"
        cause = work.append(order, message.cause, key, ("Skipped", facts | {"reason": reason}))
    _next(work, body | {"run": body["run"] + 1}, _after(date.fromisoformat(body["due"]), body["every"]), cause, key)


def _run(work: Work, order: StandingOrder, body: dict[str, Any], facts: dict[str, Any], cause: str) -> str:
    transfer = identity.run_key(work.seed, order.key, body["run"])
    cause = work.append(order, cause, transfer, ("Executed", facts | {"transfer": transfer}))
    paid = Order(
        transfer,
        body["account"],
        body["customer"],
        body["name"],
        body["units"],
        msgspec.convert(body["receiver"], Party),
        None,
        body["reference"],
        "standing order",
        standing_order=order.key,
    )
    core.start_transfer(work, paid, cause)
    return cause


def _next(work: Work, body: dict[str, Any], due: date, cause: str, key: str) -> None:
    time = DANISH.opening_of(due) + identity.digest(key, "minute") % SPREAD
    body = {**body, "due": due.isoformat()}
    work.later(max(MINUTE, time - work.clock()), "StandingOrderDue", body, cause, key)


def _after(due: date, every: str) -> date:
    if every == "week":
        return due + timedelta(days=7)
    month = due.month % 12 + 1
    return date(due.year + (month == 1), month, min(due.day, 28))


HANDLERS: dict[str, Callable[[Work, Message], None]] = {"StandingOrderDue": on_due}
