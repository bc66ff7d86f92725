"""Restricted customers: staff, their households, protected persons. Only those whom the list names may know of them; to
everybody else they are as absent as who never was. The list is a file that the bank keeps, read in as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.contrib.auth import get_user_model

from audit.access import looks
from audit.access.people import ROLES, SYSTEM, Actor
from audit.access.statements import rows
from audit.database import connect, sql
from audit.errors import UsageError
from audit.values import Subject

GROUNDS = ("staff", "household", "protected")
COLUMNS = ("customer", "ground", "may_open")
KIND = "customer"  # of an identifier that says none
CHARACTERS_MAX = 64_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One restricted customer. `may_open`: users' names, and roles as role:NAME, sorted."""

    subject: Subject
    ground: str
    may_open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """What reading the list in has changed."""

    restricted: int
    added: int
    changed: int
    removed: int


def is_withheld(actor: Actor, subject: Subject) -> bool:
    """Whether a customer is restricted and not for this person, broken glass apart."""
    if actor.is_system:
        return False
    wanted = {"kind": subject.kind, "key": subject.key, "name": actor.name, "role": actor.role}
    return bool(rows("access_withheld", wanted)[0][0])


def restrict(file: Path, *, may_remove: bool = False) -> Changed:
    """Make the list of restricted customers that of the file; recorded. Reading the same file again changes nothing.

    Raises UsageError, with the line, for what cannot be read; and, unless `may_remove`, where the file leaves out
    somebody who is restricted now.
    """
    try:
        data = file.read_bytes()
        entries = parsed(data.decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8") from None
    changed = _replace(entries, may_remove)
    details = {"restricted": changed.restricted, "added": changed.added, "changed": changed.changed,
               "removed": changed.removed, "sha256": sha256(data).hexdigest()}  # fmt: skip
    looks.record(SYSTEM, looks.Look("restricted_import", "restrict", outcome="done", details=details))
    return changed


def parsed(text: str) -> list[Entry]:
    """The entries of a CSV with the columns customer, ground and may_open; raises UsageError with the line."""
    if len(text) > CHARACTERS_MAX:  # whom a cut would leave out, everybody could see
        raise UsageError(f"the list has more than {CHARACTERS_MAX:,} characters")
    csv.field_size_limit(100_000)
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise UsageError(f"the first line must name the columns: {','.join(COLUMNS)}")
    found: dict[Subject, Entry] = {}
    try:
        for row in reader:
            entry = _entry(row, reader.line_num)
            if entry.subject in found:
                raise UsageError(f"line {reader.line_num}: {entry.subject} stands twice")
            found[entry.subject] = entry
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num} is not CSV: {error}") from None
    _check_names(found.values())
    return list(found.values())


def _entry(row: dict[str, str], line: int) -> Entry:
    if None in row or any(value is None for value in row.values()):
        raise UsageError(f"line {line} must have {len(COLUMNS)} columns")
    name, ground = row["customer"].strip(), row["ground"].strip()
    if not name or "\0" in name:
        raise UsageError(f"line {line} names no customer")
    if ground not in GROUNDS:
        raise UsageError(f"line {line}: {ground!r} is no ground: write one of {', '.join(GROUNDS)}")
    subject = Subject.parse(name) if name.startswith(f"{KIND}:") else Subject(KIND, name)
    return Entry(subject, ground, tuple(sorted(set(row["may_open"].replace(";", " ").split()))))


def _check_names(entries: Iterable[Entry]) -> None:
    """A name mistyped would lock somebody out, or let a later namesake in."""
    named = {name for entry in entries for name in entry.may_open}
    roles = {name.removeprefix("role:") for name in named if name.startswith("role:")}
    users = {name for name in named if not name.startswith("role:")}
    known = set(get_user_model().objects.filter(username__in=users).values_list("username", flat=True))
    wrong = sorted(users - known) + sorted(f"role:{name}" for name in roles - set(ROLES))
    if wrong:
        raise UsageError(f"nobody is called {', '.join(wrong[:5])}: may_open takes names of users, and role:ROLE")


def _replace(entries: Sequence[Entry], may_remove: bool) -> Changed:
    """In one transaction, as the owner: the console itself cannot lift a restriction."""
    wanted = {(entry.subject.kind, entry.subject.key): entry for entry in entries}
    with connect("owner") as connection:
        connection.execute("lock table public.restricted in share row exclusive mode")
        before = {
            (kind, key): (ground, tuple(may_open))
            for kind, key, ground, may_open in connection.execute(
                "select kind, key, ground, may_open from public.restricted"
            ).fetchall()
        }
        gone = [key for key in before if key not in wanted]
        if gone and not may_remove:
            raise UsageError(f"the file leaves out {len(gone)} who are restricted now: add --remove if that is meant")
        fresh = [entry for key, entry in wanted.items() if before.get(key) != (entry.ground, entry.may_open)]
        connection.execute(
            "delete from public.restricted r using unnest(%s::text[], %s::text[]) as g (kind, key)"
            " where r.kind = g.kind and r.key = g.key",
            [[kind for kind, _ in gone], [key for _, key in gone]],
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                sql("access_restrict"), [(e.subject.kind, e.subject.key, e.ground, list(e.may_open)) for e in fresh]
            )
    added = sum((entry.subject.kind, entry.subject.key) not in before for entry in fresh)
    return Changed(len(wanted), added, len(fresh) - added, len(gone))
