"""The coded reasons for looking at a customer, with an optional ticket. Their order is their key on the keyboard."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from audit.errors import UsageError

CALL = "call"
SECRET = (
    "authority",
    "money_laundering",
)  # a look under secrecy: who may give them is a right, the customer is not told
CODES = (CALL, "written", "complaint", "investigation", "fraud", "audit", *SECRET)
CALLER = ("", "code", "callback", "questions", "app")  # how a caller was identified
_TICKET = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9 ._/#-]{0,39}")

_LONG = re.compile(r"[0-9]{10}")  # a civil, account or card number without a break
_CIVIL = re.compile(r"(?<![0-9])(?:19|20)?([0-9]{2})([0-9]{2})([0-9]{2})[ ./_-][0-9]{4}(?![0-9])")
_CARD_OR_IBAN = re.compile(r"(?:[0-9]{4}|[A-Za-z]{2}[0-9]{2})(?:[ ._/-][0-9A-Za-z]{4}){3}")
_PHONE = re.compile(
    r"(?<![A-Za-z0-9#_/-])[2-9](?:[0-9]{7}|[0-9]{3} [0-9]{4}|[0-9](?:[ .][0-9]{2}){3})(?![A-Za-z0-9_/-])"
)


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    ticket: str = ""
    caller_identified: str = ""


def parse(text: str) -> Reason:
    """The reason written CODE or CODE:TICKET; raises UsageError where it is not one."""
    code, _, ticket = text.partition(":")
    return reason(code.strip(), ticket.strip())


def reason(code: str, ticket: str = "", caller_identified: str = "") -> Reason:
    if code not in CODES:
        raise UsageError(f"{code!r} is not a reason: write one of {', '.join(CODES)}")
    checked_ticket(ticket)
    if caller_identified not in CALLER:
        raise UsageError(f"{caller_identified!r} is no way to identify a caller: write one of {', '.join(CALLER[1:])}")
    return Reason(code, ticket, caller_identified)


def checked_ticket(ticket: str) -> str:
    """Itself; raises UsageError where it is more than a ticket's number."""
    if ticket and not _TICKET.fullmatch(ticket):
        raise UsageError("a ticket has a digit, and at most 40 letters, digits, spaces and . _ / # -: its number only")
    if _is_personal(ticket):
        raise UsageError("that looks like a civil, account, card or phone number: a ticket is a number of your own")
    return ticket


def _is_personal(ticket: str) -> bool:
    """It would stay in the record for good."""
    return bool(_LONG.search(ticket) or _CARD_OR_IBAN.search(ticket) or _PHONE.search(ticket)) or any(
        _is_day(first, second) or _is_day(third, second) for first, second, third in _CIVIL.findall(ticket)
    )


def _is_day(day: str, month: str) -> bool:
    """Also with 60 added to the day, as in civil numbers that are nobody's or not yet somebody's."""
    return 1 <= int(day) % 60 <= 31 and 1 <= int(month) <= 12


def under_secrecy(reason: Reason | None) -> Reason:
    """Itself where it is secret; else the same, and secret. So is everything recorded that a secret case shows in."""
    if reason is not None and reason.code in SECRET:
        return reason
    return replace(reason or Reason(""), code=SECRET[0])


def codes_for(is_secret_too: bool) -> tuple[str, ...]:
    """The codes that somebody may give: those under secrecy need a right."""
    return CODES if is_secret_too else tuple(code for code in CODES if code not in SECRET)
