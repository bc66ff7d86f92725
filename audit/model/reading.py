"""Compiles one event of the model to its `read` function. All that can be looked up is looked up here, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audit.model import schema
from audit.model.amounts import NotAnAmount, units_of
from audit.model.asserts import compile_assertion
from audit.model.conditions import Holds, compile_conditions
from audit.model.fields import compile_sets
from audit.model.judged import compile_total
from audit.model.meaning import Asserted, Data, Facts, Movement, Reading, Transition
from audit.model.paths import KEY_LENGTH_MAX, Get, getter, key_of
from audit.model.personal import covers
from audit.model.places import PlaceTemplate
from audit.model.streams import Match, Pattern
from audit.model.trouble import Trouble

Memory = Mapping[str, str]
Read = Callable[[Facts, Data, Memory], Reading]
MakeText = Callable[[Facts, Data, Memory, Sequence[tuple[str, str]]], str]
Money = Callable[[Facts, Data, Memory], tuple[int, str]]
ReadTie = Callable[[Facts, Data, list[tuple[str, str]]], None]
Move = Callable[[Facts, Data, Memory, Sequence[tuple[str, str]]], Movement | None]


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

    def read(self) -> Read:
        """The event's `read`: pure, and raising nothing."""
        event = self.event
        own, ties = self.tie_readers()
        item = self._item()
        to, allowed = self._transition()
        moves = [self._move(move, f"moves[{n + 1}]") for n, move in enumerate(event.moves)]
        declares = self.money(event.declares.amount, event.declares.currency) if event.declares else None
        total = compile_total(self, event.total) if event.total else None
        set_fields = compile_sets(self)
        identifiers = [(name, self.get(path), self.is_personal(path)) for name, path in event.identifiers.items()]

        def read(facts: Facts, data: Data, memory: Memory) -> Reading:
            found: list[tuple[str, str]] = []
            try:
                found = own(facts)
                for tie in ties:
                    tie(facts, data, found)
                movements = [made for move in moves if (made := move(facts, data, memory, found)) is not None]
                rest = total(facts, data, memory, found, movements) if total else None
                if rest is not None:
                    movements.append(rest.movement)
                return Reading(
                    found,
                    item(facts, data) if item else "",
                    to,
                    allowed,
                    set_fields(facts, data, memory) if set_fields else None,
                    movements,
                    declares(facts, data, memory) if declares else None,
                    _identified(identifiers, facts, data) if identifiers else (),
                    rest=rest,
                )
            except Trouble as trouble:
                return Reading(found, problem=str(trouble))
            except Exception as error:  # one event must never hold up the others
                return Reading(
                    found, problem=f"reading {facts.type} failed ({type(error).__name__}): please report this"
                )

        return read

    def asserted(self) -> Callable[[Facts, Data, Memory], Sequence[Asserted]] | None:
        """What the event says that places hold after it; None where it says nothing."""
        if not self.event.asserts:
            return None
        own, ties = self.tie_readers()
        asserts = [compile_assertion(self, one, self.place_key) for one in self.event.asserts]

        def read(facts: Facts, data: Data, memory: Memory) -> Sequence[Asserted]:
            try:
                found = own(facts)
                for tie in ties:
                    tie(facts, data, found)
                return [one(facts, data, memory, found) for one in asserts]
            except Trouble:
                return ()

        return read

    def blinded(self) -> Callable[[Facts, Data], Sequence[tuple[str, str]]]:
        """The personal identifiers alone: what is asked of an event before it is sealed."""
        found = self.event.identifiers.items()
        wanted = [(name, self.get(path), True) for name, path in found if self.is_personal(path)]
        return lambda facts, data: [(name, value) for name, value, _ in _identified(wanted, facts, data)]

    def tie_readers(self) -> tuple[Callable[[Facts], list[tuple[str, str]]], list[ReadTie]]:
        """What finds the ties of the stream's name, and what appends those of the fields."""
        return self._own_ties(), [self._tie(kind, paths) for kind, paths in self.event.ties.items()]

    # what the parts look up

    def get(self, path: str) -> Get:
        return getter(path, self.event.upcast)

    def needed(self, path: str) -> Callable[[Facts, Data], str]:
        """The text of a field that must be there."""
        get = self.get(path)

        def find(facts: Facts, data: Data) -> str:
            try:
                text = key_of(get(facts, data))
            except ValueError as error:
                raise Trouble(path, str(error)) from None
            if text is None:
                raise Trouble(path, "is missing")
            return text

        return find

    def is_personal(self, path: str) -> bool:
        return any(covers(personal, path) for personal in self.event.personal)

    # ties and item

    def _own_ties(self) -> Callable[[Facts], list[tuple[str, str]]]:
        """The lane's subject from the stream's name, then the kinds that its other captures name."""
        matchers = [(pattern.match, self._captured_kinds(pattern)) for pattern in self.patterns]
        if len(matchers) == 1 and len(matchers[0][1]) == 1:
            return _only_subject(matchers[0][0], matchers[0][1][0][0])

        def find(facts: Facts) -> list[tuple[str, str]]:
            for match, kinds in matchers:
                if (captured := match(facts.stream)) is not None:
                    ties = [(kind, captured[number]) for kind, number in kinds]
                    return ties if len(ties) < 2 else list(dict.fromkeys(ties))
            return []

        return find

    def _captured_kinds(self, pattern: Pattern) -> list[tuple[str, int]]:
        others = [
            (name, n) for n, name in enumerate(pattern.names) if name in self.kinds and (n or name != self.lane_name)
        ]
        return [(self.lane_name, 0), *others] if pattern.names else others

    def _tie(self, kind: str, paths: Sequence[str]) -> ReadTie:
        """Appends ties made by fields. A single path is needed; of several, and of `path?`, any may be missing."""
        gets = [(path.rstrip("?"), self.get(path.rstrip("?"))) for path in paths]
        is_needed = len(paths) == 1 and not paths[0].startswith("$") and not paths[0].endswith("?")

        def append(facts: Facts, data: Data, ties: list[tuple[str, str]]) -> None:
            for path, get in gets:
                try:
                    key = key_of(get(facts, data))
                except ValueError as error:
                    raise Trouble(path, str(error)) from None
                if key is not None:
                    if (kind, key) not in ties:
                        ties.append((kind, key))
                elif is_needed:
                    raise Trouble(path, "is missing")

        return append

    def _item(self) -> Callable[[Facts, Data], str] | None:
        if self.event.item is not None:
            literal = self.event.item.literal
            if literal is not None:
                return lambda _facts, _data: literal
            return self.needed(self.event.item.path or "")
        return self.needed(self.lane.item) if self.lane.item else None

    # state

    def transition(self) -> Transition | None:
        """What the event does to states, whatever it says; None: nothing, and any state is right."""
        to, allowed = self._transition()
        if to is None and allowed is None:
            return None
        item = self.event.item
        if item is None:
            return Transition(to, allowed, None if self.lane.item else "")
        return Transition(to, allowed, item.literal)

    def _transition(self) -> tuple[str | None, frozenset[str] | None]:
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

    def _move(self, move: schema.Move, where: str) -> Move:
        money, book = self.money(move.amount, move.currency), move.book
        source, target = PlaceTemplate.parse(move.from_), PlaceTemplate.parse(move.to)
        from_kind, to_kind = source.kind, target.kind
        from_key, to_key = self.place_key(source), self.place_key(target)
        holds: Holds | None = compile_conditions(move.when, self.get) if move.when else None
        is_increase = move.amount.increase_of is not None

        def make(facts: Facts, data: Data, memory: Memory, ties: Sequence[tuple[str, str]]) -> Movement | None:
            if holds is not None and not holds(facts, data):
                return None
            units, currency = money(facts, data, memory)
            if is_increase and units == 0:
                return None
            return Movement(
                book,
                from_kind,
                from_key(facts, data, memory, ties),
                to_kind,
                to_key(facts, data, memory, ties),
                units,
                currency,
            )

        return make

    def money(self, amount: schema.Amount, currency: schema.CurrencyOf) -> Money:
        if currency.always is not None:
            return self._money_of_one(amount, currency.always, self.digits.get(currency.always, 0))
        path, digits_of = currency.path or "", self.digits
        get_currency, units = self.get(path), self._units(amount)

        def read(facts: Facts, data: Data, memory: Memory) -> tuple[int, str]:
            code = get_currency(facts, data)
            digits = digits_of.get(code) if type(code) is str else None
            if digits is None:
                what = "is missing" if code is None else "names a currency that the model does not know"
                raise Trouble(path, what, "Declare it as [currency.CODE] in the model, or mend the sender")
            return units(facts, data, memory, digits), code

        return read

    def _money_of_one(self, amount: schema.Amount, code: str, digits: int) -> Money:
        units = self._units(amount)
        return lambda facts, data, memory: (units(facts, data, memory, digits), code)

    def _units(self, amount: schema.Amount) -> Callable[[Facts, Data, Memory, int], int]:
        if amount.literal is not None:
            literal = amount.literal
            return lambda _facts, _data, _memory, digits: _exact(literal, "amount", digits)
        path = amount.increase_of or amount.path or ""
        get = self.get(path)
        if amount.increase_of is None:
            return lambda facts, data, _memory, digits: _exact(get(facts, data), path, digits)
        remembered = "set:" + path

        def increase(facts: Facts, data: Data, memory: Memory, digits: int) -> int:
            now, before = _exact(get(facts, data), path, digits), memory.get(remembered)
            grown = now - (0 if before is None else _exact(before, path, digits))
            if grown < 0:
                raise Trouble(path, "is less than before, though it may only grow")
            return grown

        return increase

    def place_key(self, template: PlaceTemplate) -> MakeText:
        pieces = template.pieces
        if len(pieces) == 1:
            text = pieces[0]
            return lambda _facts, _data, _memory, _ties: text
        finders = [self._name(name) for name in template.names]
        if len(finders) == 1 and pieces[0] == pieces[2] == "":
            return finders[0]
        literals = pieces[::2]

        def make(facts: Facts, data: Data, memory: Memory, ties: Sequence[tuple[str, str]]) -> str:
            found = [find(facts, data, memory, ties) for find in finders]
            key = literals[0] + "".join(one + literal for one, literal in zip(found, literals[1:], strict=True))
            if len(key) > KEY_LENGTH_MAX:
                raise Trouble(template.names[0], f"makes a place's key longer than {KEY_LENGTH_MAX} characters")
            return key

        return make

    def _name(self, name: str) -> MakeText:
        """What `{name}` stands for: captures, then this event's ties, then inherited ones, then the payload."""
        if any(name in pattern.names for pattern in self.patterns):
            return self._capture(name)
        if name in self.event.ties:
            return lambda facts, data, memory, ties: _tied(name, ties, memory)
        needed = self.needed(name)
        if name in self.lane.inherits:
            return lambda facts, data, memory, ties: memory.get(name) or needed(facts, data)
        return lambda facts, data, memory, ties: needed(facts, data)

    def _capture(self, name: str) -> MakeText:
        if all(pattern.names[:1] == (name,) for pattern in self.patterns):
            lane = self.lane_name

            def own(facts: Facts, data: Data, memory: Memory, ties: Sequence[tuple[str, str]]) -> str:
                if not ties or ties[0][0] != lane:
                    raise Trouble(name, "is not in this stream's name")
                return ties[0][1]

            return own
        matchers = [(pattern.match, pattern.names.index(name)) for pattern in self.patterns if name in pattern.names]

        def find(facts: Facts, data: Data, memory: Memory, ties: Sequence[tuple[str, str]]) -> str:
            for match, number in matchers:
                if (captured := match(facts.stream)) is not None:
                    return captured[number]
            raise Trouble(name, "is not in this stream's name")

        return find


def _only_subject(match: Match, kind: str) -> Callable[[Facts], list[tuple[str, str]]]:
    def find(facts: Facts) -> list[tuple[str, str]]:
        captured = match(facts.stream)
        return [] if captured is None else [(kind, captured[0])]

    return find


def _exact(value: Any, path: str, digits: int) -> int:
    try:
        return units_of(value, digits)
    except NotAnAmount as error:
        raise Trouble(path, str(error)) from None


def _tied(kind: str, ties: Sequence[tuple[str, str]], memory: Memory) -> str:
    for tied, key in ties:
        if tied == kind:
            return key
    if (key_before := memory.get(kind)) is not None:
        return key_before
    raise Trouble(kind, "is not tied by this event")


def _identified(
    identifiers: Sequence[tuple[str, Get, bool]], facts: Facts, data: Data
) -> Sequence[tuple[str, str, bool]]:
    found = []
    for name, get, is_personal in identifiers:
        try:
            value = key_of(get(facts, data))
        except ValueError:
            continue
        if value is not None:
            found.append((name, value, is_personal))
    return found
