"""What a rule is: a name, how bad it is, and the words for what it found and for what would resolve it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from audit.findings import danish
from audit.findings.danish_meanings import MEANINGS

Numbers = Mapping[str, Any]
Sort = Callable[[Numbers], bool]
LANGUAGES: Mapping[str, Mapping[str, tuple[str, str]]] = {"da": danish.SENTENCES}
PHRASES: Mapping[str, Mapping[str, str]] = {"da": danish.PHRASES}


HEALED = "healed"  # the sort of what was resolved since, where that is said in other words
SORT = "sort"  # the number that says which of its rule's situations a finding is
NAMES = frozenset({"lane", "state", "from", "to", "allowed", "kind", "item"})  # numbers that are names of the model's


class Severity(StrEnum):
    INFO = "info"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue (DESIGN.md section 14). `version` is part of every finding's identifier.

    `sentence` and `mend` are templates over the finding's numbers, which hold no personal value; `short` is for who
    only needs to know that it is so, where the sentence tells what an engineer needs. `sorts` are the situations that
    it holds under its one name, told apart by what was counted: who is in one is not in the other. `sentences` are of
    sorts that say it in other words.
    """

    name: str
    title: str
    severity: Severity
    sentence: str
    mend: str
    meaning: str
    version: int = 1
    short: str = ""
    sorts: Mapping[str, Sort] = field(default_factory=dict)
    sentences: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def sort_of(self, numbers: Numbers) -> str:
        """Which of its sorts it is; "" where it has none, or an older finding does not tell."""
        return next((name for name, is_it in self.sorts.items() if is_it(numbers)), "")

    def says(self, numbers: Numbers, language: str = "en") -> str:
        """What was found, with its numbers filled in."""
        return _plain(self._texts(numbers, language)[0], numbers)

    def in_short(self, numbers: Numbers, language: str = "en") -> str:
        return _plain(self.short, numbers) if self.short and language not in LANGUAGES else self.says(numbers, language)

    def would_resolve(self, numbers: Numbers, language: str = "en") -> str:
        """What event, from whom, would put it right."""
        return _plain(self._texts(numbers, language)[1], numbers)

    def means(self, language: str = "en") -> str:
        """What it looks for."""
        return (MEANINGS.get(self.name) if language == "da" else None) or self.meaning

    def _texts(self, numbers: Numbers, language: str) -> tuple[str, str]:
        """The two templates, of its sort where that has its own; English where a language has none."""
        sort, told = str(numbers.get(SORT, "")), LANGUAGES.get(language, {})
        own = told.get(f"{self.name}.{sort}") or (None if self.name in told else self.sentences.get(sort))
        return own or told.get(self.name) or (self.sentence, self.mend)


def when(number: str, *values: str) -> Sort:
    """The sort of findings whose `number` says one of `values`."""
    return lambda numbers: numbers.get(number) in values


def exceeds(number: str, other: str) -> Sort:
    """The sort of findings in which one number is more than another."""
    return lambda numbers: number in numbers and other in numbers and int(numbers[number]) > int(numbers[other])


def _plain(template: str, numbers: Numbers) -> str:
    """The template with its numbers; the model's names as words, and no gap where a number is empty."""
    words = {name: str(value).replace("_", " ") if name in NAMES else value for name, value in numbers.items()}
    return " ".join(template.format_map(_Filled(words)).split())


class _Filled(dict[str, Any]):
    """Numbers by name; one that an older finding lacks reads as a question mark instead of failing."""

    def __missing__(self, key: str) -> str:
        return "?"


def phrase(text: str, language: str) -> str:
    """Words that a finding was counted with, in `language`; as they are where it has none for them."""
    for pattern, words in _PATTERNS.get(language, ()):
        if found := pattern.fullmatch(text):
            return words.format_map({name: phrase(part, language) for name, part in found.groupdict().items()})
    return text


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(template)))


_PATTERNS = {
    language: [(_pattern(template), words) for template, words in phrases.items()]
    for language, phrases in PHRASES.items()
}


def amount_text(units: int, currency: str, digits: int) -> str:
    """`5000000, DKK, 2` as `50,000.00 DKK`."""
    return f"{Decimal(units).scaleb(-digits):,f} {currency}"
