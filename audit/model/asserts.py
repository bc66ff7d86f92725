"""Asserted values: a field of an event says what places hold after it. Read and checked here, judged by findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from audit.model import schema
from audit.model.amounts import NotAnAmount, signed_units_of
from audit.model.meaning import Asserted, Data, Facts
from audit.model.places import PlaceTemplate
from audit.model.trouble import Trouble

if TYPE_CHECKING:
    from audit.model.reading import EventCompiler, MakeText

Read = Callable[[Facts, Data, Mapping[str, str], Sequence[tuple[str, str]]], Asserted]


def compile_assertion(
    compiler: EventCompiler, one: schema.Assertion, place_key: Callable[[PlaceTemplate], MakeText]
) -> Read:
    get, path, book = compiler.get(one.field), one.field, one.book
    templates = [PlaceTemplate.parse(text) for text in one.places]
    places = [(template.kind, place_key(template)) for template in templates]
    currency = currency_of(compiler.event, one)
    always, currency_path = currency.always, currency.path or ""
    tolerance = Decimal(one.tolerance)
    get_currency = compiler.get(currency_path)

    def read(facts: Facts, data: Data, memory: Mapping[str, str], ties: Sequence[tuple[str, str]]) -> Asserted:
        code = always or get_currency(facts, data)
        digits = compiler.digits.get(code) if isinstance(code, str) else None
        if digits is None:
            raise Trouble(currency_path, "names no currency that the model knows")
        try:
            units = signed_units_of(get(facts, data), digits)
        except NotAnAmount as error:
            raise Trouble(path, str(error)) from None
        keys = tuple((kind, key(facts, data, memory, ties)) for kind, key in places)
        return Asserted(path, book, keys, units, code, int(tolerance.scaleb(digits)), one.cumulative)

    return read


def currency_of(event: schema.Event, one: schema.Assertion) -> schema.CurrencyOf:
    """The assertion's own currency, else that of the event's first movement, else of what it declares."""
    if one.currency is not None:
        return one.currency
    if event.moves:
        return event.moves[0].currency
    return event.declares.currency if event.declares else schema.CurrencyOf(path="")
