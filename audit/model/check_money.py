"""Checks of books, places and movements: places exist, one book a movement, owned places moved by their owner alone."""

from __future__ import annotations

from audit.model import schema
from audit.model.amounts import NotAnAmount, units_of
from audit.model.asserts import currency_of
from audit.model.check_names import check_known, check_name, check_path, check_span, names_of_kinds
from audit.model.currencies import ISO_DIGITS
from audit.model.fields import cumulative_paths
from audit.model.places import UNEXPLAINED, PlaceTemplate
from audit.model.problems import Key, Problems, choice
from audit.model.streams import Pattern

CERTAINTIES = ("known", "unconfirmed", "outside")
ANY_DIGITS = 100


def check_books(document: schema.Document, problems: Problems) -> None:
    for book_name, book in document.book.items():
        check_name(book_name, ("book", book_name), "a book", problems)
        for name, place in book.place.items():
            key: Key = ("book", book_name, "place", name)
            check_name(name, key, "a place", problems)
            if name == UNEXPLAINED:
                problems.error(
                    key, "every book has this place by itself, for what nothing explains", "Choose another name"
                )
            check_known(place.owner, document.lane, (*key, "owner"), "lane", problems)
            check_known(place.subject, names_of_kinds(document), (*key, "subject"), "kind", problems)
            check_span(place.within, (*key, "within"), document, problems)
            check_known(place.certainty, CERTAINTIES, (*key, "certainty"), "certainty", problems)
            if place.transit and place.rests:
                problems.error(
                    (*key, "transit"),
                    "money only passes through a transit place, but rests is true here",
                    "Add rests = false",
                )
            if place.transit and (place.source or place.may_be_negative):
                problems.error(
                    (*key, "transit"), "a transit place can never be below zero", "Take source and may_be_negative away"
                )


def check_money(document: schema.Document, problems: Problems) -> None:
    for name, lane in document.lane.items():
        for type_, event in lane.event.items():
            key: Key = ("lane", name, "event", type_)
            for number, move in enumerate(event.moves):
                _check_move((*key, "moves", number), name, event, move, document, problems)
            if event.declares is not None:
                check_amount((*key, "declares"), event.declares.amount, event.declares.currency, document, problems)
            for number, one in enumerate(event.asserts):
                _check_assertion((*key, "asserts", number), name, event, one, document, problems)
            _check_cumulative(key, event, problems)


def _check_move(
    key: Key, lane: str, event: schema.Event, move: schema.Move, document: schema.Document, problems: Problems
) -> None:
    check_amount(key, move.amount, move.currency, document, problems)
    for path in move.when:
        check_path(path, (*key, "when"), problems)
    if move.book and check_known(move.book, document.book, (*key, "book"), "book", problems):
        for side, text in (("from", move.from_), ("to", move.to)):
            check_place((*key, side), lane, event, move.book, text, document, problems)
        if move.from_ and move.from_ == move.to:
            problems.error(key, "the money leaves the place that it goes to", "Name two different places")


def check_place(
    key: Key, lane_name: str, event: schema.Event, book: str, text: str, document: schema.Document, problems: Problems
) -> None:
    if not text:
        return
    template, places = PlaceTemplate.parse(text), document.book[book].place
    if template.kind not in places:
        others = [other for other, one in document.book.items() if template.kind in one.place]
        mend = choice(template.kind, places, f"place in book {book}")
        if others:
            mend = f"It is a place of book {others[0]}; a movement stays in one book. {mend}"
        problems.error(key, f'book {book} has no place "{template.kind}"', mend)
        return
    if template.has_stray_braces:
        problems.error(key, f'"{text}" has a brace without its partner', "Write names as {account}")
    for name in template.names:
        _check_key_name(key, lane_name, event, name, document, problems)
    owner = places[template.kind].owner
    if owner in document.lane:
        _check_owner(key, lane_name, owner, template, document, problems)


def _check_key_name(
    key: Key, lane_name: str, event: schema.Event, name: str, document: schema.Document, problems: Problems
) -> None:
    patterns = [Pattern(text) for text in document.lane[lane_name].streams]
    if any(name in pattern.names for pattern in patterns):
        return
    if len(event.ties.get(name, [])) > 1:
        problems.error(
            key,
            f'the event may tie several subjects of kind "{name}": it is not clear whose place is meant',
            f"Name the payload's field: {{{event.ties[name][0].rstrip('?')}}}",
        )
    elif name not in event.ties and name not in document.lane[lane_name].inherits:
        check_path(name, key, problems)


def _check_owner(
    key: Key, lane_name: str, owner: str, template: PlaceTemplate, document: schema.Document, problems: Problems
) -> None:
    if lane_name != owner:
        problems.error(
            key,
            f'place "{template.kind}" is owned by lane {owner}: its streams alone may move it, not those of'
            f" lane {lane_name}",
            "Move the money through a shared place, such as a transit one, or take owner away",
        )
        return
    captures = {Pattern(text).names[:1] for text in document.lane[owner].streams}
    if captures and not any(capture and capture[0] in template.names for capture in captures):
        example = next((capture[0] for capture in captures if capture), owner)
        problems.error(
            key,
            f'place "{template.kind}" is owned by lane {owner}, but its key does not name the stream',
            f"Write {template.kind}:{{{example}}}",
        )


def check_amount(
    key: Key, amount: schema.Amount, currency: schema.CurrencyOf, document: schema.Document, problems: Problems
) -> None:
    check_path(amount.path or amount.increase_of, (*key, "amount"), problems)
    _check_currency((*key, "currency"), currency, document, problems)
    if amount.literal is not None:
        _check_units((*key, "amount"), amount.literal, _digits(currency, document), problems)


def _check_currency(key: Key, currency: schema.CurrencyOf, document: schema.Document, problems: Problems) -> None:
    check_path(currency.path, key, problems)
    if currency.always is not None and currency.always not in document.currency:
        problems.error(key, f'currency "{currency.always}" is not declared', f"Add [currency.{currency.always}]")
    if currency.path and not document.currency:
        problems.error(
            key, "the model declares no currency, so none would be known", "Add [currency.EUR] or whichever are used"
        )


def _digits(currency: schema.CurrencyOf, document: schema.Document) -> int:
    """The decimals that a text of the model may have: those of its currency; any where each event names its own."""
    declared = document.currency.get(currency.always or "")
    if declared is None:
        return ANY_DIGITS
    return ISO_DIGITS.get(currency.always or "", ANY_DIGITS) if declared.digits is None else declared.digits


def _check_units(key: Key, text: str, digits: int, problems: Problems) -> None:
    try:
        units_of(text, digits)
    except NotAnAmount as error:
        problems.error(key, f'"{text}" {error}', 'Write a decimal that the currency can hold, such as "25.00"')


def _check_assertion(
    key: Key, lane: str, event: schema.Event, one: schema.Assertion, document: schema.Document, problems: Problems
) -> None:
    check_path(one.field, (*key, "field"), problems)
    currency = currency_of(event, one)
    if currency.path is None and currency.always is None or currency.path == "":
        problems.error(
            key, "it is not clear which currency the asserted value is in", 'Add currency = "..." or { always = "..." }'
        )
    elif one.currency is not None:
        _check_currency((*key, "currency"), one.currency, document, problems)
    _check_units((*key, "tolerance"), one.tolerance, ANY_DIGITS, problems)
    if not one.places:
        problems.error((*key, "places"), "it names no place", 'Write places = ["available:{account}"]')
    if one.book and check_known(one.book, document.book, (*key, "book"), "book", problems):
        for text in one.places:
            _check_asserted_place((*key, "places"), lane, event, one.book, text, document, problems)


def _check_asserted_place(
    key: Key, lane: str, event: schema.Event, book: str, text: str, document: schema.Document, problems: Problems
) -> None:
    template = PlaceTemplate.parse(text)
    if check_known(template.kind, document.book[book].place, key, f"place of book {book}", problems):
        for name in template.names:
            _check_key_name(key, lane, event, name, document, problems)


def _check_cumulative(key: Key, event: schema.Event, problems: Problems) -> None:
    """A cumulative amount is remembered under its path; a field of that name must be the same thing."""
    for path in cumulative_paths(event):
        setting = event.sets.get(path)
        if setting is not None and setting.path != path:
            problems.error(
                (*key, "sets", path),
                f'"{path}" remembers the cumulative amount of that field already',
                "Give this field another name",
            )
