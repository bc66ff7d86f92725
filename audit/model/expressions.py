"""A small safe language over remembered fields: `paid >= due and not (kind == "waived")`. Nothing of Python is run.

Grammar: or, and, not, comparisons (== != < <= > >=), + and -, decimals, texts in single or double quotes, names,
true, false, parentheses. A name whose field was never set is unknown, and what rests on it is unknown too (None).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from audit.model.amounts import EXACT, NotAnAmount, decimal_of

Value = str | Decimal | bool | None
DEPTH_MAX = 50

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>\"[^\"]*\"|'[^']*')|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<sign>==|!=|<=|>=|<|>|\+|-|\(|\)))"
)
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS = ("and", "or", "not", "true", "false")


class NotAnExpression(ValueError):
    """What is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. `names` are the fields it speaks of; `is_claim`: it is true or false, not a value."""

    text: str
    names: frozenset[str]
    is_claim: bool
    _run: Callable[[Mapping[str, str]], Value]

    def evaluate(self, fields: Mapping[str, str]) -> Value:
        """Its value, None where it is unknown. Raises nothing."""
        return self._run(fields)


Node = tuple[bool, Callable[[Mapping[str, str]], Value]]  # is a claim, how it is evaluated


def parse(text: str) -> Expression:
    """Raises NotAnExpression, which names the place."""
    parser = _Parser(text)
    is_claim, run = parser.whole()
    return Expression(text, frozenset(parser.names), is_claim, run)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.names, self.tokens, self.at, self.depth = text, set[str](), _tokens(text), 0, 0

    def whole(self) -> Node:
        node = self._or()
        if self.at < len(self.tokens):
            raise self._wrong("is more than one expression")
        return node

    def _or(self) -> Node:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise NotAnExpression(f"has parentheses deeper than {DEPTH_MAX}")
        node = self._joined("or", self._and, _any)
        self.depth -= 1
        return node

    def _and(self) -> Node:
        return self._joined("and", self._not, _all)

    def _joined(self, word: str, part: Callable[[], Node], join: Callable[[list[Value]], Value]) -> Node:
        nodes = [part()]
        while self._took("name", word):
            nodes.append(part())
        if len(nodes) == 1:
            return nodes[0]
        runs = [self._claim(node) for node in nodes]
        return True, lambda fields: join([run(fields) for run in runs])

    def _not(self) -> Node:
        negations = 0
        while self._took("name", "not"):
            negations += 1
        node = self._comparison()
        if not negations:
            return node
        run = self._claim(node)
        if negations % 2 == 0:
            return True, run
        return True, lambda fields: None if (value := run(fields)) is None else not value

    def _comparison(self) -> Node:
        left = self._sum()
        sign = self._peek("sign")
        if sign not in ("==", "!=", *_COMPARE):
            return left
        self.at += 1
        right = self._sum()
        if left[0] != right[0] or (left[0] and sign not in ("==", "!=")):
            raise self._wrong("compares a claim with a value")
        return True, _compared(sign, left[1], right[1])

    def _sum(self) -> Node:
        node = self._one()
        while (sign := self._peek("sign")) in ("+", "-"):
            self.at += 1
            right = self._one()
            if node[0] or right[0]:
                raise self._wrong("adds what is no number")
            node = False, _added(sign, node[1], right[1])
        return node

    def _one(self) -> Node:
        if self.at >= len(self.tokens):
            raise NotAnExpression("ends too early")
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            number = Decimal(token)
            return False, lambda _fields: number
        if kind == "text":
            inner = token[1:-1]
            return False, lambda _fields: inner
        if token in ("true", "false"):
            return True, lambda _fields: token == "true"
        if kind == "name" and token not in _WORDS:
            self.names.add(token)
            return False, lambda fields: fields.get(token)
        if token == "(":
            node = self._or()
            if not self._took("sign", ")"):
                raise NotAnExpression("has a parenthesis that is never closed")
            return node
        self.at -= 1
        raise self._wrong("cannot be read")

    def _claim(self, node: Node) -> Callable[[Mapping[str, str]], Value]:
        if not node[0]:
            raise self._wrong('joins a value with "and", "or" or "not", which need comparisons')
        return node[1]

    def _peek(self, kind: str) -> str | None:
        return self.tokens[self.at][1] if self.at < len(self.tokens) and self.tokens[self.at][0] == kind else None

    def _took(self, kind: str, token: str) -> bool:
        if self._peek(kind) != token:
            return False
        self.at += 1
        return True

    def _wrong(self, what: str) -> NotAnExpression:
        near = self.tokens[self.at][1] if self.at < len(self.tokens) else "its end"
        return NotAnExpression(f"{what} at {near}")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise NotAnExpression(f"cannot be read at {text[position:].strip()[:20]}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


def _any(values: list[Value]) -> Value:
    return True if True in values else None if None in values else False


def _all(values: list[Value]) -> Value:
    return False if False in values else None if None in values else True


def _compared(
    sign: str, left: Callable[[Mapping[str, str]], Value], right: Callable[[Mapping[str, str]], Value]
) -> Callable[[Mapping[str, str]], Value]:
    def run(fields: Mapping[str, str]) -> Value:
        one, two = left(fields), right(fields)
        if one is None or two is None:
            return None
        if sign in ("==", "!="):
            return _equal(one, two) is (sign == "==")
        first, second = _number(one), _number(two)
        return None if first is None or second is None else _COMPARE[sign](first, second)

    return run


def _added(
    sign: str, left: Callable[[Mapping[str, str]], Value], right: Callable[[Mapping[str, str]], Value]
) -> Callable[[Mapping[str, str]], Value]:
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
        return None if value is None or isinstance(value, bool) else decimal_of(value)
    except NotAnAmount:
        return None
