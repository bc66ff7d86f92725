"""The DK adapter: it hands transfers to the Danish clearing, asks again when no answer comes, and takes payments in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from demobank import identity
from demobank.aggregates import AdapterTransfer, Batch, Clearing, Incoming
from demobank.people import Party
from demobank.work import CURRENCY, Message, Work, amount_of, kept_of, money, parties_of

CLEARING = "dk-instant"
SECOND = 1_000_000
SENDING = 50_000  # microseconds from an order to its sending
TAKING = 80_000
ANSWERING = 30_000
PATIENCE = 30 * SECOND
PAUSE = 1_200_000  # between a timeout and asking again
CLERK = 2_400 * SECOND  # until a person has looked at a payment whose account nobody knows
ASKED_MAX = 3  # then people are told


class Arrival(msgspec.Struct, frozen=True):
    """A payment from another bank to one of this bank's accounts."""

    transfer: str
    account: str
    iban: str
    units: int
    sender: Party
    reference: str
    clerk: str | None = None  # what becomes of one whose account nobody knows: `matches` or `gives up`


def on_requested(work: Work, message: Message) -> None:
    body, key = message.body, message.correlation
    transfer = work.load(AdapterTransfer, key)
    if not transfer.may("Initiated"):
        return
    facts = {
        **amount_of(body),
        **parties_of(body),
        "clearing": CLEARING,
        "scheme_id": f"DKI{identity.digest(key, 'scheme') % 10**10:010d}",
    }
    cause = work.append(transfer, message.cause, key, ("Initiated", facts))
    work.later(SENDING, "SendNow", kept_of(body), cause, key)


def on_send(work: Work, message: Message) -> None:
    key = message.correlation
    transfer = work.load(AdapterTransfer, key)
    if transfer.may("Sent"):
        cause = work.append(transfer, message.cause, key, ("Sent", {**amount_of(message.body), "clearing": CLEARING}))
        work.later(TAKING, "ClearingTakes", message.body, cause, key)
        work.later(PATIENCE, "PatienceEnds", message.body | {"asked": 0}, cause, key)


def on_clearing_takes(work: Work, message: Message) -> None:
    key = message.correlation
    clearing = work.load(Clearing, key)
    if clearing.may("Received"):
        cause = work.append(clearing, message.cause, key, ("Received", amount_of(message.body)))
        work.later(work.fate(key).delay, "ClearingAnswers", message.body, cause, key)


def on_clearing_answers(work: Work, message: Message) -> None:
    key = message.correlation
    clearing, refusal = work.load(Clearing, key), work.fate(message.correlation).refusal
    if not clearing.may("Settled"):
        return
    reason = {"reason": refusal} if refusal else {}
    answer = "Rejected" if refusal else "Settled"
    cause = work.append(clearing, message.cause, key, (answer, amount_of(message.body) | reason))
    work.later(ANSWERING, "AnswerArrives", message.body | reason, cause, key)


def on_answer(work: Work, message: Message) -> None:
    body, key = message.body, message.correlation
    transfer = work.load(AdapterTransfer, key)
    if not transfer.may("Succeeded"):
        return
    facts = amount_of(body) | {"clearing": CLEARING}
    if "reason" in body:
        cause = work.append(transfer, message.cause, key, ("Failed", facts | {"reason": body["reason"]}))
        work.tell("TransferRefusedByClearing", body, cause, key)
    else:
        cause = work.append(transfer, message.cause, key, ("Succeeded", facts | {"bank": body["receiver"]["bank"]}))
        work.tell("TransferConfirmed", body, cause, key)


def on_patience_ends(work: Work, message: Message) -> None:
    """No answer in time: its outcome is unknown, so ask; never send again."""
    body, key = message.body, message.correlation
    transfer = work.load(AdapterTransfer, key)
    if transfer.may("TimedOut") and transfer.asked == body["asked"]:
        cause = work.append(transfer, message.cause, key, ("TimedOut", {**amount_of(body), "after_seconds": 30}))
        work.later(PAUSE, "AskAgain", body, cause, key)


def on_ask_again(work: Work, message: Message) -> None:
    body, key = message.body, message.correlation
    transfer = work.load(AdapterTransfer, key)
    if not transfer.may("AskedAgain"):
        return
    attempt = transfer.asked + 1
    cause = work.append(transfer, message.cause, key, ("AskedAgain", {**amount_of(body), "attempt": attempt}))
    if attempt < ASKED_MAX:
        work.later(PATIENCE, "PatienceEnds", body | {"asked": attempt}, cause, key)


def receive(work: Work, arrival: Arrival, cause: str | None = None, batch: str | None = None) -> None:
    """A payment comes in; the core is told."""
    assert arrival.sender.bank is not None, "a payment comes in from another bank"
    bank, key = arrival.sender.bank.key, arrival.transfer
    incoming = work.load(Incoming, key)
    if not incoming.may("Received"):
        return
    sender = {"name": arrival.sender.name, "iban": arrival.sender.iban}
    amount = {"transfer": key, "amount": money(arrival.units), "currency": CURRENCY}
    facts = {**amount, "bank": bank, "sender": sender, "reference": arrival.reference}
    received = facts | {"receiver": {"iban": arrival.iban}} | ({"batch": batch} if batch else {})
    cause = work.append(incoming, cause, key, ("Received", received))
    if arrival.clerk is None:
        work.tell("IncomingArrived", facts | {"account": arrival.account}, cause, key)
        return
    cause = work.append(incoming, cause, key, ("Unmatched", {**amount, "bank": bank, "reason": "no such account here"}))
    body = {**facts, "account": arrival.account, "clerk": arrival.clerk}
    work.later(CLERK, "ClerkLooks", body, cause, key)


def on_clerk(work: Work, message: Message) -> None:
    """A person finds whose the money is, or sends it back through the core."""
    body, key = dict(message.body), message.correlation
    incoming, clerk, account = work.load(Incoming, key), body.pop("clerk"), body.pop("account")
    if not incoming.may("Matched"):
        return
    facts = {**amount_of(body), "bank": body["bank"], "by": f"E-{300 + identity.digest(key, 'clerk') % 40}"}
    if clerk == "matches":
        cause = work.append(incoming, message.cause, key, ("Matched", {**facts, "account": account}))
        body["account"] = account
    else:
        cause = work.append(incoming, message.cause, key, ("GivenUp", {**facts, "reason": "nobody knows the receiver"}))
    work.tell("IncomingArrived", body, cause, key)


def receive_batch(work: Work, batch: str, payer: Party, arrivals: Sequence[Arrival]) -> None:
    """A file of payments, such as salaries: the file's facts first, then each payment as one of its own."""
    known = work.load(Batch, batch)
    if not known.may("BatchReceived"):
        return
    total = money(sum(arrival.units for arrival in arrivals))
    facts = {"batch": batch, "payer": payer.name, "count": len(arrivals), "total": total, "currency": CURRENCY}
    cause = work.append(known, None, batch, ("BatchReceived", facts))
    for arrival in arrivals:
        receive(work, arrival, cause, batch)
    work.append(known, cause, batch, ("BatchUnpacked", {"batch": batch, "count": len(arrivals)}))


def on_credited(work: Work, message: Message) -> None:
    incoming = work.load(Incoming, message.correlation)
    if incoming.may("Credited"):
        work.append(incoming, message.cause, message.correlation, ("Credited", amount_of(message.body)))


def on_refused(work: Work, message: Message) -> None:
    incoming, body = work.load(Incoming, message.correlation), message.body
    if incoming.may("Returned"):
        facts = {**amount_of(body), "bank": body["bank"], "reason": body["reason"]}
        work.append(incoming, message.cause, message.correlation, ("Returned", facts))


HANDLERS: dict[str, Callable[[Work, Message], None]] = {
    "TransferRequested": on_requested,
    "SendNow": on_send,
    "ClearingTakes": on_clearing_takes,
    "ClearingAnswers": on_clearing_answers,
    "AnswerArrives": on_answer,
    "PatienceEnds": on_patience_ends,
    "AskAgain": on_ask_again,
    "ClerkLooks": on_clerk,
    "IncomingCredited": on_credited,
    "IncomingRefused": on_refused,
}
