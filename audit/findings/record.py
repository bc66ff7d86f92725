"""Writes down what folds and rules noticed: each sign becomes a finding with severity, words and identifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.json import encode

from audit.arrays import packed
from audit.database import Connection, sql
from audit.findings.catalogue import RULES
from audit.findings.identity import finding_id
from audit.findings.rule import SORT, amount_text
from audit.projections.packing import PACKERS
from audit.projections.signs import Sign

AMOUNTS = ("units", "declared", "held", "asserted", "expected", "moved", "rest")  # numbers that are minor units
SHORT = "short"
_TYPES = ("text", "text", "text", "int8", "text", "timestamptz", "int8", "timestamptz", "int8", "text", "text", "text",
          "text")  # of merge_finding.sql's parameters


def record(connection: Connection, signs: Sequence[Sign], digits: Mapping[str, int]) -> None:
    """Adds, resolves and withdraws findings in the caller's transaction. The last sign of an identity wins; of one that
    was withdrawn before it nothing is left."""
    if not signs:
        return
    _identify(connection, signs)
    kept: dict[str, Sign | None] = {}
    withdrawn: set[str] = set()
    for sign in signs:
        rule = RULES[sign.rule]
        key = finding_id(rule.name, rule.version, sign.subject, sign.opened_id, sign.detail)
        earlier = kept.get(key)
        if earlier is not None:
            if not sign.numbers:
                sign.numbers, sign.money = earlier.numbers, earlier.money
            sign.evidence, sign.because = [*earlier.evidence, *sign.evidence], sign.because or earlier.because
        kept[key] = None if sign.withdrawn else sign
        if sign.withdrawn:
            withdrawn.add(key)
    if withdrawn:
        connection.execute("delete from finding where id = any(%s)", [sorted(withdrawn)])
    _write(connection, ((key, sign) for key, sign in sorted(kept.items()) if sign is not None), digits)


def _identify(connection: Connection, signs: Iterable[Sign]) -> None:
    """Signs of flows know only positions; their opening events' own identities are looked up together."""
    nameless = [sign for sign in signs if not sign.opened_id]
    if nameless:
        found: dict[int, str] = dict(
            connection.execute(sql("event_identities"), [[sign.opened_by for sign in nameless]]).fetchall()
        )
        for sign in nameless:
            sign.opened_id = found[sign.opened_by]


def _write(connection: Connection, findings: Iterable[tuple[str, Sign]], digits: Mapping[str, int]) -> None:
    rows = [_row(key, sign, digits) for key, sign in findings]
    if rows:
        columns = zip(_TYPES, zip(*rows, strict=True), strict=True)
        connection.execute(sql("merge_finding"), [packed(name, map(PACKERS[name], values)) for name, values in columns])


def _row(key: str, sign: Sign, digits: Mapping[str, int]) -> tuple[Any, ...]:
    resolved = sign.resolved_at
    return (
        key,
        sign.rule,
        RULES[sign.rule].severity.value,
        sign.subject_id,
        "open" if resolved is None else "resolved",
        sign.opened_at,
        sign.opened_by,
        resolved,
        sign.resolved_by,
        _cause(sign),
        "{" + ",".join(map(str, sorted(set(sign.evidence)))) + "}",
        encode(_numbers(sign, digits)).decode(),
        encode([[str(units), currency] for units, currency in sign.money]).decode(),
    )


def _cause(sign: Sign) -> str | None:
    if sign.because is None:
        return None
    cause = sign.because
    if isinstance(cause, Sign):
        cause = (cause.rule, cause.subject, cause.opened_id, cause.detail)
    rule, subject, opened_id, detail = cause
    return finding_id(rule, RULES[rule].version, subject, opened_id, detail)


def _numbers(sign: Sign, digits: Mapping[str, int]) -> dict[str, Any]:
    """The numbers, which sort they make it, and, beside each amount, how it is written."""
    numbers: dict[str, Any] = dict(sign.numbers)
    if sort := RULES[sign.rule].sort_of(numbers):
        numbers[SORT] = sort
    currency = str(numbers.get("currency", ""))
    for name in AMOUNTS:
        if name in numbers:
            numbers[name + "_text"] = amount_text(int(numbers[name]), currency, digits.get(currency, 0))
    if sign.money:
        numbers["money_text"] = _written(sign.money, digits)
    if SHORT in numbers:  # the last so many of the amounts are what places are below zero by
        most = len(sign.money) - int(numbers[SHORT])
        numbers["left_text"], numbers["short_text"] = (
            _written(part, digits) for part in (sign.money[:most], sign.money[most:])
        )
    return numbers


def _written(money: Sequence[tuple[int, str]], digits: Mapping[str, int]) -> str:
    return ", ".join(amount_text(units, currency, digits.get(currency, 0)) for units, currency in money)
