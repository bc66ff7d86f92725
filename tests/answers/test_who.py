"""Who else is in the same situation, against a plain look at everyone's last events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from audit.answers.claims import cohort
from audit.answers.shapes import Who
from audit.answers.who import who
from audit.errors import UnknownSubject, UsageError
from audit.management.explaining import tell_who
from audit.values import Clock, Moment, Subject
from tests.answers.conftest import asking
from tests.answers.oracle import START, Bank, Happened
from tests.conftest import Database

STATES = {"Begun": "begun", "Done": "done", "Sent": "sent", "TimedOut": "silent", "Paid": "paid"}


def stories(bank: Bank) -> Iterator[tuple[str, list[Happened]]]:
    for key in dict.fromkeys(event.transfer for event in bank.events if event.transfer):
        yield key, [event for event in bank.events if event.transfer == key]


def state_of(story: list[Happened], lane: str) -> str | None:
    return next((STATES[e.type] for e in reversed(story) if e.stream.startswith(lane) and e.type in STATES), None)


def keys(answer: Who) -> set[str]:
    return {line.subject.subject.key for line in answer.subjects.rows}


def asked(like: str, expression: str = "", **options: object) -> Who:
    with asking(**options) as inquiry:
        return who(inquiry, Subject.parse(like), expression, size=1000)


@pytest.mark.parametrize(
    ("expression", "of"),
    [
        ("sending.state = silent", lambda story: state_of(story, "sending") == "silent"),
        ("order.state = begun and not sending.state = sent",
         lambda s: state_of(s, "order") == "begun" and state_of(s, "sending") != "sent"),
        ("state = silent or state = begun",
         lambda s: {"silent", "begun"} & {state_of(s, "order"), state_of(s, "sending")}),
        ("event = sending.TimedOut", lambda s: any(e.type == "TimedOut" for e in s)),
        ("event = TimedOut and sending.TimedOut < 2026-03-28T12:00",
         lambda s: any(e.type == "TimedOut" and e.recorded.isoformat() < "2026-03-28T11:00" for e in s)),
        ("amount > 50.00", lambda s: Decimal(str(s[0].data["amount"])) > 50),
        ('amount <= 50 and currency = "DKK"', lambda s: Decimal(str(s[0].data["amount"])) <= 50),
        ("places.clearing > 0", lambda s: s[-1].type in ("Sent", "TimedOut")),
        ('place = "custody/clearing:dk"', lambda s: s[-1].type in ("Sent", "TimedOut")),
        ("waiting = order.Begun", lambda s: s[-1].type == "Begun"),
        ("started >= 2026-03-28", lambda s: s[0].recorded.isoformat() >= "2026-03-27T23:00"),
    ],
)  # fmt: skip
def test_exactly_those_of_whom_it_is_true(expression: str, of: object, world: Database, bank: Bank) -> None:
    expected = {key for key, story in stories(bank) if of(story)}  # type: ignore[operator]
    assert expected, "nobody: it tests nothing"
    answer = asked("transfer:*", expression)
    assert keys(answer) == expected and answer.subjects.total == len(expected)
    declared = sum(Decimal(str(story[0].data["amount"])) for key, story in stories(bank) if key in expected)
    assert [(money.amount, money.currency) for money in answer.money] == [(declared, "DKK")]
    owners = {int(story[0].stream[-1]) % 3 for key, story in stories(bank) if key in expected}
    assert answer.customers == len(owners)
    sinces = [line.since for line in answer.subjects.rows]
    assert sinces == sorted(sinces) and answer.oldest == sinces[0]


def test_a_subject_a_state_a_step_a_place_and_a_finding_name_their_situation(world: Database, bank: Bank) -> None:
    silent = [key for key, story in stories(bank) if story[-1].type == "TimedOut"]
    event = next(e for e in bank.events if e.type == "TimedOut" and e.transfer == silent[0])
    for like in (f"transfer:{silent[0]}", "state:sending/silent", f"event:dk/{event.id}"):
        answer = asked(like)
        assert keys(answer) == set(silent), like
        assert "sending.state = silent" in answer.expression
        assert asked("transfer:*", answer.expression).subjects == answer.subjects, "what it says can be asked again"
    in_clearing = {key for key, story in stories(bank) if story[-1].type in ("Sent", "TimedOut")}
    assert keys(asked("place:custody/clearing:dk")) == in_clearing
    with asking() as inquiry:
        stuck = inquiry.connection.execute(
            "select distinct s.key from finding f join trace.subject s on s.id = f.subject_id"
            " where f.rule = 'stuck' and f.state = 'open'"
        ).fetchall()
        [[finding, key]] = inquiry.connection.execute(
            "select f.id, s.key from finding f join trace.subject s on s.id = f.subject_id"
            " where f.rule = 'stuck' and f.state = 'open' order by f.id limit 1"
        ).fetchall()
    assert key in keys(asked(f"finding:{finding}"))
    assert keys(asked("transfer:*", "finding = stuck")) == {one for [one] in stuck}


def test_at_a_moment_it_is_who_was_then(world: Database, bank: Bank) -> None:
    times = sorted({event.recorded for event in bank.events if event.type == "Sent"})
    for time in times[:: max(1, len(times) // 6)]:
        past = [(key, [e for e in story if e.recorded <= time]) for key, story in stories(bank)]
        expected = {key for key, story in past if story and state_of(story, "sending") == "sent"}
        assert keys(asked("transfer:*", "sending.state = sent", at=Moment(time))) == expected
    assert asked("transfer:*", "event = Sent", at=Moment(times[0] - timedelta(seconds=1))).subjects.total == 0


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
@pytest.mark.parametrize(
    "expression",
    ["amount > 0", "started >= 2020-01-01", "not amount > 1000000", "not sending.state = paid", "event = Begun"],
)
def test_nobody_is_listed_before_there_was_any(expression: str, clock: str, world: Database, bank: Bank) -> None:
    half = sorted(getattr(event, clock) for event in bank.events)[len(bank.events) // 2]
    for time, some in ((half, True), (datetime(2020, 1, 1, tzinfo=UTC), False)):
        expected = set()
        for key, story in stories(bank):
            past = [e for e in story if getattr(e, clock) <= time]
            is_paid = state_of(past, "sending") == "paid"
            holds = {"not sending.state = paid": not is_paid, "event = Begun": any(e.type == "Begun" for e in past)}
            if past and holds.get(expression, True):
                expected.add(key)
        answer = asked("transfer:*", expression, at=Moment(time, Clock(clock)))
        assert keys(answer) == expected and bool(expected) == some
        assert all(line.since <= time for line in answer.subjects.rows)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("account", "places.reserved.EUR = 0", "not places.reserved.EUR > 0"),
        ("transfer", "places.clearing = 0", "not places.clearing > 0"),
    ],
)
def test_nothing_held_is_zero_however_it_is_asked(kind: str, one: str, other: str, world: Database) -> None:
    found = keys(asked(f"{kind}:*", one))
    assert found and found == keys(asked(f"{kind}:*", other))


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_fields_are_those_of_the_moment(clock: str, world: Database, bank: Bank) -> None:
    deposits = [event for event in bank.events if event.type == "Deposited"]
    half = sorted(getattr(event, clock) for event in deposits)[len(deposits) // 2]
    for time in (half, START):
        last: dict[str, Decimal] = {}
        for event in deposits:
            if getattr(event, clock) <= time:
                last[event.stream.removeprefix("account-")] = Decimal(str(event.data["amount"]))
        limit = min(last.values(), default=Decimal(0))
        answer = asked("account:*", f"last_deposit > {limit}", at=Moment(time, Clock(clock)))
        assert keys(answer) == {key for key, amount in last.items() if amount > limit}
        assert all(line.since <= time for line in answer.subjects.rows)


def test_what_is_unknown_is_not_true_in_not_either(world: Database, bank: Bank) -> None:
    late = "sending.TimedOut > 2000-01-01"
    everyone, timed_out = {key for key, _ in stories(bank)}, keys(asked("transfer:*", late))
    assert timed_out and timed_out < everyone
    assert not keys(asked("transfer:*", f"not {late}"))
    assert not keys(asked("transfer:*", f"not ({late} or amount > 1000000)"))
    assert keys(asked("transfer:*", f"not ({late} and amount > 1000000)")) == everyone, "one false part is enough"


def moments(bank: Bank, clock: str) -> list[datetime]:
    times = sorted({getattr(event, clock) for event in bank.events})
    return [START - timedelta(days=9), times[0], *times[3 :: len(times) // 5], times[-1]]


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
@pytest.mark.parametrize("kind", ["available", "reserved"])
def test_what_holders_held_is_that_of_the_moment(kind: str, clock: str, world: Database, bank: Bank) -> None:
    for time in moments(bank, clock):
        places = {f"A{n}": ("ledger", f"{kind}:A{n} DKK") for n in range(4)}
        held = bank.holds(list(places.values()), time, clock)
        touched = {
            (book, side)
            for event in bank.past(time, clock)
            for book, source, target, _, currency in event.moves
            for side in (f"{source} {currency}", f"{target} {currency}")
        }
        units = {key: held.get(place, 0) for key, place in places.items()}
        limit = sorted(units.values())[2]
        at = Moment(time, Clock(clock))
        more = asked("account:*", f"places.{kind}.DKK >= {Decimal(limit) / 100}", at=at)
        some = {key for key, place in places.items() if place in touched}  # of the others nothing is known
        assert keys(more) >= {key for key in some if units[key] >= limit}
        assert all(units[key] >= limit for key in keys(more))
        assert keys(asked("account:*", f"places.{kind}.DKK > 0", at=at)) == {key for key in units if units[key] > 0}
        own = [("ledger", f"{one}:{key} {currency}") for key in keys(more) for one in ("available", "reserved")
               for currency in ("DKK", "EUR")]  # fmt: skip
        told = {money.currency: money.amount for money in more.money}
        for currency in told:
            expected = sum(n for place, n in bank.holds(own, time, clock).items() if place[1].endswith(currency))
            assert told[currency] == Decimal(expected) / 100
        assert all(line.since <= time for line in more.subjects.rows)


@pytest.mark.parametrize("clock", ["recorded", "occurred"])
def test_what_flows_held_is_that_of_the_moment(clock: str, world: Database, bank: Bank) -> None:
    found = 0
    for time in moments(bank, clock):
        at, units = Moment(time, Clock(clock)), dict[str, dict[str, int]]()
        for key, story in stories(bank):
            part = Bank([event for event in story if getattr(event, clock) <= time])
            if part.events:
                wanted = [("custody", f"{one} DKK") for one in (f"transit:{key}", "clearing:dk")]
                held = part.holds(wanted, time, clock)
                units[key] = {place.split(" ")[0].split(":")[0]: n for (_, place), n in held.items()}
        for kind in ("transit", "clearing"):
            has = {key for key, one in units.items() if one.get(kind, 0) > 0}
            found += len(has)
            assert keys(asked("transfer:*", f"places.{kind} > 0", at=at)) == has
            assert keys(asked("transfer:*", f'place = "custody/{kind}"', at=at)) == has
            declared = {k for k, s in stories(bank) if k in units and getattr(s[0], clock) <= time}
            assert keys(asked("transfer:*", f"places.{kind} = 0", at=at)) == declared - has
        past = {key: {e.type for e in story if getattr(e, clock) <= time} for key, story in stories(bank)}
        paid = {key for key, types in past.items() if "Paid" in types and "Taken" not in types}
        assert keys(asked("transfer:*", "places.other > 0", at=at)) == paid, "of what is over it is not known"
    assert found > 5


def test_holders_are_found_by_what_they_hold(world: Database, bank: Bank) -> None:
    last = max(event.recorded for event in bank.events)
    places = {f"A{n}": [("ledger", f"{kind}:A{n} DKK") for kind in ("available", "reserved")] for n in range(4)}
    expected = {key for key, own in places.items() if sum(bank.holds(own, last, "recorded").values()) > 250_000}
    answer = asked("account:*", "balance.DKK > 2500")
    assert keys(answer) == expected and len(expected) in range(1, 4)
    assert keys(asked("customer:*", "sending.state = silent")) <= {"C0", "C1", "C2"}


def test_few_and_many_who_had_an_event_are_alike(world: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of few each one's kind is looked up, of many who is of the kind."""
    told = []
    for few in (cohort.FEW, 0):
        monkeypatch.setattr(cohort, "FEW", few)
        with asking() as inquiry:
            found = [who(inquiry, Subject(kind, "*"), "event = Reserved", size=99) for kind in ("transfer", "account")]
        told.append([{(row.subject.subject, row.since) for row in one.subjects.rows} for one in found])
    assert told[0] == told[1] and all(told[0])


def test_pages_go_on_where_they_ended(world: Database) -> None:
    everyone = [line.subject for line in asked("transfer:*", "amount > 0").subjects.rows]
    cursor, found = None, []
    while True:
        with asking() as inquiry:
            page = who(inquiry, Subject("transfer", "*"), "amount > 0", cursor, 17).subjects
        found += [line.subject for line in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert found == everyone and len(found) == 60


@pytest.mark.parametrize(
    ("like", "expression", "error", "said"),
    [
        ("transfer:*", "", UsageError, "EXPRESSION"),
        ("transfer:none", "", UnknownSubject, "transfer:none"),
        ("planet:*", "state = done", UsageError, "planet is no kind"),
        ("state:order/nowhere", "", UsageError, "nowhere.*is no state.*begun"),
        ("state:nothing", "", UsageError, "LANE/STATE"),
        ("event:core/none", "", UnknownSubject, "core/none"),
        ("finding:none", "", UnknownSubject, "none"),
        ("transfer:*", "event = Vanished", UsageError, "Vanished.*is no event"),
        ("transfer:*", "finding = nothing", UsageError, "is no rule"),
        ("transfer:*", "plases > 5", UsageError, "plases.*character 1 .*stands for nothing"),
        ("transfer:*", "places.vault > 5", UsageError, "names no place"),
        ("account:*", "places.clearing = 0", UsageError, "names no place of account: there are places.available"),
        ("customer:*", "balance = 0", UsageError, "names no place of customer: it has none"),
        ("transfer:*", "true", UsageError, "compare"),
    ],
)
def test_a_bad_question_says_what_is_wrong(
    like: str, expression: str, error: type[Exception], said: str, world: Database
) -> None:
    with pytest.raises(error, match=said):
        asked(like, expression)


@pytest.mark.parametrize(("clock", "expression", "is_said"), [
    (Clock.OCCURRED, "amount > 0 and not waiting = order.Begun", True),
    (Clock.OCCURRED, "amount > 0", False),
    (Clock.RECORDED, "waiting = order.Begun", False),
])  # fmt: skip
def test_that_every_wait_is_gone_through_is_said(
    clock: Clock, expression: str, is_said: bool, world: Database, bank: Bank
) -> None:
    at = Moment(bank.events[-1].recorded, clock)
    answer, told = asked("transfer:*", expression, at=at), list[str]()
    tell_who(told.append, answer, "UTC")
    assert ("every wait there ever was" in answer.note) == is_said
    assert (answer.note in told) == is_said
    danish = asked("transfer:*", expression, at=at, language="da").note
    assert ("nogensinde" in danish) == is_said
