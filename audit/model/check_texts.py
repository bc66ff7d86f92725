"""Checks of titles and sentences: languages that the model has, braces that close, names that can be looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audit.model import schema
from audit.model.check_names import check_path
from audit.model.problems import Key, Problems, choice
from audit.model.texts import PLACEHOLDER, TIMES

# What formatting takes behind a name: `:>10`, `:.2f`, `!r`, `.__class__`, `[0]`. Fields may have colons in their names.
_FORMAT = re.compile(r"(![rsa]|:([^{}]?[<>=^])?[+ -]?#?0?\d*[,_]?(\.\d+)?[bcdeEfFgGnosxX%]?|\.__\w+__|\[[^]]*\])$")


def check_texts(document: schema.Document, problems: Problems) -> None:
    for key, text in texts_in(document):
        for language, words in text.items():
            if language not in document.model.languages:
                problems.error(
                    (*key, language),
                    f'"{language}" is no language of this model',
                    choice(language, document.model.languages, "language"),
                )
            if not words.strip():
                problems.error(key, "the text is empty", "Write it, or take the key away")
            _check_sentence(key, words, problems)
    for path in document.field:
        check_path(path, ("field", path), problems)


def texts_in(document: schema.Document) -> Iterator[tuple[Key, schema.Text]]:
    """Every text of the model with its key."""
    for name, kind in document.kind.items():
        yield ("kind", name, "title"), kind.title
    for name, book in document.book.items():
        yield ("book", name, "title"), book.title
        for place_name, place in book.place.items():
            yield ("book", name, "place", place_name, "title"), place.title
            yield ("book", name, "place", place_name, "tells"), place.tells
    for name, lane in document.lane.items():
        yield ("lane", name, "title"), lane.title
        for state_name, state in lane.state.items():
            yield ("lane", name, "state", state_name, "title"), state.title
            yield ("lane", name, "state", state_name, "awaits"), state.awaits
        for field_name, field in lane.field.items():
            yield ("lane", name, "field", field_name, "title"), field.title
        for type_, event in lane.event.items():
            for attribute in ("title", "says", "tells"):
                yield ("lane", name, "event", type_, attribute), getattr(event, attribute)
    for path, shown in document.field.items():
        yield ("field", path, "title"), shown.title
        for value, text in shown.values.items():
            yield ("field", path, "values", value), text
    for number, expectation in enumerate(document.expect):
        yield ("expect", number, "awaits"), expectation.awaits


def _check_sentence(key: Key, words: str, problems: Problems) -> None:
    rest = PLACEHOLDER.sub("", words)
    if "{" in rest or "}" in rest:
        problems.error(key, f'a brace in "{words}" has no partner', "Write names as {amount}")
    names = PLACEHOLDER.findall(words)
    if names and key[-1] not in ("says", "tells"):
        problems.error(
            key, f'"{{{names[0]}}}" cannot be filled here', "Only says and tells of events speak of one event"
        )
    elif names:
        for name in names:
            if _FORMAT.search(name):
                mend = "Write the name alone: amounts and times are written as the reader's language does"
                problems.error(key, f'"{{{name}}}" says how it is to be written', mend)
            elif name not in TIMES:
                check_path(name, key, problems)
