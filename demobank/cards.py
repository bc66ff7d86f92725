"""Card payments in the core: a shop asks, the bank holds, the shop captures, and the hold goes with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from demobank import identity
from demobank.aggregates import Account, CardPayment
from demobank.people import Shop
from demobank.work import CURRENCY, Data, Message, Work, money, units_of

HOLD = 3 * 86_400 * 1_000_000  # microseconds that an unused hold lasts
REASONS = {
    "05": "do not honour",
    "51": "insufficient funds",
    "54": "the card has expired",
    "57": "not permitted to the cardholder",
    "62": "the account is not open",
}


class Purchase(msgspec.Struct, frozen=True):
    """A customer at a till."""

    payment: str
    account: str
    customer: str
    card: str
    shop: Shop
    units: int


def pay(work: Work, purchase: Purchase) -> None:
    """Hold the money and say yes, or decline with a code; what the shop does next is its own affair."""
    key = purchase.payment
    payment, account = work.load(CardPayment, key), work.load(Account, purchase.account)
    if not payment.may("Requested"):
        return
    fate = work.sale(key)
    amount = {"card_payment": key, "amount": money(purchase.units), "currency": CURRENCY}
    cause = work.append(payment, None, key, ("Requested", _request(purchase, amount)))
    code = fate.refusal or _refusal(account, purchase.units)
    if code is not None:
        work.append(payment, cause, key, ("Declined", {**amount, "code": code, "reason": REASONS[code]}))
        return
    cause = work.append(account, cause, key, ("CardHoldPlaced", {**amount, "merchant": purchase.shop.name}))
    approval = f"{identity.digest(key, 'approval') % 1_000_000:06d}"
    facts = {**amount, "account": purchase.account, "approval": approval}
    cause = work.append(payment, cause, key, ("Authorised", facts))
    body = {**amount, "account": purchase.account, "merchant": purchase.shop.name, "merchant_id": purchase.shop.key}
    work.later(HOLD, "HoldEnds", body, cause, key)
    _next_act(work, body, fate.acts, cause, key)


def _request(purchase: Purchase, amount: dict[str, str]) -> dict[str, Any]:
    shop = purchase.shop
    merchant = {"id": shop.key, "name": shop.name, "town": shop.town, "category": shop.category}
    payer = {"account": purchase.account, "customer": purchase.customer, "card": purchase.card}
    return {**amount, **payer, "merchant": merchant}


def _refusal(account: Account, units: int) -> str | None:
    if not account.may("CardHoldPlaced"):
        return "62"
    return "51" if units > account.available else None


def _next_act(work: Work, body: dict[str, Any], acts: Sequence[Sequence[Any]], cause: str, key: str) -> None:
    if acts:
        (delay, act), *rest = acts
        work.later(delay, "ShopActs", body | {"act": act, "acts": rest}, cause, key)


def on_shop_acts(work: Work, message: Message) -> None:
    payment, body = work.load(CardPayment, message.correlation), message.body
    act = {"capture": _capture, "part": _capture_part, "reverse": _reverse, "rest": _release_rest}[body["act"]]
    cause = act(work, payment, message)
    if cause is not None:
        kept = {name: value for name, value in body.items() if name not in ("act", "acts")}
        _next_act(work, kept, body["acts"], cause, message.correlation)


def _capture(work: Work, payment: CardPayment, message: Message) -> str | None:
    if payment.may("CapturedLate"):
        return _capture_late(work, payment, message)
    if not payment.may("Captured"):
        return None
    return _captured(work, payment, message, "Captured", payment.left)


def _capture_part(work: Work, payment: CardPayment, message: Message) -> str | None:
    """A part of the order is sent, and that part is charged."""
    if not payment.may("CapturedInPart") or payment.left < 2:
        return None
    return _captured(work, payment, message, "CapturedInPart", payment.left * 3 // 5)


def _captured(work: Work, payment: CardPayment, message: Message, type_: str, units: int) -> str:
    facts = _facts(message.body) | {"amount": money(units), "merchant_id": message.body["merchant_id"]}
    cause = work.append(payment, message.cause, payment.key, (type_, facts))
    work.tell("CardCaptured", message.body | {"amount": money(units), "held": True}, cause, payment.key)
    return cause


def _capture_late(work: Work, payment: CardPayment, message: Message) -> str:
    """The shop captures what is no longer held: it is booked if it is covered."""
    account, facts = work.load(Account, message.body["account"]), _facts(message.body)
    if not account.may("CardBooked") or account.available < units_of(facts["amount"]):
        refused = facts | {"code": "51", "reason": REASONS["51"]}
        return work.append(payment, message.cause, payment.key, ("LateCaptureRefused", refused))
    cause = work.append(
        payment, message.cause, payment.key, ("CapturedLate", facts | {"merchant_id": message.body["merchant_id"]})
    )
    work.tell("CardCaptured", message.body | {"held": False}, cause, payment.key)
    return cause


def _reverse(work: Work, payment: CardPayment, message: Message) -> str | None:
    return _given_back(work, payment, message, "Reversed", {"reason": "cancelled at the shop"})


def _release_rest(work: Work, payment: CardPayment, message: Message) -> str | None:
    return _given_back(work, payment, message, "RestReleased", {})


def on_hold_ends(work: Work, message: Message) -> None:
    payment = work.load(CardPayment, message.correlation)
    type_ = "RestReleased" if payment.may("RestReleased") else "HoldExpired"
    _given_back(work, payment, message, type_, {})


def _given_back(work: Work, payment: CardPayment, message: Message, type_: str, more: Data) -> str | None:
    """What is still held goes back to the customer."""
    if not payment.may(type_):
        return None
    facts = _facts(message.body) | {"amount": money(payment.left)}
    cause = work.append(payment, message.cause, payment.key, (type_, {**facts, **more}))
    work.tell("CardHoldOver", message.body | {"amount": money(payment.left)}, cause, payment.key)
    return cause


def on_captured(work: Work, message: Message) -> None:
    """Book what was captured; its hold goes in the same append, where there is one."""
    body, key = message.body, message.correlation
    account, facts = work.load(Account, body["account"]), _facts(body)
    booked = ("CardBooked", facts | {"merchant": body["merchant"], "transaction": f"{key}-{message.cause[:8]}"})
    if body["held"] and account.holds.get(key, 0) >= units_of(body["amount"]):
        work.append(account, message.cause, key, ("CardHoldReleased", facts), booked)
    elif not body["held"] and f"CardBooked/{key}" not in account.done:
        work.append(account, message.cause, key, booked)


def on_hold_over(work: Work, message: Message) -> None:
    account = work.load(Account, message.body["account"])
    if message.correlation in account.holds:
        work.append(account, message.cause, message.correlation, ("CardHoldReturned", _facts(message.body)))


def _facts(body: Data) -> dict[str, Any]:
    return {name: body[name] for name in ("card_payment", "amount", "currency", "account")}


HANDLERS: dict[str, Callable[[Work, Message], None]] = {
    "ShopActs": on_shop_acts,
    "HoldEnds": on_hold_ends,
    "CardCaptured": on_captured,
    "CardHoldOver": on_hold_over,
}
