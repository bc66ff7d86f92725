"""`prove`: that an event is in the signed log, or that the log of now begins with the one of then."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from audit.access.mask import hidden
from audit.answers.inquiry import Inquiry, event_key, inquire
from audit.database import Connection, reading
from audit.errors import UnknownSubject, UsageError
from audit.log.checkpoints import Signed, consistency_since, covering, latest
from audit.log.log_key import history, signing_key
from audit.log.merkle import BadProof, inclusion, leaf_of
from audit.log.tree import Tree
from audit.management.asking import add_person_arguments, listed, viewer
from audit.management.base import Command as Base
from audit.management.fields import tell_fields
from audit.trails.entries import entry_line


class Command(Base):
    help = "Prove that an event (SOURCE/ID) is in the signed log, or with --since that the log was only added to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", metavar="EVENT", nargs="?", help="SOURCE/ID")
        parser.add_argument("--since", type=int, metavar="SIZE", help="the size of a checkpoint that somebody kept")
        parser.add_argument("--to", type=int, metavar="SIZE", help="with --since: up to this size, not the newest one")
        add_person_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["event"] is None) == (options["since"] is None):
            raise UsageError("name an event, or --since SIZE")
        with reading(viewer=viewer(options)) as connection:
            if options["event"] is None:
                document = _consistency(connection, options["since"], options["to"])
            else:
                listed(options, [], page="prove", count=1)
                document = _inclusion(inquire(connection, hidden), options["event"])
        if options["json"]:
            self.print_json(document)
            return
        tell_fields(self.stdout.write, document)


def _inclusion(inquiry: Inquiry, text: str) -> dict[str, Any]:
    found = event_key(inquiry.connection, inquiry.sources, text)
    if found is None:
        raise UnknownSubject(f"there is no event {text}: write it as SOURCE/ID")
    ref, position = found[0], found[0].position
    signed = covering(inquiry.connection, position, signing_key(inquiry.connection))
    (row,) = inquiry.rows("trail_entries", [[position]])
    line, size = entry_line(row), signed.checkpoint.size
    path = inclusion(position - 1, size, Tree(inquiry.connection).hash_of)
    return {
        "event": str(ref),
        "index": position - 1,
        "entry": line.decode(),
        "leaf": leaf_of(line).hex(),
        "path": [step.hex() for step in path],
        **_signed(inquiry.connection, signed),
    }


def _consistency(connection: Connection, since: int, to: int | None) -> dict[str, Any]:
    last = latest(connection)
    if last is None:
        raise UnknownSubject("nothing is signed yet: run `python manage.py checkpoint`")
    size = to or last.checkpoint.size
    if size > last.checkpoint.size:
        raise UsageError(f"the log is signed up to {last.checkpoint.size:,} entries, not {size:,}")
    tree = Tree(connection)
    try:
        proof = consistency_since(connection, since, size)
    except BadProof as error:
        raise UsageError(str(error)) from None
    return {
        "since": {"size": since, "root": tree.hash_of(0, since).hex()},
        "to": {"size": size, "root": tree.hash_of(0, size).hex()},
        "proof": [step.hex() for step in proof],
        **_signed(connection, last),
    }


def _signed(connection: Connection, signed: Signed) -> dict[str, Any]:
    keys = history(connection)
    return {"checkpoint": signed.note, "key": str(keys[-1].key) if keys else None}
