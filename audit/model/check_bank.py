"""Checks of what the whole bank shares: the head, currencies, calendars and kinds of subjects."""

from __future__ import annotations

from datetime import time

from audit.model import schema
from audit.model.calendars import WEEKDAYS
from audit.model.check_names import check_known, check_name, check_span, check_zone
from audit.model.currencies import ISO_DIGITS
from audit.model.problems import Problems, choice

DIGITS_MAX = 18
RESERVED_KINDS = ("place", "stream", "source", "finding")


def check_head(document: schema.Document, problems: Problems) -> None:
    head = document.model
    check_zone(head.zone, ("model", "zone"), problems)
    if head.version < 1:
        problems.error(("model", "version"), f"version {head.version} is below 1", "Count versions from 1")
    check_span(head.closed_after, ("model", "closed_after"), document, problems)
    if not head.languages:
        problems.error(("model", "languages"), "there is no language", 'Write languages = ["en"]')
    if not document.lane:
        problems.error(
            (), "the model has no lane", 'Add one, such as [lane.account] with streams = "account-{account}"'
        )


def check_currencies(document: schema.Document, problems: Problems) -> None:
    for code, currency in document.currency.items():
        key = ("currency", code)
        if currency.digits is None and code not in ISO_DIGITS:
            problems.error(
                key,
                f'"{code}" is no currency of ISO 4217',
                f"{choice(code, ISO_DIGITS, 'currency')}. Or say its digits: digits = 2",
            )
        if currency.digits is not None and not 0 <= currency.digits <= DIGITS_MAX:
            problems.error((*key, "digits"), f"{currency.digits} digits cannot be", f"Write 0 to {DIGITS_MAX}")
        if not code.isascii() or not code.isalnum() or len(code) > 12:
            problems.error(key, f'"{code}" cannot be a currency\'s code', "Write letters and digits, such as DKK")


def check_calendars(document: schema.Document, problems: Problems) -> None:
    for name, calendar in document.calendar.items():
        key = ("calendar", name)
        check_name(name, key, "a calendar", problems)
        check_zone(calendar.zone, (*key, "zone"), problems)
        for number, day in enumerate(calendar.weekend):
            check_known(day, WEEKDAYS, (*key, "weekend", number), "weekday", problems)
        if set(calendar.weekend) >= set(WEEKDAYS):
            problems.error((*key, "weekend"), "no day is left that is a bank day", 'Write weekend = ["sat", "sun"]')
        if calendar.cut_off is not None and not _is_time(calendar.cut_off):
            problems.error((*key, "cut_off"), f'"{calendar.cut_off}" is no time of day', 'Write cut_off = "16:00"')


def check_kinds(document: schema.Document, problems: Problems) -> None:
    for name, kind in document.kind.items():
        key = ("kind", name)
        check_name(name, key, "a kind", problems)
        if name in RESERVED_KINDS:
            problems.error(key, f'"{name}" is a word of Whereabouts itself', "Choose another name for this kind")
        check_known(kind.book, document.book, (*key, "book"), "book", problems)
        check_span(kind.settles_within, (*key, "settles_within"), document, problems)
        _check_ending(name, kind, document, problems)


def _check_ending(name: str, kind: schema.Kind, document: schema.Document, problems: Problems) -> None:
    key = ("kind", name)
    if kind.flow and kind.book is None:
        problems.error(
            key, "money travels in this kind (flow = true), but no book says where it is", 'Add book = "..."'
        )
    if not kind.flow:
        for attribute in ("ends_with", "settles_within"):
            if getattr(kind, attribute) is not None:
                problems.error(
                    (*key, attribute),
                    f"{attribute} is only for kinds that money travels in",
                    "Add flow = true, or take it away",
                )
    if check_known(kind.ends_with, document.lane, (*key, "ends_with"), "lane", problems):
        lane = document.lane[kind.ends_with or ""]
        if not any(state.final for state in lane.state.values()):
            problems.error(
                (*key, "ends_with"),
                f"lane {kind.ends_with} has no final state, so nothing would ever end",
                f"Mark one: [lane.{kind.ends_with}.state] done = {{ final = true }}",
            )


def _is_time(text: str) -> bool:
    try:
        return time.fromisoformat(text).tzinfo is None
    except ValueError:
        return False
