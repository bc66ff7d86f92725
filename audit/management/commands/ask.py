"""`ask`: where the money is, what happened, why it is so, when it was so, who else; now or at any past moment."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from audit.access.door import Grant
from audit.access.mask import hidden
from audit.answers.documents import what_document, where_document
from audit.answers.explanations import when_document, who_document, why_document
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.pages.said import where_to_say
from audit.answers.reading.withheld import withhold
from audit.answers.shapes import Why
from audit.answers.shut import behind_doors
from audit.answers.situations import is_one, situation_of
from audit.answers.what import whole_story_in_pages
from audit.answers.when import when
from audit.answers.who import who, who_each
from audit.answers.why import why
from audit.database import reading
from audit.errors import UsageError
from audit.management.asking import add_moment_arguments, add_person_arguments, admitted, listed, viewer
from audit.management.base import Command as Base
from audit.management.explaining import tell_when, tell_who, tell_why
from audit.management.subjects import customers_for, subject_argument
from audit.management.telling import tell_what, tell_where
from audit.values import Subject

QUESTIONS = ("where", "what", "why", "when", "who")
WHO_SHOWN = 1000


class Command(Base):
    help = "Ask about a customer, account, transfer, place or lane (KIND:ID): where its money is, what happened to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question", choices=QUESTIONS)
        more = "for `who` also KIND:*, finding:ID, event:SOURCE/ID, state:LANE/STATE"
        parser.add_argument("subject", metavar="SUBJECT", help=f"KIND:ID, place:BOOK/KIND:ID; {more}")
        parser.add_argument("expression", nargs="?", metavar="EXPRESSION", help="of `when` and `who`: what is true")
        add_moment_arguments(parser)
        add_person_arguments(parser)
        parser.add_argument("--language", default="", help="of the sentences; else the model's first")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        question = options["question"]
        _check_expression(question, options["expression"])
        subject = subject_argument(options["subject"])
        if question == "who":
            self._who(options, subject)
            return
        with reading(viewer=viewer(options)) as connection:
            first = _inquiry(connection, options, hidden)
            customers = customers_for(first, subject)
            grant = admitted(options, subject, customers, page=f"ask {question}")
            self._answer(_inquiry(connection, options, grant.mask), options, subject, grant)

    def _answer(self, inquiry: Inquiry, options: dict[str, Any], subject: Subject, grant: Grant) -> None:
        ask, document, tell = ANSWERS[options["question"]]
        found = ask(inquiry, subject, options["expression"] or "")
        if isinstance(found, Why) and grant.door is not None:
            found = behind_doors(inquiry, found, {grant.door.subject}.intersection)
        answer, _ = withhold(inquiry, found, [subject])
        if options["json"]:
            self.print_json(document(answer))
        else:
            tell(self.stdout.write, answer, inquiry.model.zone)

    def _who(self, options: dict[str, Any], like: Subject) -> None:
        """Whose situation it is opens with a reason; the list names subjects and nothing personal, and is recorded."""
        with reading(viewer=viewer(options)) as connection:
            inquiry = _inquiry(connection, options, hidden)
            expression = options["expression"] or ""
            subject = like if is_one(inquiry, like) else situation_of(inquiry, like).subject
            if subject is not None:
                admitted(options, subject, customers_for(inquiry, subject), page="ask who")
            answer, _ = withhold(inquiry, who(inquiry, like, expression, size=WHO_SHOWN))
            each, _ = withhold(inquiry, who_each(inquiry, like) if subject == like and not expression else [])
            shown = [line.subject.subject for line in answer.subjects.rows]
            listed(options, shown, page="ask who", count=answer.subjects.total or 0)
            if options["json"]:
                self.print_json(who_document(answer, each if len(each) > 1 else ()))
            else:
                tell_who(self.stdout.write, answer, inquiry.model.zone, each)


def _check_expression(question: str, expression: str | None) -> None:
    if question == "when" and not expression:
        raise UsageError("`ask when` needs an EXPRESSION, as in 'state = timed_out' or 'balance < -100.50'")
    if question not in ("when", "who") and expression:
        raise UsageError(f"`ask {question}` takes no EXPRESSION")


def _inquiry(connection: Any, options: dict[str, Any], mask: Any) -> Inquiry:
    return inquire(connection, mask, at=options["at"], clock=options["clock"], language=options["language"])


ANSWERS: dict[str, tuple[Callable[[Inquiry, Subject, str], Any], Callable[[Any], Any], Callable[..., None]]] = {
    "where": (lambda inquiry, subject, _: where_to_say(inquiry, subject), where_document, tell_where),
    "what": (lambda inquiry, subject, _: whole_story_in_pages(inquiry, subject), what_document, tell_what),
    "why": (lambda inquiry, subject, _: why(inquiry, subject), why_document, tell_why),
    "when": (when, when_document, tell_when),
}
