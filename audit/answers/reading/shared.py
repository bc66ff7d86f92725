"""A subject that is nobody's own and carries the payments of many (a batch of salaries). One reason opens it, so that
it says of each payment that it is there; how much stands on the payment's page, behind its own customer's door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from audit.answers.inquiry import Inquiry
from audit.answers.reading.events import Told
from audit.answers.reading.names import CUSTOMER, Known, customers_of_asked, flow_kinds, linked
from audit.answers.reading.withheld import holders
from audit.answers.shapes import EventLine, Technical


def is_shared(inquiry: Inquiry, asked: Known) -> bool:
    """Whether it belongs to no customer and carries more than one payment. A bank without customers has no doors."""
    flows = flow_kinds(inquiry.model)
    if CUSTOMER not in inquiry.model.kinds or not asked.id:
        return False
    if asked.subject.kind in (CUSTOMER, *flows, *holders(inquiry.model)):
        return False
    carried = linked(inquiry.connection, asked.id, flows, 2)
    return len(carried) > 1 and not customers_of_asked(inquiry, asked.subject, asked.id)


def own(inquiry: Inquiry, told: Iterable[Told]) -> dict[int, Told]:
    """By position, the events that are the shared subject's own, not one payment's."""
    flows = set(flow_kinds(inquiry.model))
    return {one.row.position: one for one in told if not any(tie.kind in flows for tie in one.ties)}


def covered(lines: Iterable[EventLine], own: Mapping[int, Told]) -> list[EventLine]:
    """The lines, those of single payments without amount, and with their type's title for a sentence."""
    return [line if line.ref.position in own else _covered(line) for line in lines]


def _covered(line: EventLine) -> EventLine:
    return replace(line, says=line.title, tells="", movements=())


def covered_data(shown: Technical, own: Mapping[int, Told]) -> Technical:
    return shown if shown.ref.position in own else replace(shown, payload="", upcast=None)
