"""What people type, checked before anything else sees it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from audit.access import reasons
from audit.access.reasons import Reason
from audit.errors import UsageError

TEXT_LENGTH_MAX = 200


class SearchForm:
    """The one field of a search."""

    @staticmethod
    def read(post: QueryDict) -> str:
        text = " ".join(post.get("text", "").replace("\0", "").split())
        if not text:
            raise UsageError("write what to find: a customer, an account, a transfer or a reference")
        if len(text) > TEXT_LENGTH_MAX:
            raise UsageError(f"what to find is at most {TEXT_LENGTH_MAX} characters long")
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
        chosen = post.get("customer", "0")
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 4 and int(chosen) < customers):
            raise UsageError("choose which customer it is about")
        return cls(reason, int(chosen))


def safe_next(text: str | None, host: str) -> str:
    """Where to go on: only a page of this console."""
    if text and text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts={host}):
        return text
    return "/"
