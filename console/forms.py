"""What people type, checked before anything else sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from audit.access import reasons
from audit.access.reasons import Reason
from audit.errors import UsageError
from audit.model.amounts import NotAnAmount, units_of

TEXT_LENGTH_MAX = 200
AMOUNT_LENGTH_MAX = 40
YEARS = (1900, 9000)  # of days that somebody asks for: those beside them are days too


class SearchForm:
    """The one field of a search."""

    @staticmethod
    def read(post: QueryDict) -> str:
        text = " ".join(post.get("text", "").replace("\0", "").split())
        if not text:
            raise UsageError("write what to find: a customer, an account, a transfer or a reference")
        if len(text) > TEXT_LENGTH_MAX:
            raise UsageError(gettext("what to find is at most %(count)s characters long") % {"count": TEXT_LENGTH_MAX})
        return text


@dataclass(frozen=True, slots=True)
class ReasonForm:
    """Why somebody looks, and which of the customers it is about."""

    reason: Reason
    customer: int

    @classmethod
    def read(cls, post: QueryDict, customers: int) -> ReasonForm:
        if not post.get("code"):
            raise UsageError("choose a reason")
        code, caller = post.get("code", ""), post.get("caller_identified", "")
        if code == reasons.CALL and not caller:
            raise UsageError("say how the caller was identified")
        reason = reasons.reason(code, post.get("ticket", "").strip(), caller if code == reasons.CALL else "")
        chosen = whole_number(post.get("customer", "0"))
        if chosen is None or chosen >= customers:
            raise UsageError("choose which customer it is about")
        return cls(reason, chosen)


@dataclass(frozen=True, slots=True)
class AmountForm:
    """An amount to find and the days to look at; None: the usual ones. `text` is as it was typed."""

    text: str
    units: int
    began: date | None
    ended: date | None

    @classmethod
    def read(cls, query: QueryDict, digits: int) -> AmountForm | None:
        """None: nothing is to be found. Raises UsageError."""
        text = query.get("amount", "").strip()
        if not text:
            return None
        if len(text) > AMOUNT_LENGTH_MAX:
            raise UsageError(gettext("an amount is at most %(count)s characters long") % {"count": AMOUNT_LENGTH_MAX})
        try:
            units = units_of(_plain_amount(text, digits), digits)
        except NotAnAmount as error:
            raise UsageError(f"the amount {error}: write it as 1234.50") from None
        return cls(text, units, day_in(query, "from"), day_in(query, "to"))


def _plain_amount(text: str, digits: int) -> str:
    """As people write it, with spaces, points or commas between thousands: the last mark is the decimal one, unless
    what follows it are three digits that cannot be decimals."""
    text = "".join(text.split()).removeprefix("+").removeprefix("-").removeprefix("\N{MINUS SIGN}")
    marks = [mark for mark in text if mark in ".,"]
    if not marks:
        return text
    whole, mark, fraction = text.rpartition(marks[-1])
    if marks.count(mark) > 1 or (len(fraction) == 3 and digits < 3):
        whole, fraction = whole + fraction, ""
    whole = whole.replace(".", "").replace(",", "")
    return f"{whole}.{fraction}" if fraction else whole


def day_in(query: QueryDict, name: str) -> date | None:
    text = query.get(name, "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(gettext("%(name)s must be a day, written as 2026-11-21") % {"name": name}) from None
    if day is not None and not YEARS[0] <= day.year <= YEARS[1]:
        told = gettext("%(name)s must be a day of the years %(first)s to %(last)s")
        raise UsageError(told % {"name": name, "first": YEARS[0], "last": YEARS[1]})
    return day


def whole_number(text: str, digits: int = 9) -> int | None:
    """None where it is none, or has more digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def safe_next(text: str | None, host: str) -> str:
    """Where to go on: only a page of this console."""
    if text and text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts={host}):
        return text
    return "/"
