"""The accounts that are one customer's alone: of a joint one, who looked may have looked at the other."""

from __future__ import annotations

from audit.answers.inquiry import Inquiry
from audit.answers.names import customers_of, linked
from audit.answers.withheld import holders
from audit.values import Subject

ACCOUNTS_MAX = 1000


def own_accounts(inquiry: Inquiry, customer: Subject, id: int) -> list[Subject]:
    """`id` is our number of the customer."""
    found = linked(inquiry.connection, id, holders(inquiry.model), ACCOUNTS_MAX)
    return [account for number, account, _ in found if customers_of(inquiry.connection, account, number) == (customer,)]
