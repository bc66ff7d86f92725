"""The SE adapter: it hands transfers to the Swedish clearing, which takes them until its cut-off on bank days."""

from __future__ import annotations

from collections.abc import Callable

from demobank import identity
from demobank.aggregates import SwedishTransfer
from demobank.bank_days import SWEDISH
from demobank.work import Message, Work, amount_of, kept_of, parties_of

CLEARING = "se-batch"
SECOND = 1_000_000
SENDING = 2 * SECOND
SPREAD = 20 * 60 * SECOND  # what waited goes out within this time of the opening
WORKING = 600 * SECOND  # the clearing answers by batch


def on_requested(work: Work, message: Message) -> None:
    """Take the transfer over; after the cut-off it is booked on the next bank day."""
    body, key = message.body, message.correlation
    transfer = work.load(SwedishTransfer, key)
    if not transfer.may("Initiated"):
        return
    facts = {**amount_of(body), **parties_of(body), "clearing": CLEARING}
    cause = work.append(transfer, message.cause, key, ("Initiated", facts))
    now = work.clock()
    opening = SWEDISH.opening(now)
    wait = SENDING
    if opening > now:
        day = SWEDISH.local(opening).date().isoformat()
        cause = work.append(transfer, cause, key, ("Queued", {**amount_of(body), "until": day}))
        wait = opening - now + identity.digest(key, "place") % SPREAD
    work.later(wait, "SwedishSendNow", kept_of(body), cause, key)


def on_send(work: Work, message: Message) -> None:
    body, key = message.body, message.correlation
    transfer = work.load(SwedishTransfer, key)
    if transfer.may("Sent"):
        day = SWEDISH.local(work.clock()).date().isoformat()
        facts = {**amount_of(body), "clearing": CLEARING, "booked_on": day}
        cause = work.append(transfer, message.cause, key, ("Sent", facts))
        work.later(WORKING + 10 * work.fate(key).delay, "SwedishClearingAnswers", body, cause, key)


def on_answer(work: Work, message: Message) -> None:
    body, key = message.body, message.correlation
    transfer, refusal = work.load(SwedishTransfer, key), work.fate(key).refusal
    if not transfer.may("Settled"):
        return
    facts = amount_of(body) | {"clearing": CLEARING}
    if refusal:
        cause = work.append(transfer, message.cause, key, ("Rejected", facts | {"reason": refusal}))
        work.tell("TransferRefusedByClearing", body | {"reason": refusal}, cause, key)
    else:
        cause = work.append(transfer, message.cause, key, ("Settled", facts | {"bank": body["receiver"]["bank"]}))
        work.tell("TransferConfirmed", body, cause, key)


HANDLERS: dict[str, Callable[[Work, Message], None]] = {
    "SwedishTransferRequested": on_requested,
    "SwedishSendNow": on_send,
    "SwedishClearingAnswers": on_answer,
}
