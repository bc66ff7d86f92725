"""The destruction itself: keys, salts, sealed values, blind indexes, texts and files, by the role erasure alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from audit.access import keys
from audit.cases.reading import titles_about
from audit.database import Connection, connect, sql
from audit.erasing.scope import Scope
from audit.models import Export
from audit.trails.expiry import withdraw
from audit.values import Subject


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How much of each there was."""

    keys: int
    pieces: int
    blind: int
    texts: int


def destroy(connection: Connection, scope: Scope, until: datetime) -> Destroyed:
    """All of a scope, and what was written about it until a time. Where nothing is left to destroy, this finds it by
    keys alone; all that was sealed is read through only when a key goes."""
    destroyed = [id for owner in scope.owners for id in keys.destroy(connection, owner)]
    own = [row[0] for row in connection.execute(sql("erase_pieces"), [destroyed]).fetchall()] if destroyed else []
    others = _of_others(connection, scope.others)
    blind = connection.execute(sql("erase_blind"), [own]).rowcount if own else 0
    where = {"digests": list(scope.digests), "positions": [*others, *scope.positions]}
    blind += connection.execute(sql("erase_blind_of_others"), where).rowcount if scope.digests else 0
    return Destroyed(len(destroyed), len(own) + len(others), blind, erase_texts(connection, scope.own, until))


def erase_texts(connection: Connection, own: Sequence[Subject], until: datetime) -> int:
    """What people wrote about any of these, in cases too; gives how many texts there were."""
    subjects = [str(one) for one in own]
    about = {"subjects": subjects, "each": [json.dumps([one]) for one in subjects], "until": until}
    return connection.execute(sql("erase_texts"), about).rowcount


def remove_exports(own: Sequence[Subject], until: datetime) -> int:
    """Delete the files that wait to be fetched, of what was asked for until a time; gives how many exports had any."""
    return withdraw(exports_about(own, until))


def exports_about(own: Sequence[Subject], until: datetime) -> QuerySet[Export]:
    named = [*map(str, own), *titles_about(own)]
    return Export.objects.filter(Q(subject__in=named) | Q(door_subject__in=named), asked_at__lte=until, state="done")


def forget_old_rows() -> None:
    """The rows as they were before would else lie in their pages until the server cleans up by itself."""
    with connect("owner", autocommit=True) as connection:
        connection.execute("vacuum trace.data_key, trace.segment, trace.blind, public.kept_text")


def _of_others(connection: Connection, pieces: Sequence[tuple[str, str, str]]) -> list[int]:
    """Wherever an event of that identifier stands: it may have been read again as another source's."""
    asked = {"events": [event for _, event, _ in pieces], "paths": [path for _, _, path in pieces]}
    return [row[0] for row in connection.execute(sql("erase_pieces_of_others"), asked).fetchall()]
