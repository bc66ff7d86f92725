"""`ask`: where the money is, and what happened, now or at any past moment."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.access.mask import hidden
from audit.answers.documents import what_document, where_document
from audit.answers.explanations import why_document
from audit.answers.inquiry import Inquiry, inquire
from audit.answers.transfer import where_to_say
from audit.answers.what import whole_story_in_pages
from audit.answers.why import why
from audit.database import reading
from audit.errors import UsageError
from audit.management.asking import add_moment_arguments, add_person_arguments, admitted
from audit.management.base import Command as Base
from audit.management.explaining import tell_why
from audit.management.subjects import customers_for, subject_argument
from audit.management.telling import tell_what, tell_where
from audit.values import Subject

QUESTIONS = ("where", "what", "why", "when", "who")
LATER = ("when", "who")


class Command(Base):
    help = "Ask about a customer, account, transfer, place or lane (KIND:ID): where its money is, what happened to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question", choices=QUESTIONS)
        parser.add_argument("subject", metavar="SUBJECT", help="KIND:ID, or place:BOOK/KIND:ID")
        parser.add_argument("expression", nargs="?", metavar="EXPRESSION", help="for `when`")
        add_moment_arguments(parser)
        add_person_arguments(parser)
        parser.add_argument("--language", default="", help="of the sentences; else the model's first")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        question = options["question"]
        if question in LATER:
            raise UsageError(f"`ask {question}` comes with a later version; `ask where` and `ask what` answer now")
        subject = subject_argument(options["subject"])
        with reading() as connection:
            first = _inquiry(connection, options, hidden)
            customers = customers_for(first, subject)
            grant = admitted(options, subject, customers, page=f"ask {question}")
            self._answer(_inquiry(connection, options, grant.mask), question, subject, options["json"])

    def _answer(self, inquiry: Inquiry, question: str, subject: Subject, as_json: bool) -> None:
        if question == "where":
            answer = where_to_say(inquiry, subject)
            if as_json:
                self.print_json(where_document(answer))
            else:
                tell_where(self.stdout.write, answer, inquiry.model.zone)
        elif question == "why":
            explained = why(inquiry, subject)
            if as_json:
                self.print_json(why_document(explained))
            else:
                tell_why(self.stdout.write, explained, inquiry.model.zone)
        else:
            pages = whole_story_in_pages(inquiry, subject)
            if as_json:
                self.print_json(what_document(pages))
            else:
                tell_what(self.stdout.write, pages, inquiry.model.zone)


def _inquiry(connection: Any, options: dict[str, Any], mask: Any) -> Inquiry:
    return inquire(connection, mask, at=options["at"], clock=options["clock"], language=options["language"])
