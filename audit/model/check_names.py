"""Checks that many parts share: names, paths into events, zones, times and references to calendars."""

from __future__ import annotations

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from audit.model import schema
from audit.model.paths import FACTS
from audit.model.problems import Key, Problems, choice

NAME_LENGTH_MAX = 60
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
PATH_PART = re.compile(r"[^\s.{}$?\"']+")


def check_name(name: str, key: Key, what: str, problems: Problems) -> None:
    """Names stand in KIND:ID and in addresses, so they are short and plain."""
    if not _NAME.fullmatch(name) or len(name) > NAME_LENGTH_MAX:
        problems.error(
            key,
            f'"{name}" cannot be the name of {what}',
            f"Begin with a letter, then letters, digits, _ and -, {NAME_LENGTH_MAX} characters at most",
        )


def check_known(name: str | None, known: Iterable[str], key: Key, what: str, problems: Problems) -> bool:
    """Whether `name` is among `known`; None is nobody's mistake."""
    if name is None:
        return False
    known = list(known)
    if name in known:
        return True
    problems.error(key, f'there is no {what} "{name}"', choice(name, known, what))
    return False


def check_path(path: str | None, key: Key, problems: Problems, *, may_be_missing: bool = False) -> None:
    """Paths are `a.b` into the payload or one of `$correlation` and its like; `a.b?` where a value may be missing."""
    if not path:
        return
    if path.startswith("$"):
        if path not in FACTS:
            problems.error(key, f'"{path}" is nothing that an event has', choice(path, FACTS, "$name"))
        return
    if path.endswith("?") and not may_be_missing:
        problems.error(key, f'"{path}" may not be optional here', f'Write "{path[:-1]}": this value is always needed')
        return
    if not all(PATH_PART.fullmatch(part) for part in path.removesuffix("?").split(".")):
        problems.error(
            key, f'"{path}" is no path into the payload', 'Write the names with dots between: "receiver.name"'
        )


def check_zone(zone: str | None, key: Key, problems: Problems) -> None:
    if zone:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            problems.error(
                key, f'"{zone}" is no time zone', 'Write a name of the IANA list, such as "Europe/Copenhagen"'
            )


def check_span(span: schema.Span | None, key: Key, document: schema.Document, problems: Problems) -> None:
    if span is not None and span.calendar is not None:
        check_known(span.calendar, document.calendar, (*key, "calendar"), "calendar", problems)


def names_of_kinds(document: schema.Document) -> list[str]:
    """Declared kinds and, by themselves, the lanes."""
    return [*document.kind, *(lane for lane in document.lane if lane not in document.kind)]
