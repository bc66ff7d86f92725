"""Checks of lanes: their streams, states and events, apart from money, texts and personal fields."""

from __future__ import annotations

from itertools import combinations

from audit.model import schema
from audit.model.check_names import check_known, check_name, check_path, check_span, names_of_kinds
from audit.model.expressions import NotAnExpression, parse
from audit.model.fields import cumulative_paths
from audit.model.leaves import is_decimal
from audit.model.problems import Key, Problems, choice
from audit.model.streams import CAPTURE_NAME, Pattern

NONE = "none"  # in `from`: before the first event
ASKS = ("question", "resend")


PATTERNS_MAX = 1000
COMPARED_MAX = 5000  # pairs of patterns that begin and end alike: more would take seconds


def check_lanes(document: schema.Document, problems: Problems) -> None:
    for name, lane in document.lane.items():
        key: Key = ("lane", name)
        check_name(name, key, "a lane", problems)
        _check_streams(name, lane, document, problems)
        _check_states(name, lane, document, problems)
        _check_fields(name, lane, document, problems)
        for number, kind in enumerate(lane.inherits):
            check_known(kind, names_of_kinds(document), (*key, "inherits", number), "kind", problems)
        check_path(lane.item, (*key, "item"), problems)
        for type_, event in lane.event.items():
            _check_event((*key, "event", type_), lane, event, document, problems)
        _check_older_names(name, lane, problems)
    _check_overlaps(document, problems)


# streams


def _check_streams(name: str, lane: schema.Lane, document: schema.Document, problems: Problems) -> None:
    key: Key = ("lane", name, "streams")
    for number, text in enumerate(lane.streams):
        _check_pattern(text, key if len(lane.streams) == 1 else (*key, number), problems)
        captures = Pattern(text).names
        if name in document.kind and captures[:1] != (name,):
            problems.error(
                key,
                f'lane "{name}" bears the name of kind "{name}", but is not that subject: the first capture'
                f' of "{text}" does not name it',
                f"Write {{{name}}} first in the pattern, or rename the lane",
            )
    if not lane.streams:
        problems.error(key, "no stream belongs to this lane", 'Write streams = "account-{account}"')
    if len({len(Pattern(text).names) > 0 for text in lane.streams}) > 1:
        problems.error(
            key, "some patterns have a capture and others have none", "Give each a capture, such as {account}"
        )


def _check_pattern(text: str, key: Key, problems: Problems) -> None:
    names = Pattern(text).names
    for name in names:
        if not CAPTURE_NAME.fullmatch(name):
            problems.error(key, f'"{{{name}}}" is no capture', "Write a name in the braces: account-{account}")
    if len(set(names)) < len(names):
        problems.error(key, f'"{text}" captures the same name twice', "Give each capture a name of its own")
    if "}{" in text:
        problems.error(
            key, f'"{text}" has two captures with nothing between', "Put a separator between them: {account}-{card}"
        )
    rest = text
    for name in names:
        rest = rest.replace("{" + name + "}", "", 1)
    if "{" in rest or "}" in rest:
        problems.error(key, f'"{text}" has a brace without its partner', "Write captures as {name}")
    if not text:
        problems.error(key, "the pattern is empty", "Write it as the streams are named: account-{account}")


def _check_overlaps(document: schema.Document, problems: Problems) -> None:
    """Two patterns may match the same stream only if one of them is clearly the closer one."""
    patterns: list[tuple[Pattern, Key, str]] = [
        (Pattern(text), ("lane", name), f"lane {name}") for name, lane in document.lane.items() for text in lane.streams
    ]
    patterns += [
        (Pattern(text), ("derived", number), "a derived stream")
        for number, one in enumerate(document.derived)
        for text in one.streams
    ]
    if len(patterns) > PATTERNS_MAX:
        what = f"there are {len(patterns):,} patterns of streams"
        problems.error(("lane",), what, f"A model has up to {PATTERNS_MAX:,}")
        return
    compared = 0
    for (one, _, owner), (two, key, other) in combinations(patterns, 2):
        if not (one.text and two.text and one.literals == two.literals and one.may_overlap(two)):
            continue
        compared += 1
        if compared > COMPARED_MAX:
            problems.error((*key, "streams"), "too many patterns begin and end alike", "Let them begin differently")
            return
        if one.overlaps(two):
            problems.error(
                (*key, "streams"),
                f'"{two.text}" of {other} and "{one.text}" of {owner} can match the same stream',
                "Make one of them longer, so that it is clear whose stream it is",
            )


# states and fields


def _check_states(name: str, lane: schema.Lane, document: schema.Document, problems: Problems) -> None:
    for state_name, state in lane.state.items():
        key: Key = ("lane", name, "state", state_name)
        check_name(state_name, key, "a state", problems)
        check_span(state.within, (*key, "within"), document, problems)
        if state_name == NONE:
            problems.error(key, '"none" means "before the first event" and cannot be a state', "Choose another name")
        if state.final and state.within is not None:
            problems.error((*key, "within"), "a final state lasts for ever", "Take within or final away")


def _check_fields(name: str, lane: schema.Lane, document: schema.Document, problems: Problems) -> None:
    settable = fields_set(lane)
    for field_name, field in lane.field.items():
        key: Key = ("lane", name, "field", field_name)
        check_known(field.currency, document.currency, (*key, "currency"), "currency", problems)
        if field.currency is not None and field.starts is not None and not is_decimal(field.starts):
            problems.error((*key, "starts"), f'"{field.starts}" is no decimal', 'Write starts = "0"')
        if field.computed is None:
            if field_name not in settable:
                problems.error(
                    key, f"no event of lane {name} sets this field", "Set it: sets = { " + field_name + ' = "path" }'
                )
            continue
        if field_name in settable:
            problems.error(
                key, "this field is computed, and an event sets it as well", "Take computed or the sets away"
            )
        _check_computed(name, field_name, field.computed, lane, problems)


def _check_computed(name: str, field_name: str, text: str, lane: schema.Lane, problems: Problems) -> None:
    key: Key = ("lane", name, "field", field_name, "computed")
    try:
        names = parse(text).names
    except NotAnExpression as error:
        problems.error(key, f"this {error}", 'Write a sum such as "amount + expense"')
        return
    known = fields_known(lane)
    for one in sorted(names):
        check_known(one, known, key, "remembered field", problems)
    if _rests_on(field_name, field_name, lane, set()):
        problems.error(key, f'"{field_name}" is computed from itself', "Compute it from fields that events set")


def _rests_on(name: str, wanted: str, lane: schema.Lane, seen: set[str]) -> bool:
    field = lane.field.get(name)
    if field is None or field.computed is None or name in seen:
        return False
    seen.add(name)
    try:
        names = parse(field.computed).names
    except NotAnExpression:
        return False
    return wanted in names or any(_rests_on(one, wanted, lane, seen) for one in names)


def fields_set(lane: schema.Lane) -> set[str]:
    """The remembered fields that some event of the lane sets, cumulative amounts included."""
    events = lane.event.values()
    return {name for event in events for name in (*event.sets, *cumulative_paths(event))}


def fields_known(lane: schema.Lane) -> set[str]:
    return fields_set(lane) | set(lane.field)


# events


def _check_event(
    key: Key, lane: schema.Lane, event: schema.Event, document: schema.Document, problems: Problems
) -> None:
    for kind, paths in event.ties.items():
        check_known(kind, names_of_kinds(document), (*key, "ties", kind), "kind", problems)
        if not paths:
            problems.error((*key, "ties", kind), "the tie has no path", f'Write {kind} = "{kind}_id"')
        for path in paths:
            check_path(path, (*key, "ties", kind), problems, may_be_missing=True)
    _check_transition((*key, "state"), lane, event, problems)
    if event.item is not None:
        check_path(event.item.path, (*key, "item"), problems)
    for name, setting in event.sets.items():
        check_path(setting.path, (*key, "sets", name), problems, may_be_missing=True)
        check_path(setting.total_of, (*key, "sets", name), problems)
    for name, path in event.identifiers.items():
        check_path(path, (*key, "identifiers", name), problems)
    for listed in ("personal", "shows"):
        for number, path in enumerate(getattr(event, listed)):
            check_path(path, (*key, listed, number), problems)
    check_path(event.counterparty, (*key, "counterparty"), problems)
    check_path(event.corrects, (*key, "corrects"), problems)
    for new, old in event.upcast.items():
        check_path(new, (*key, "upcast", new), problems)
        check_path(old, (*key, "upcast", new), problems)
    if event.asks_again is not None:
        check_known(event.asks_again, ASKS, (*key, "asks_again"), "way to ask again", problems)
        if not event.retry:
            problems.error((*key, "asks_again"), "only retries ask again", "Add retry = true")


def _check_transition(key: Key, lane: schema.Lane, event: schema.Event, problems: Problems) -> None:
    state = event.state
    if state is None:
        return
    check_known(state.to, lane.state, (*key, "to"), "state", problems)
    if state.from_ is None and state.to is None:
        problems.error(key, "neither from nor to is given", 'Write state = { from = ["open"], to = "closed" }')
    for name in state.from_ or []:
        if name != NONE and name not in lane.state:
            problems.error((*key, "from"), f'there is no state "{name}"', choice(name, [*lane.state, NONE], "state"))
        elif name != NONE and lane.state[name].final and state.to not in (None, name) and not event.correction:
            problems.error(
                (*key, "from"),
                f'state "{name}" is final, and yet this event leaves it for "{state.to}"',
                f'Take "{name}" out of from, or mark the event correction = true',
            )


def _check_older_names(name: str, lane: schema.Lane, problems: Problems) -> None:
    seen = {type_: type_ for type_ in lane.event}
    for type_, event in lane.event.items():
        for older in event.renamed_from:
            if older in seen:
                problems.error(
                    ("lane", name, "event", type_, "renamed_from"),
                    f'"{older}" already means {seen[older]}',
                    "An older name can only have become one event",
                )
            seen[older] = type_
