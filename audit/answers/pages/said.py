"""Where a subject's money is, with what is true to say of it: what its page says, whatever the bank's own words are."""

from __future__ import annotations

from dataclasses import replace

from audit.answers.inquiry import Inquiry
from audit.answers.pages.account import account
from audit.answers.pages.customer import customer
from audit.answers.pages.findings import findings_of
from audit.answers.pages.transfer import transfer
from audit.answers.reading.names import CUSTOMER
from audit.answers.shapes import FindingLine, Where
from audit.answers.where import where
from audit.values import Subject


def where_to_say(inquiry: Inquiry, subject: Subject) -> Where:
    """Raises UnknownSubject. Of a place or a lane nothing is said but the bank's own words."""
    return where_doubted(inquiry, subject)[0]


def where_doubted(inquiry: Inquiry, subject: Subject) -> tuple[Where, tuple[FindingLine, ...]]:
    """The same with what the page shows as not explained."""
    kind = inquiry.model.kinds.get(subject.kind)
    if kind is not None and kind.is_flow:
        of_flow = transfer(inquiry, subject)
        return replace(of_flow.where, to_say=of_flow.tells), of_flow.findings.rows
    answer = where(inquiry, subject)
    if subject.kind == CUSTOMER:
        of_customer = customer(inquiry, subject)
        return replace(answer, to_say=of_customer.answer), of_customer.findings.rows
    if kind is not None and kind.book:
        of_account = account(inquiry, subject)
        return replace(answer, to_say=of_account.answer), of_account.findings.rows
    id = inquiry.ids.get(subject)
    return answer, findings_of(inquiry, [id]).rows if id else ()
