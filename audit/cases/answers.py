"""An answer as a case keeps it: what the subject's page says at that moment, its warnings with it."""

from __future__ import annotations

from dataclasses import replace

from audit.answers.documents import Document, what_document, where_document
from audit.answers.inquiry import Inquiry
from audit.answers.pages.findings import findings_of
from audit.answers.pages.transfer import transfer
from audit.answers.reading.names import flow_kinds
from audit.answers.reading.withheld import withhold
from audit.answers.shapes import FindingLine, Where
from audit.answers.what import whole_story_in_pages
from audit.answers.where import where
from audit.values import Subject


def where_pinned(inquiry: Inquiry, subject: Subject) -> Document:
    """Where the money is, with the places' titles and what is not explained; the bank's own words may be untrue."""
    (answer, findings), _ = withhold(inquiry, _where(inquiry, subject), [subject])
    lines = (*answer.ledger, *answer.places, *answer.on_its_way)
    return {
        **where_document(answer),
        "titles": {str(line.place): line.title for line in lines},
        "warnings": [one.says for one in findings if one.is_open],
    }


def what_pinned(inquiry: Inquiry, subject: Subject) -> Document:
    pages = whole_story_in_pages(inquiry, subject)
    return what_document(withhold(inquiry, page, [subject])[0] for page in pages)


def _where(inquiry: Inquiry, subject: Subject) -> tuple[Where, tuple[FindingLine, ...]]:
    if subject.kind in flow_kinds(inquiry.model):
        page = transfer(inquiry, subject)
        return replace(page.where, to_say=page.tells), page.findings.rows
    return where(inquiry, subject), findings_of(inquiry, [inquiry.ids[subject]]).rows
