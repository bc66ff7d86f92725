"""Sentences: `says` and `tells` are templates; `{name}` is filled with what the event gives, amounts as money."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audit.model import schema
from audit.model.amounts import NotAnAmount, signed_units_of
from audit.model.meaning import CurrencySource, Data, EventMeaning, Facts, Reading
from audit.model.paths import text_of
from audit.model.personal import is_personal
from audit.values import Money, time_of

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
MISSING = "?"
TIMES = ("$day", "$clock")  # names in sentences for the event's recorded time

Mask = Callable[[str, str], str]  # (payload path, value) -> what may be shown


def render(text: str, values: Mapping[str, str]) -> str:
    """Plain text, not HTML: nothing is escaped here, the page does that. A name without a value is shown as "?"."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], MISSING), text)


def hidden(_path: str, _value: str) -> str:
    return "•••"


def sentence_values(
    meaning: EventMeaning,
    facts: Facts,
    data: Data,
    reading: Reading,
    inherited: Mapping[str, str],
    *,
    digits: Mapping[str, int],
    mask: Mask = hidden,
    money: Callable[[Money], str] = str,
    time: Callable[[str, int], str] | None = None,
) -> dict[str, str]:
    """What fills the sentences' names: captures and ties (of `reading`, then inherited ones), then the payload.

    `digits` is the model's; `mask` decides on personal values; `money` writes an amount (default: "500.00 DKK"); `time`
    writes "$day" and "$clock" of a time in microseconds (default: in UTC).
    Fields that this event sets (`reading.sets`) come last. Names without a value are left out.
    """
    tied = {**inherited, **{kind: key for kind, key in reversed(reading.ties)}}
    found: dict[str, str] = {}
    for name, get in meaning.names.items():
        value = (time or _utc)(name, facts.recorded) if name in TIMES else tied.get(name)
        if value is None:
            value = _payload_value(meaning, name, get(facts, data), facts, data, digits, mask, money)
        if value is None and reading.sets is not None:
            value = reading.sets.get(name)
        if value is not None:
            found[name] = value
    return found


def sentence(texts: Mapping[str, str], language: str, values: Mapping[str, str], otherwise: str = "") -> str:
    """The sentence in `language`, else in the model's first, filled."""
    text = texts.get(language) or next(iter(texts.values()), otherwise)
    return render(text, values)


def names_in(text: str) -> Sequence[str]:
    return PLACEHOLDER.findall(text)


def monies_of(event: schema.Event, lane: schema.Lane) -> dict[str, CurrencySource]:
    """Payload paths that are amounts and where their currency stands: what moves, is declared, asserted, remembered."""
    found: dict[str, CurrencySource] = {}
    pairs = [(move.amount.increase_of or move.amount.path, move.currency) for move in event.moves]
    if event.total:
        pairs.append((event.total.amount.increase_of or event.total.amount.path, event.total.currency))
    if event.declares:
        pairs.append((event.declares.amount.path or event.declares.amount.increase_of, event.declares.currency))
    first = pairs[0][1] if pairs else None
    pairs += [(one.field, currency) for one in event.asserts if (currency := one.currency or first) is not None]
    for name, setting in event.sets.items():
        code = lane.field[name].currency if name in lane.field else None
        if setting.path and code:
            pairs.append((setting.path.rstrip("?"), schema.CurrencyOf(always=code)))
    for path, source in pairs:
        if path:
            found.setdefault(path, CurrencySource(source.path, source.always))
    return found


def monies_elsewhere(document: schema.Document) -> dict[str, CurrencySource]:
    """Payload paths that are amounts in every event that uses them so, all with their currency in the same place."""
    found: dict[str, set[CurrencySource]] = {}
    for lane in document.lane.values():
        for event in lane.event.values():
            for path, source in monies_of(event, lane).items():
                found.setdefault(path, set()).add(source)
    return {path: next(iter(sources)) for path, sources in found.items() if len(sources) == 1}


def shown_as_money(
    event: schema.Event, lane: schema.Lane, elsewhere: Mapping[str, CurrencySource]
) -> dict[str, CurrencySource]:
    """An event's own amounts; and a name of its sentences that is an amount in other events of the bank, unless the
    sentence names the currency by itself."""
    own = monies_of(event, lane)
    found: dict[str, CurrencySource] = {}
    for text in (*event.says.values(), *event.tells.values()):
        names = names_in(text)
        found |= {name: elsewhere[name] for name in names if name in elsewhere and elsewhere[name].path not in names}
    return {**found, **own}


def _payload_value(
    meaning: EventMeaning,
    name: str,
    value: Any,
    facts: Facts,
    data: Data,
    digits: Mapping[str, int],
    mask: Mask,
    money: Callable[[Money], str],
) -> str | None:
    text = text_of(value)
    if text is None:
        return None
    if is_personal(meaning, name):
        return mask(name, text)
    source = meaning.monies.get(name)
    if source is None:
        return text
    currency = source.always or text_of(_at(data, source.path or ""))
    if currency is None or currency not in digits:
        return text
    try:
        return money(Money(signed_units_of(value, digits[currency]), currency, digits[currency]))
    except NotAnAmount:
        return text


def _utc(name: str, micros: int) -> str:
    return time_of(micros).strftime("%Y-%m-%d" if name == "$day" else "%H:%M UTC")


def _at(data: Data, path: str) -> Any:
    value: Any = data
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
