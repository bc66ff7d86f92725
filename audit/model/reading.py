"""Writes the functions of one type of event (written.py): what it means, whose key seals it, what it asserts. All that
can be looked up is looked up here, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from audit.model import schema, takes
from audit.model.conditions import conditions
from audit.model.meaning import Asserted, Movement, Reading, Transition
from audit.model.paths import FACTS, Get, getter, parts_of
from audit.model.personal import covers
from audit.model.places import PlaceTemplate
from audit.model.streams import Match, Pattern, captured_kinds, own_ties
from audit.model.trouble import Trouble
from audit.model.written import Text

GIVEN: dict[str, Any] = {**vars(takes), "Asserted": Asserted, "Movement": Movement, "Reading": Reading,
                         "Trouble": Trouble}  # fmt: skip


class EventCompiler:
    """What the parts of one event share while they are compiled. `digits` are the known currencies' decimals."""

    def __init__(
        self,
        name: str,
        lane_name: str,
        lane: schema.Lane,
        event: schema.Event,
        kinds: frozenset[str],
        digits: Mapping[str, int],
    ) -> None:
        self.name, self.lane_name, self.lane, self.event, self.kinds, self.digits = (
            name,
            lane_name,
            lane,
            event,
            kinds,
            digits,
        )
        self.patterns = [Pattern(text) for text in lane.streams]
        self.own_kinds = {
            kind for pattern in self.patterns for kind, _ in captured_kinds(pattern, lane_name, kinds)
        }

    def begin(self, text: Text) -> None:
        """The ties of the stream's name, in which those of the fields follow."""
        find = own_ties(tuple(self.lane.streams), self.lane_name, self.kinds)
        text.line(f"ties = {text.constant(find)}(facts.stream)")

    # ties

    def ties(self, text: Text) -> None:
        for kind, paths in self.event.ties.items():
            self.tie(text, kind, paths)

    def tie(self, text: Text, kind: str, paths: Sequence[str]) -> None:
        """Appends ties made by fields. A single path is needed; of several, and of `path?`, any may be missing."""
        for path in [path.rstrip("?") for path in paths]:
            key = self.needed(text, path) if self._is_needed(paths) else self.key(text, path)
            tie = f"({text.constant(kind)}, {key})"
            conditions = [] if self._is_needed(paths) else [f"{key} is not None"]
            if kind in self.own_kinds or len(paths) > 1:
                conditions.append(f"{tie} not in ties")
            text.line(f"if {' and '.join(conditions)}: ties.append({tie})" if conditions else f"ties.append({tie})")

    @staticmethod
    def _is_needed(paths: Sequence[str]) -> bool:
        return len(paths) == 1 and not paths[0].startswith("$") and not paths[0].endswith("?")

    # what the parts look up

    def get(self, path: str) -> Get:
        return getter(path, self.event.upcast)

    def value(self, text: Text, path: str) -> str:
        """A field's value; None: it is missing."""
        if path.startswith("$"):
            return text.local(f"facts.{path[1:]}" if path in FACTS else "None", "value", path)
        if path in self.event.upcast or len(parts_of(path)) > 1:
            return text.local(f"{text.constant(self.get(path))}(facts, data)", "value", path)
        return text.local(f"data.get({text.constant(path)})", "value", path)

    def key(self, text: Text, path: str) -> str:
        return text.local(f"key({self.value(text, path)}, {text.constant(path)})", "key", path)

    def needed(self, text: Text, path: str) -> str:
        """The text of a field that must be there."""
        return text.local(f"needed({self.value(text, path)}, {text.constant(path)})", "needed", path)

    def is_personal(self, path: str) -> bool:
        return any(covers(personal, path) for personal in self.event.personal)

    # item and state

    def item(self, text: Text) -> str:
        item = self.event.item
        if item is not None:
            return text.constant(item.literal) if item.literal is not None else self.needed(text, item.path or "")
        return self.needed(text, self.lane.item) if self.lane.item else '""'

    def transition(self) -> Transition | None:
        """What the event does to states, whatever it says; None: nothing, and any state is right."""
        to, allowed = self.states()
        if to is None and allowed is None:
            return None
        item = self.event.item
        if item is None:
            return Transition(to, allowed, None if self.lane.item else "")
        return Transition(to, allowed, item.literal)

    def states(self) -> tuple[str | None, frozenset[str] | None]:
        """The state set, and those it may come from. Without `from`: any that is not final."""
        state = self.event.state
        if state is None:
            return None, None
        if state.from_ is not None:
            return state.to, frozenset("" if name == "none" else name for name in state.from_)
        finals = {name for name, one in self.lane.state.items() if one.final}
        if not finals or self.event.correction or state.to is None:
            return state.to, None
        return state.to, frozenset({"", *self.lane.state} - finals | {state.to})

    # money

    def movements(self, text: Text) -> str:
        """The name of the event's movements, its total's aside."""
        if not self.event.moves and self.event.total is None:
            return "()"
        text.line("movements = []")
        for move in self.event.moves:
            with self._when(text, move.when):
                self._move(text, move)
        return "movements"

    @contextmanager
    def _when(self, text: Text, when: Mapping[str, schema.Condition]) -> Iterator[None]:
        if not when:
            yield
            return
        for path in when:
            self.value(text, path)
        with text.block(f"if {conditions(text, when, lambda path: self.value(text, path))}:"):
            yield

    def _move(self, text: Text, move: schema.Move) -> None:
        units, currency = self.money(text, move.amount, move.currency)
        if move.amount.increase_of is not None:
            with text.block(f"if {units}:"):
                self._add(text, move, units, currency)
        else:
            self._add(text, move, units, currency)

    def _add(self, text: Text, move: schema.Move, units: str, currency: str) -> None:
        ends = []
        for end in (move.from_, move.to):
            template = PlaceTemplate.parse(end)
            ends += [text.constant(template.kind), self.place_key(text, template)]
        text.line(f"movements.append(Movement({text.constant(move.book)}, {', '.join(ends)}, {units}, {currency}))")

    def money(self, text: Text, amount: schema.Amount, currency: schema.CurrencyOf) -> tuple[str, str]:
        """The names of whole minor units and their currency."""
        if currency.always is not None:
            code, digits = text.constant(currency.always), str(self.digits.get(currency.always, 0))
        else:
            path = currency.path or ""
            code = self.value(text, path)
            known = text.constant(self.digits)
            digits = text.local(f"digits_of({code}, {known}, {text.constant(path)})", "digits", path)
        return self._units(text, amount, digits), code

    def _units(self, text: Text, amount: schema.Amount, digits: str) -> str:
        if amount.literal is not None:
            return text.local(f'units({text.constant(amount.literal)}, {digits}, "amount")', "units")
        path = amount.increase_of or amount.path or ""
        value, named = self.value(text, path), text.constant(path)
        if amount.increase_of is None:
            return text.local(f"units({value}, {digits}, {named})", "units", path, digits)
        before = f"memory.get({text.constant('set:' + path)})"
        return text.local(f"grown({value}, {before}, {digits}, {named})", "grown", path, digits)

    def place_key(self, text: Text, template: PlaceTemplate) -> str:
        pieces = template.pieces
        if len(pieces) == 1:
            return text.constant(pieces[0])
        found = [self._named(text, name) for name in template.names]
        if len(found) == 1 and pieces[0] == pieces[2] == "":
            return found[0]
        parts = [one for pair in zip(map(text.constant, pieces[::2]), [*found, '""'], strict=True) for one in pair]
        return text.local(f"joined({text.constant(template.names[0])}, ({', '.join(parts)}))", "key")

    def _named(self, text: Text, name: str) -> str:
        """What `{name}` stands for: captures, then this event's ties, then inherited ones, then the payload."""
        if any(name in pattern.names for pattern in self.patterns):
            return text.local(self._captured(text, name), "captured", name)
        paths = self.event.ties.get(name)
        if paths is not None and self._is_needed(paths) and name not in self.own_kinds:
            return self.needed(text, paths[0])
        if paths is not None:
            return text.local(f"tied({text.constant(name)}, ties, memory)", "tied", name)
        if name not in self.lane.inherits:
            return self.needed(text, name)
        value = self.value(text, name)
        named = text.constant(name)
        return text.local(f"memory.get({named}) or needed({value}, {named})", "inherited", name)

    def _captured(self, text: Text, name: str) -> str:
        if all(pattern.names[:1] == (name,) for pattern in self.patterns):
            return f"own_key(ties, {text.constant(self.lane_name)}, {text.constant(name)})"
        matchers = [(pattern.match, pattern.names.index(name)) for pattern in self.patterns if name in pattern.names]
        return f"{text.constant(_capture(name, matchers))}(facts.stream)"


def _capture(name: str, matchers: Sequence[tuple[Match, int]]) -> Callable[[str], str]:
    def find(stream: str) -> str:
        for match, number in matchers:
            if (captured := match(stream)) is not None:
                return captured[number]
        raise Trouble(name, "is not in this stream's name")

    return find
