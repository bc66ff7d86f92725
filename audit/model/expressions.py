"""A small safe language over named values: `paid >= due and not (kind == "waived")`. Nothing of Python is run.

Grammar: or, and, not, comparisons (= == != < <= > >=), + and -, decimals, texts in single or double quotes, names,
true, false, parentheses; where a zone is given, also times (2026-11-21, 2026-11-21T11:03Z). A name that has no value
is unknown, and what rests on it is unknown too (None).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from audit.model.amounts import EXACT, NotAnAmount, decimal_of

Value = str | Decimal | bool | datetime | None
Run = Callable[[Mapping[str, str]], Value]
DEPTH_MAX = 50

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
_REST = (
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>\"[^\"]*\"|'[^']*')|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<sign>==|!=|<=|>=|<|>|=|\+|-|\(|\))"
)
_TOKEN = re.compile(rf"\s*(?:{_REST})")
_TOKEN_OR_TIME = re.compile(rf"\s*(?:(?P<time>{_TIME})(?![0-9.])|{_REST})")
_COMPARE: Mapping[str, Callable[[Decimal | datetime, Decimal | datetime], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS = ("and", "or", "not", "true", "false")


class NotAnExpression(ValueError):
    """What is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the text."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """`at` is its first character's place in the text, from 1."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Sum:
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """`sign` is == < <= > or >=; `!=` is read as not ==."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not:
    claim: Node


@dataclass(frozen=True, slots=True)
class Joined:
    """`word` is "and" or "or"."""

    word: str
    claims: tuple[Node, ...]


Node = Literal | Name | Sum | Comparison | Not | Joined


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. `names` are the values it speaks of; `is_claim`: it is true or false, not a value."""

    text: str
    names: frozenset[str]
    is_claim: bool
    tree: Node
    _run: Run

    def evaluate(self, fields: Mapping[str, str]) -> Value:
        """Its value, None where it is unknown. Raises nothing."""
        return self._run(fields)


def parse(text: str, zone: str | None = None) -> Expression:
    """`zone` is that of times without one; None: there are no times. Raises NotAnExpression, which names the place."""
    parser = _Parser(text, ZoneInfo(zone) if zone else None)
    tree = parser.whole()
    return Expression(text, frozenset(parser.names), is_claim(tree), tree, evaluator(tree, parser.zone))


def is_claim(node: Node) -> bool:
    """Whether it is true or false, not a value."""
    return isinstance(node, Comparison | Not | Joined) or isinstance(node, Literal) and isinstance(node.value, bool)


def names_of(node: Node) -> Iterator[Name]:
    """The values that a comparison, or a side of one, speaks of."""
    if isinstance(node, Name):
        yield node
    elif isinstance(node, Sum | Comparison):
        yield from names_of(node.left)
        yield from names_of(node.right)


def evaluator(node: Node, zone: ZoneInfo | None = None) -> Run:
    """What gives the value of a tree."""
    if isinstance(node, Literal):
        value = node.value
        return lambda _fields: value
    if isinstance(node, Name):
        name = node.name
        return lambda fields: fields.get(name)
    if isinstance(node, Sum):
        return _added(node.sign, evaluator(node.left, zone), evaluator(node.right, zone))
    if isinstance(node, Comparison):
        return _compared(node.sign, evaluator(node.left, zone), evaluator(node.right, zone), zone)
    if isinstance(node, Not):
        claim = evaluator(node.claim, zone)
        return lambda fields: None if (value := claim(fields)) is None else not value
    claims, join = [evaluator(one, zone) for one in node.claims], some if node.word == "or" else every
    return lambda fields: join([claim(fields) for claim in claims])


class _Parser:
    def __init__(self, text: str, zone: ZoneInfo | None) -> None:
        self.text, self.zone, self.names, self.at, self.depth = text, zone, set[str](), 0, 0
        self.tokens = _tokens(text, _TOKEN_OR_TIME if zone else _TOKEN)

    def whole(self) -> Node:
        node = self._or()
        if self.at < len(self.tokens):
            raise self._wrong("is more than one expression")
        return node

    def _or(self) -> Node:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise NotAnExpression(f"has parentheses deeper than {DEPTH_MAX}")
        node = self._joined("or", self._and)
        self.depth -= 1
        return node

    def _and(self) -> Node:
        return self._joined("and", self._not)

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        nodes = [part()]
        while self._took("name", word):
            nodes.append(part())
        if len(nodes) == 1:
            return nodes[0]
        return Joined(word, tuple(self._claim(node) for node in nodes))

    def _not(self) -> Node:
        negations = 0
        while self._took("name", "not"):
            negations += 1
        node = self._comparison()
        if not negations:
            return node
        claim = self._claim(node)
        return claim if negations % 2 == 0 else Not(claim)

    def _comparison(self) -> Node:
        left = self._sum()
        sign = self._peek("sign")
        if sign not in ("=", "==", "!=", *_COMPARE):
            return left
        self.at += 1
        right = self._sum()
        if is_claim(left) != is_claim(right) or (is_claim(left) and sign in _COMPARE):
            raise self._wrong("compares a claim with a value")
        equal = Comparison("==" if sign in ("=", "!=") else sign, left, right)
        return Not(equal) if sign == "!=" else equal

    def _sum(self) -> Node:
        node = self._one()
        while (sign := self._peek("sign")) in ("+", "-"):
            self.at += 1
            right = self._one()
            if is_claim(node) or is_claim(right):
                raise self._wrong("adds what is no number")
            node = Sum(sign, node, right)
        return node

    def _one(self) -> Node:
        if self.at >= len(self.tokens):
            raise NotAnExpression("ends too early")
        kind, token, place = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Literal(Decimal(token))
        if kind == "text":
            return Literal(token[1:-1])
        if kind == "time":
            return Literal(self._time(token, place))
        if token == "-" and self._peek("number") is not None:
            self.at += 1
            return Literal(-Decimal(self.tokens[self.at - 1][1]))
        if token in ("true", "false"):
            return Literal(token == "true")
        if kind == "name" and token not in _WORDS:
            self.names.add(token)
            return Name(token, place)
        if token == "(":
            node = self._or()
            if not self._took("sign", ")"):
                raise NotAnExpression(f"has a parenthesis at character {place} that is never closed")
            return node
        self.at -= 1
        raise self._wrong("cannot be read")

    def _time(self, token: str, place: int) -> datetime:
        try:
            return _zoned(datetime.fromisoformat(token), self.zone)
        except (ValueError, OverflowError):
            raise NotAnExpression(f"has no such time at character {place} ({token})") from None

    def _claim(self, node: Node) -> Node:
        if not is_claim(node):
            raise self._wrong('joins a value with "and", "or" or "not", which need comparisons')
        return node

    def _peek(self, kind: str) -> str | None:
        return self.tokens[self.at][1] if self.at < len(self.tokens) and self.tokens[self.at][0] == kind else None

    def _took(self, kind: str, token: str) -> bool:
        if self._peek(kind) != token:
            return False
        self.at += 1
        return True

    def _wrong(self, what: str) -> NotAnExpression:
        if self.at < len(self.tokens):
            _, token, place = self.tokens[self.at]
            return NotAnExpression(f"{what} at character {place} ({token})")
        return NotAnExpression(f"{what} at its end")


def _tokens(text: str, pattern: re.Pattern[str]) -> list[tuple[str, str, int]]:
    """Kind, text and place (from 1) of each."""
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = pattern.match(text, position)
        if match is None or match.lastgroup is None:
            rest = text[position:]
            place = position + len(rest) - len(rest.lstrip()) + 1
            raise NotAnExpression(f"cannot be read at character {place} ({rest.strip()[:20]})")
        tokens.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1))
        position = match.end()
    return tokens


def some(values: list[Value]) -> Value:
    return True if True in values else None if None in values else False


def every(values: list[Value]) -> Value:
    return False if False in values else None if None in values else True


def _compared(sign: str, left: Run, right: Run, zone: ZoneInfo | None) -> Run:
    def run(fields: Mapping[str, str]) -> Value:
        one, two = left(fields), right(fields)
        if one is None or two is None:
            return None
        if isinstance(one, datetime) or isinstance(two, datetime):
            return _in_order(sign, _time(one, zone), _time(two, zone))
        if sign == "==":
            return _equal(one, two)
        return _in_order(sign, _number(one), _number(two))

    return run


def _in_order(sign: str, first: Decimal | datetime | None, second: Decimal | datetime | None) -> bool | None:
    if first is None or second is None:
        return None
    return first == second if sign == "==" else _COMPARE[sign](first, second)


def _added(sign: str, left: Run, right: Run) -> Run:
    def run(fields: Mapping[str, str]) -> Value:
        first, second = _number(left(fields)), _number(right(fields))
        if first is None or second is None:
            return None
        return EXACT.add(first, second) if sign == "+" else EXACT.subtract(first, second)

    return run


def _equal(one: Value, two: Value) -> bool:
    """Numbers are compared as numbers, so that 5 equals "5.00"; all else as it stands."""
    first, second = _number(one), _number(two)
    if first is not None and second is not None:
        return first == second
    return one == two


def _number(value: Value) -> Decimal | None:
    try:
        return decimal_of(value) if isinstance(value, str | Decimal) else None
    except NotAnAmount:
        return None


def _time(value: Value, zone: ZoneInfo | None) -> datetime | None:
    """A time as it stands, or a text that is one."""
    if isinstance(value, datetime):
        return value
    try:
        return _zoned(datetime.fromisoformat(value), zone) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _zoned(time: datetime, zone: ZoneInfo | None) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=zone or ZoneInfo("UTC"))
