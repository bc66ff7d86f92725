"""`search`: the subjects that an identifier names; recorded without the text that was searched."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.access import looks, people
from audit.access.mask import hidden
from audit.access.people import SYSTEM
from audit.answers.documents import search_document
from audit.answers.inquiry import inquire
from audit.answers.search import search
from audit.database import reading
from audit.management.base import Command as Base
from audit.management.telling import tell_search


class Command(Base):
    help = "Find subjects by key, by declared identifier (exactly or by its beginning), or by an event's identifier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", metavar="TEXT")
        parser.add_argument("--as", dest="user", metavar="USER")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = people.actor_named(options["user"]) if options["user"] else SYSTEM
        people.require(actor, "search")
        with reading(viewer=actor.viewer) as connection:
            answer = search(inquire(connection, hidden), options["text"])
            subjects = [hit.link.subject for hit in answer.hits]
            looks.record(actor, looks.Look("search", "search", subjects, details={"hits": len(answer.hits)}))
        if options["json"]:
            self.print_json(search_document(answer))
        else:
            tell_search(self.stdout.write, answer)
        if not answer.hits:
            raise SystemExit(2)
