"""An answer as a case keeps it: what the subject's page says at that moment, its warnings with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.answers.documents import Document, what_document, where_document
from audit.answers.inquiry import Inquiry
from audit.answers.pages.said import where_doubted
from audit.answers.reading.withheld import withhold
from audit.answers.what import whole_story_in_pages
from audit.instance import model_of
from audit.model.personal import newly_personal
from audit.values import Subject

WORDS = ("tells", "to_say", "says")  # and what is named: an earlier model may have put into them what is personal now


def where_pinned(inquiry: Inquiry, subject: Subject) -> Document:
    """Where the money is, with the places' titles and what is not explained; the bank's own words may be untrue."""
    (answer, findings), _ = withhold(inquiry, where_doubted(inquiry, subject), [subject])
    lines = (*answer.ledger, *answer.places, *answer.on_its_way)
    return {
        **where_document(answer),
        "titles": {str(line.place): line.title for line in lines},
        "warnings": [one.says for one in findings if one.is_open],
    }


def what_pinned(inquiry: Inquiry, subject: Subject) -> Document:
    pages = whole_story_in_pages(inquiry, subject)
    return what_document(withhold(inquiry, page, [subject])[0] for page in pages)


def as_may_be_told(inquiry: Inquiry, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A pinned document without its words, where the model in force calls something personal that its own did not, in a
    lane that it tells of: a sentence may say what another event of its stream left to be remembered."""
    if document["model"] == inquiry.model.hash:
        return document
    types = newly_personal(inquiry.model, model_of(inquiry.connection, document["model"]))
    if "steps" in document:
        lanes = [found[0] for step in document["steps"] if (found := inquiry.model.lane_of(step["stream"]))]
        types = types & {type_ for lane in lanes for type_ in lane.events}
    if not types:
        return document
    bare: dict[str, Any] = {**document, **{name: "" for name in WORDS if name in document}}
    if "steps" in document:
        bare["steps"] = [{**step, "says": ""} for step in document["steps"]]
    return {**bare, "titles": {}, "warnings": [], "is_bare": True}
