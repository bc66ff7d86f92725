"""The core service: customers, accounts and bank transfers. Commands come from people, messages from either service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from demobank import people
from demobank.aggregates import Account, BankTransfer, Customer
from demobank.people import Party, Person
from demobank.work import CURRENCY, Message, Work, money

Handler = Callable[[Work, Message], None]
LOOKING = 300_000_000  # microseconds that an account stays frozen


class Order(msgspec.Struct, frozen=True):
    """A customer's order to pay. `inside` is the receiver's account where it is one of this bank's."""

    transfer: str
    account: str
    customer: str
    name: str
    units: int
    receiver: Party
    inside: str | None
    reference: str
    channel: str = "app"
    currency: str = CURRENCY
    standing_order: str | None = None
    request: str | None = None


def register(work: Work, person: Person) -> None:
    """A new customer with their accounts."""
    customer = work.load(Customer, person.customer)
    if not customer.may("CustomerRegistered"):
        return
    reached = {"phone": person.phone, "email": person.email}
    facts = {"customer": person.customer, "name": person.name, "cpr": person.cpr, **reached}
    home = {"street": person.street, "town": person.town}
    cause = work.append(customer, None, person.customer, ("CustomerRegistered", {**facts, "address": home}))
    for key, kind, currency in _accounts_of(person):
        opened = {
            "account": key,
            "customer": person.customer,
            "kind": kind,
            "iban": people.own_iban(key),
            "holder": person.name,
            "currency": currency,
        }
        work.append(work.load(Account, key), cause, person.customer, ("AccountOpened", opened))


def _accounts_of(person: Person) -> Iterator[tuple[str, str, str]]:
    """Key, kind and currency of each."""
    for key, kind in zip(person.accounts, ("everyday", "savings"), strict=False):
        yield key, kind, CURRENCY
    if person.foreign is not None:
        key, currency = person.foreign
        yield key, "currency", currency
    if person.bills is not None:
        yield person.bills, "bills", CURRENCY


def move_home(work: Work, customer: str, street: str, town: str) -> None:
    known = work.load(Customer, customer)
    if known.may("AddressChanged"):
        facts = {"customer": customer, "address": {"street": street, "town": town}}
        work.append(known, None, None, ("AddressChanged", facts))


def enter(work: Work, account: str, type_: str, units: int, **facts: str) -> bool:
    """One event of an account alone: a deposit, fee, limit or correction; gives whether it was legal and covered."""
    known = work.load(Account, account)
    takes = type_ == "FeeCharged" or facts.get("direction") == "debit"
    if not known.may(type_) or (takes and known.available < units):
        return False
    amount = {"amount": money(units, known.currency), "currency": known.currency}
    work.append(known, None, None, (type_, {**amount, **facts}))
    return True


def state_balance(work: Work, account: str) -> None:
    """Put on record what the account holds, as its statement tells the customer."""
    known = work.load(Account, account)
    if known.may("StatementMade"):
        booked = known.available + sum(known.holds.values())
        amounts = {"booked": money(booked, known.currency), "available": money(known.available, known.currency)}
        work.append(known, None, None, ("StatementMade", {"account": account, **amounts, "currency": known.currency}))


def reverse_fee(work: Work, account: str) -> None:
    """Give the latest fee back, once."""
    known = work.load(Account, account)
    if known.fee is not None and known.may("TransactionReversed"):
        fee, units = known.fee
        amount = {"amount": money(units, known.currency), "currency": known.currency}
        facts = {**amount, "fee": fee, "reason": "charged by mistake"}
        work.append(known, None, None, ("TransactionReversed", facts))


def close(work: Work, account: str) -> None:
    """Close an account that holds nothing."""
    known = work.load(Account, account)
    if known.may("AccountClosed") and not known.available and not known.holds:
        work.append(known, None, None, ("AccountClosed", {"account": account}))


def freeze(work: Work, account: str) -> None:
    """Stop payments out while somebody looks at the account; they are soon done."""
    known = work.load(Account, account)
    if known.may("AccountFrozen") and not known.holds:
        cause = work.append(known, None, None, ("AccountFrozen", {"account": account, "reason": "screening"}))
        work.later(LOOKING, "ScreeningEnds", {"account": account}, cause, account)


def on_screening_ends(work: Work, message: Message) -> None:
    known = work.load(Account, message.body["account"])
    if known.may("AccountReopened"):
        work.append(known, message.cause, None, ("AccountReopened", {"account": known.key}))


def start_transfer(work: Work, order: Order, cause: str | None = None) -> None:
    """Reserve the money and start, or refuse: both are facts."""
    account = work.load(Account, order.account)
    amount = {"transfer": order.transfer, "amount": money(order.units, order.currency), "currency": order.currency}
    if not account.may("FundsReserved") or order.units > account.available:
        reason = "insufficient funds" if account.may("FundsReserved") else "account is not open"
        wanted = {"wanted": money(order.units, order.currency), "currency": order.currency}
        attempt = {"attempt": order.transfer, **wanted, "reason": reason}
        work.append(account, cause, order.transfer, ("TransferRefused", attempt))
        return
    receiver = {"name": order.receiver.name, "iban": order.receiver.iban, "bank": _bank_of(order)}
    how = {"reference": order.reference, "channel": order.channel, "request": request_of(order)}
    started = {**amount, "customer": order.customer, "receiver": receiver, **how}
    if order.standing_order is not None:
        started |= {"standing_order": order.standing_order}
    reserved = {**amount, "route": _route_of(order)}
    cause = work.append(account, cause, order.transfer, ("TransferInitiated", started), ("FundsReserved", reserved))
    sender = {"account": order.account, "sender": order.name}
    body = {**started, **sender, "inside": order.inside, "route": _route_of(order)}
    work.tell("FundsWereReserved", body, cause, order.transfer)


def request_of(order: Order) -> str:
    """The key under which the app asks: the same request asked twice bears the same one."""
    return order.request or f"R-{order.transfer[2:]}"


def _route_of(order: Order) -> str:
    if order.inside:
        return "inside"
    return "clearing" if order.currency == CURRENCY else "se"


def _bank_of(order: Order) -> str:
    return order.receiver.bank.key if order.receiver.bank else "own"


def on_funds_reserved(work: Work, message: Message) -> None:
    body, key = message.body, message.correlation
    transfer = work.load(BankTransfer, key)
    if not transfer.may("Initiated"):
        return
    fields = ("transfer", "amount", "currency", "account", "customer", "reference")
    facts = {field: body[field] for field in fields} | {"route": body["route"]}
    cause = work.append(transfer, message.cause, key, ("Initiated", facts))
    if body["route"] == "se":
        cause = work.append(transfer, cause, key, ("RoutedAbroad", _amount_of(body) | {"to": "Sweden"}))
    work.tell(REQUESTS[body["route"]], body, cause, key)


REQUESTS = {
    "inside": "InsideTransferInitiated",
    "clearing": "TransferRequested",
    "se": "SwedishTransferRequested",
}


def on_inside_transfer(work: Work, message: Message) -> None:
    """Both accounts are the bank's own: no clearing takes part."""
    body, key = message.body, message.correlation
    transfer, receiver = work.load(BankTransfer, key), work.load(Account, body["inside"])
    if not transfer.may("RoutedInside"):
        return
    if not receiver.may("TransferReceived"):
        _fail(work, transfer, message, "the receiver's account is not open")
        return
    amount = _amount_of(body)
    to = {"receiver_account": receiver.key, "receiver_customer": receiver.customer}
    routed = work.append(transfer, message.cause, key, ("RoutedInside", {**amount, **to}))
    cause = work.append(transfer, routed, key, ("Succeeded", amount))
    work.tell("TransferSucceeded", {**body, "routed": routed}, cause, key)


def on_confirmed(work: Work, message: Message) -> None:
    transfer = work.load(BankTransfer, message.correlation)
    if transfer.may("Succeeded"):
        cause = work.append(transfer, message.cause, message.correlation, ("Succeeded", _amount_of(message.body)))
        work.tell("TransferSucceeded", message.body, cause, message.correlation)


def on_refused_by_clearing(work: Work, message: Message) -> None:
    transfer = work.load(BankTransfer, message.correlation)
    if transfer.may("Failed"):
        _fail(work, transfer, message, message.body["reason"])


def _fail(work: Work, transfer: BankTransfer, message: Message, reason: str) -> None:
    facts = {**_amount_of(message.body), "account": message.body["account"], "reason": reason}
    cause = work.append(transfer, message.cause, message.correlation, ("Failed", facts))
    work.tell("TransferFailed", message.body | {"reason": reason}, cause, message.correlation)


def on_succeeded(work: Work, message: Message) -> None:
    """Book the sender's side: the hold goes and the transaction comes, in one append."""
    body, key = message.body, message.correlation
    account = work.load(Account, body["account"])
    if key not in account.holds:
        return
    amount, route = _amount_of(body), body["route"]
    created = {**amount, "route": route, "reference": body["reference"], "transaction": f"{key}-out"}
    completed, removed = ("TransferCompleted", amount), ("ReservationRemoved", {**amount, "route": route})
    cause = work.append(account, message.cause, key, completed, removed, ("TransactionCreated", created))
    if route == "inside":
        work.tell("CreditDue", body, cause, key)


def on_failed(work: Work, message: Message) -> None:
    """Give the customer the money back, and say why."""
    body, key = message.body, message.correlation
    account = work.load(Account, body["account"])
    if key in account.holds:
        amount = _amount_of(body)
        failed = ("TransferFailed", {**amount, "reason": body["reason"]})
        released = ("ReservationReleased", {**amount, "route": body["route"]})
        work.append(account, message.cause, key, released, failed)


def on_credit_due(work: Work, message: Message) -> None:
    body, key = message.body, message.correlation
    account = work.load(Account, body["inside"])
    if f"TransferReceived/{key}" not in account.done:
        sender = {"name": body["sender"], "iban": people.own_iban(body["account"]), "bank": "own"}
        received = {"customer": account.customer, "route": "inside", "sender": sender, "reference": body["reference"]}
        work.append(account, message.cause, key, ("TransferReceived", _amount_of(body) | received))


def on_incoming(work: Work, message: Message) -> None:
    """Money from another bank: credit it, or send it back where the account is not open or not known."""
    body, key = message.body, message.correlation
    transfer = work.load(BankTransfer, key)
    if not transfer.may("Registered"):
        return
    amount, known = _amount_of(body), {"account": body["account"]} if "account" in body else {}
    account = work.load(Account, known["account"]) if known else None
    registered = {**amount, **known, "route": "incoming", "reference": body["reference"]}
    cause = work.append(transfer, message.cause, key, ("Registered", registered))
    if account is None or not account.may("TransferReceived"):
        reason = "the account is not open" if account else "the account is not known"
        cause = work.append(transfer, cause, key, ("Refused", {**amount, "reason": reason}))
        work.tell("IncomingRefused", {**amount, "bank": body["bank"], "reason": reason}, cause, key)
        return
    sender = {"name": body["sender"]["name"], "iban": body["sender"]["iban"], "bank": body["bank"]}
    received = {"customer": account.customer, "route": "clearing", "sender": sender, "reference": body["reference"]}
    cause = work.append(account, cause, key, ("TransferReceived", amount | received))
    cause = work.append(transfer, cause, key, ("Credited", amount))
    work.tell("IncomingCredited", amount, cause, key)


def _amount_of(body: dict[str, Any]) -> dict[str, Any]:
    return {"transfer": body["transfer"], "amount": body["amount"], "currency": body["currency"]}


HANDLERS: dict[str, Handler] = {
    "FundsWereReserved": on_funds_reserved,
    "InsideTransferInitiated": on_inside_transfer,
    "TransferConfirmed": on_confirmed,
    "TransferRefusedByClearing": on_refused_by_clearing,
    "TransferSucceeded": on_succeeded,
    "TransferFailed": on_failed,
    "CreditDue": on_credit_due,
    "IncomingArrived": on_incoming,
    "ScreeningEnds": on_screening_ends,
}
