"""`ask`: where the money is, what happened, why it is so, when it was so; now or at any past moment."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from audit.access.mask import hidden
from audit.answers.documents import what_document, where_document
from audit.answers.explanations import when_document, why_document
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.transfer import where_to_say
from audit.answers.what import whole_story_in_pages
from audit.answers.when import when
from audit.answers.why import why
from audit.database import reading
from audit.errors import UsageError
from audit.management.asking import add_moment_arguments, add_person_arguments, admitted
from audit.management.base import Command as Base
from audit.management.explaining import tell_when, tell_why
from audit.management.subjects import customers_for, subject_argument
from audit.management.telling import tell_what, tell_where
from audit.values import Subject

QUESTIONS = ("where", "what", "why", "when", "who")
LATER = ("who",)
WITH_EXPRESSION = ("when",)


class Command(Base):
    help = "Ask about a customer, account, transfer, place or lane (KIND:ID): where its money is, what happened to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question", choices=QUESTIONS)
        parser.add_argument("subject", metavar="SUBJECT", help="KIND:ID, or place:BOOK/KIND:ID")
        parser.add_argument("expression", nargs="?", metavar="EXPRESSION", help="for `when`: what was true")
        add_moment_arguments(parser)
        add_person_arguments(parser)
        parser.add_argument("--language", default="", help="of the sentences; else the model's first")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        question = options["question"]
        if question in LATER:
            raise UsageError(f"`ask {question}` comes with a later version")
        _check_expression(question, options["expression"])
        subject = subject_argument(options["subject"])
        with reading() as connection:
            first = _inquiry(connection, options, hidden)
            customers = customers_for(first, subject)
            grant = admitted(options, subject, customers, page=f"ask {question}")
            self._answer(_inquiry(connection, options, grant.mask), options, subject)

    def _answer(self, inquiry: Inquiry, options: dict[str, Any], subject: Subject) -> None:
        ask, document, tell = ANSWERS[options["question"]]
        answer = ask(inquiry, subject, options["expression"] or "")
        if options["json"]:
            self.print_json(document(answer))
        else:
            tell(self.stdout.write, answer, inquiry.model.zone)


def _check_expression(question: str, expression: str | None) -> None:
    if question in WITH_EXPRESSION and not expression:
        raise UsageError(f"`ask {question}` needs an EXPRESSION, as in 'state = timed_out' or 'balance < -100.50'")
    if question not in WITH_EXPRESSION and expression:
        raise UsageError(f"`ask {question}` takes no EXPRESSION")


def _inquiry(connection: Any, options: dict[str, Any], mask: Any) -> Inquiry:
    return inquire(connection, mask, at=options["at"], clock=options["clock"], language=options["language"])


ANSWERS: dict[str, tuple[Callable[[Inquiry, Subject, str], Any], Callable[[Any], Any], Callable[..., None]]] = {
    "where": (lambda inquiry, subject, _: where_to_say(inquiry, subject), where_document, tell_where),
    "what": (lambda inquiry, subject, _: whole_story_in_pages(inquiry, subject), what_document, tell_what),
    "why": (lambda inquiry, subject, _: why(inquiry, subject), why_document, tell_why),
    "when": (when, when_document, tell_when),
}
