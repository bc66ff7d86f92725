"""The accounts that are one customer's alone: of a joint one, who looked may have looked at the other."""

from __future__ import annotations

from audit.answers.inquiry import Inquiry
from audit.answers.reading.withheld import holders
from audit.values import Subject


def own_accounts(inquiry: Inquiry, id: int) -> list[Subject]:
    """`id` is our number of the customer."""
    rows = inquiry.rows("answer_own_accounts", {"customer": id, "kinds": holders(inquiry.model)})
    return [Subject(kind, key) for kind, key in rows]
