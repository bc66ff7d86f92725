"""Guesses from what was seen: which fields are amounts, currencies, personal, identifiers or ties, which set states.

A guess is a proposal to a person: what may be wrong stands as a comment in the file that is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.model.inferring.looks import Look
from audit.model.inferring.observed import NOTHING, FieldSeen, LaneSeen, Observed, TypeSeen

BALANCE_WORDS = re.compile(r"balance|saldo|remaining|after$", re.I)
AMOUNT_WORDS = re.compile(r"amount|sum|total|balance|price|fee|charge|paid|paym|due|value|debit|credit|limit", re.I)
MINOR_WORDS = re.compile(r"minor|cents?\b|[a-z_](?:Cents?|Pence|Ore)$|_(?:pence|ore|øre)$", re.I)
PERSONAL_WORDS = re.compile(
    r"(^|[._])(name|first_?name|last_?name|surname|e?mail|phone|mobil|address|street|city|zip|postal|cpr|ssn|birth|dob"
    r"|passport|holder|owner|message|note|comment|text|card|pan|gade|tlf|plz)|(Name|Mail|Phone|Address|Birth)$"
    r"|national_?id|date_of_birth|navn|namn|vorname|nachname|telefon|adress|anschrift|person_?(nummer|nr)|postn(r|ummer)"
    r"|f[øöo]dsel|f[öo]delse|geburt|stra(ß|ss)e|inhaber|kontohaver",
    re.I,
)
# What a person is known by even as a number, as the end of a name: `cpr`, `homePhone`, `telefon_nr`, `birth_year`.
PERSONAL_NUMBERS = re.compile(
    r"(cpr|ssn|phone|mobile?|telefon|tlf|passport|national_?id|person|f[øöo]dsels|birth(_?(date|day|year))?|(^|_)dob)"
    r"_?(number|nummer|num|no|nr|id)?$",
    re.I,
)
PARTY_WORDS = re.compile(r"owner|holder|inhaber|kontohaver", re.I)  # a name, or the number of a customer
NOT_PERSONAL = re.compile(
    r"(type?|kind|code|produ[ck]t|event|file?|currency|valuta|channel|status|state)_?(name|navn|namn)|frequency", re.I
)
PERSONAL_LOOKS = (Look.MAIL, Look.PHONE, Look.IBAN, Look.PERSON, Look.ADDRESS)
IDENTIFIER_WORDS = re.compile(r"iban|(^|[._])(account_?)?(number|no|reference|ref)$|(Number|Reference)$", re.I)
MOSTLY = 0.9  # of the values must look or match so
TYPES_A_STREAM_MAX = 1.5  # a stream that shows a type more often than this goes through no life cycle


@dataclass(frozen=True, slots=True)
class TypeGuess:
    """What one event type's fields seem to be; paths in the order in which they were seen."""

    count: int
    ties: Mapping[str, str] = field(default_factory=dict)  # kind -> path
    personal: Sequence[str] = ()
    parties: Sequence[str] = ()  # those of them that may be a customer's number, and no name
    amounts: Sequence[str] = ()
    balances: Sequence[str] = ()  # amounts that seem to say what is left afterwards
    currency: str | None = None
    identifiers: Sequence[str] = ()
    shows: Sequence[str] = ()
    optional: frozenset[str] = frozenset()
    after: Sequence[tuple[str, int]] = ()  # the type before it in its stream, and how often
    ends: int = 0  # how many streams end with it
    maps: Sequence[str] = ()  # objects by values: personal, and not looked into
    left_out: int = 0  # fields whose names cannot stand in a model


@dataclass(frozen=True, slots=True)
class LaneGuess:
    """One lane. `has_states`: each type seems to set a state of its own."""

    name: str
    pattern: str
    streams: int
    events: int
    first_version: int | None
    has_states: bool
    types: Mapping[str, TypeGuess]


def guess(observed: Observed) -> list[LaneGuess]:
    """A lane for every group of streams, the largest first."""
    lanes = sorted(observed.lanes.values(), key=lambda lane: (-lane.events, lane.prefix))
    names = _names(lanes)
    keys = {names[lane.prefix]: lane.keys for lane in lanes}
    return [_lane(lane, names[lane.prefix], keys) for lane in lanes]


def _names(lanes: Sequence[LaneSeen]) -> dict[str, str]:
    """A name for each prefix, made of its words; told apart by a number where two are alike."""
    names: dict[str, str] = {}
    for lane in lanes:
        words = re.sub(r"[^A-Za-z0-9]+", "_", lane.prefix).strip("_").lower() or "stream"
        name, number = words, 2
        while name in names.values():
            name, number = f"{words}_{number}", number + 1
        names[lane.prefix] = name
    return names


def _lane(lane: LaneSeen, name: str, keys: Mapping[str, set[str]]) -> LaneGuess:
    first = lane.first_versions.most_common(1)[0][0] if len(lane.first_versions) == 1 else None
    types = {type_: _type(lane, type_, seen, name, keys) for type_, seen in sorted(lane.types.items())}
    is_whole = lane.keys == {""}
    pattern = lane.prefix if is_whole else f"{lane.prefix}{{{name}}}"
    has_states = not is_whole and lane.events <= TYPES_A_STREAM_MAX * lane.appearances
    return LaneGuess(name, pattern, len(lane.keys), lane.events, first, has_states, types)


def _type(lane: LaneSeen, type_: str, seen: TypeSeen, own: str, keys: Mapping[str, set[str]]) -> TypeGuess:
    personal = [path for path, one in seen.fields.items() if _is_personal(path, one)]
    plain = {path: one for path, one in seen.fields.items() if path not in personal}
    ties = _ties(plain, seen, own, keys)
    amounts = [path for path, one in plain.items() if _is_amount(path, one) and path not in ties.values()]
    identifiers = [p for p, one in seen.fields.items() if IDENTIFIER_WORDS.search(p) and not _looks(one, Look.TREE)]
    before: Counter[str] = Counter({b: n for (b, a), n in lane.transitions.items() if a == type_})
    return TypeGuess(
        seen.count, ties, personal,
        [path for path in personal if _may_be_party(path, seen.fields[path])],
        [path for path in amounts if not BALANCE_WORDS.search(path)],
        [path for path in amounts if BALANCE_WORDS.search(path)],
        next((path for path, one in plain.items() if _looks(one, Look.CURRENCY)), None),
        identifiers,
        [path for path, one in plain.items() if not _looks(one, Look.TREE)],
        frozenset(path for path, one in seen.fields.items() if one.count < seen.count),
        before.most_common(),
        lane.transitions[(type_, NOTHING)],
        [path for path, one in seen.fields.items() if one.is_map],
        len(seen.left_out),
    )  # fmt: skip


def _looks(seen: FieldSeen, *looks: Look) -> bool:
    return sum(seen.looks[look] for look in looks) >= MOSTLY * seen.count


def _is_personal(path: str, seen: FieldSeen) -> bool:
    if seen.is_map:
        return True
    if _looks(seen, Look.NUMBER) and any(PERSONAL_NUMBERS.search(part) for part in path.split(".")):
        return True
    if _looks(seen, Look.NUMBER, Look.FLAG, Look.CURRENCY, Look.DECIMAL_TEXT):
        return False
    if _looks(seen, *PERSONAL_LOOKS):
        return not NOT_PERSONAL.search(path)
    return bool(PERSONAL_WORDS.search(path)) and not NOT_PERSONAL.search(path)


def _may_be_party(path: str, seen: FieldSeen) -> bool:
    return bool(PARTY_WORDS.search(path.rpartition(".")[2])) and not seen.is_map and not _looks(seen, *PERSONAL_LOOKS)


def _is_amount(path: str, seen: FieldSeen) -> bool:
    if not _looks(seen, Look.NUMBER, Look.DECIMAL_TEXT):
        return False
    return bool(AMOUNT_WORDS.search(path.rpartition(".")[2])) or (0 < seen.decimals <= 3)


def _ties(
    plain: Mapping[str, FieldSeen], seen: TypeSeen, own: str, keys: Mapping[str, set[str]]
) -> dict[str, str]:
    """Fields, or the correlation, whose values are other streams' keys."""
    ties: dict[str, str] = {}
    for kind, known in keys.items():
        if kind == own or len(known) < 2:
            continue
        found = next((path for path, one in plain.items() if _are(one.values, known)), None)
        if found is not None:
            ties[kind] = found if plain[found].count == seen.count else found + "?"
        elif seen.correlated == seen.count and _are(seen.correlations, known):
            ties[kind] = "$correlation"
    return ties


def _are(values: set[str], known: set[str]) -> bool:
    """Short numbers are in many sets by chance: at least two different values, and nearly all of them known."""
    return len(values) > 1 and len(values & known) >= MOSTLY * len(values)
