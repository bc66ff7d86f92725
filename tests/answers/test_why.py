"""Why: the event that set each value, and its causes to the root, against plain walks through what the bank wrote."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.answers.explanations import why_document
from audit.answers.shapes import Because, Ends
from audit.answers.shut import behind_doors
from audit.answers.telling.chains import told_once
from audit.answers.why import why
from audit.management.explaining import tell_why
from audit.sources.files import sources_of
from audit.values import Subject
from tests.answers.conftest import asking, take_in
from tests.answers.oracle import Bank, Happened
from tests.conftest import Database

AT = datetime(2026, 3, 27, 12, tzinfo=UTC)
STATES = {"Begun": "begun", "Done": "done", "Sent": "sent", "TimedOut": "silent", "Paid": "paid"}


def told(because: Because) -> list[tuple[str, bool]]:
    return [(event.ref.id, event.inferred) for event in because.events]


def causes(bank: Bank, event: Happened) -> list[tuple[str, bool]]:
    by_id = {one.id: one for one in bank.events}
    chain = [(event.id, False)]
    while event.causation:
        event = by_id[event.causation]
        chain.append((event.id, False))
    return chain


def test_every_state_of_a_flow_after_each_event_goes_back_to_its_request(world: Database, bank: Bank) -> None:
    for key in [f"T{number}" for number in range(0, 60, 7)]:
        story = [event for event in bank.events if event.transfer == key]
        for count, event in enumerate(story, 1):
            with asking(at=f"{event.source}/{event.id}") as inquiry:
                answer = why(inquiry, Subject("transfer", key))
            latest = {e.stream: e for e in story[:count] if e.type in STATES}
            assert {s.line.stream: s.line.state for s in answer.states} == {
                stream: STATES[e.type] for stream, e in latest.items()
            }
            for state in answer.states:
                assert told(state.because) == causes(bank, latest[state.line.stream])
                assert state.because.ends is Ends.ROOT


def test_every_balance_names_the_event_that_last_changed_it(world: Database, bank: Bank) -> None:
    chance = random.Random("why")
    for event in chance.sample([e for e in bank.events if e.moves and e.source == "core"], 12):
        account = event.stream[-2:]
        with asking(at=f"{event.source}/{event.id}") as inquiry:
            answer = why(inquiry, Subject("account", account))
        past = list(bank.past(event.recorded, "recorded", event))
        balances = [one for one in answer.fields if one.place]
        assert balances
        for one in balances:
            place = str(one.place.place) if one.place else ""
            currency = one.money.currency if one.money else ""
            last = max((e for e in past if any(place in m[1:3] and m[4] == currency for m in e.moves)),
                       key=lambda e: e.key)
            assert one.event.id == last.id
            assert told(one.because) == causes(bank, last)


def test_a_state_is_late_by_the_same_watermark_as_it_is_stuck(world: Database) -> None:
    """That of its own source: the finding and the answer say it from the same moment on."""
    with asking() as inquiry:
        lasting = inquiry.connection.execute(
            "select s.kind, s.key, exists (select from finding f where f.subject_id = s.id and f.rule = 'stuck'"
            " and f.state = 'open') from aggregate a join trace.subject s on s.id = a.subject_id"
            " where a.deadline is not null order by s.id limit 40"
        ).fetchall()
        late = {
            (kind, key): any(one.overdue_seconds for one in why(inquiry, Subject(kind, key)).waiting)
            for kind, key, _ in lasting
        }
    stuck = {(kind, key) for kind, key, is_stuck in lasting if is_stuck}
    assert stuck and all(late[one] for one in stuck)


def test_that_more_is_awaited_than_is_listed_is_said(
    world: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {event.transfer for event in bank.events if event.type == "Sent"}
    waits = next(event for event in bank.events if event.type == "Begun" and event.transfer not in sent)
    order = Subject("order", str(waits.transfer))
    with asking() as inquiry:
        assert not why(inquiry, order).waits_for_more
        monkeypatch.setattr("audit.answers.telling.usually.EXPECTED_MAX", 0)
        assert why(inquiry, order).waits_for_more


def test_what_waits_says_for_what_since_what_and_by_when(world: Database, bank: Bank) -> None:
    sent = {event.transfer: event for event in bank.events if event.type == "Sent"}
    begun = [event for event in bank.events if event.type == "Begun"]
    stopped = [event for event in begun if event.transfer not in sent]
    took = sorted((sent[e.transfer].recorded - e.recorded).total_seconds() for e in begun if e.transfer in sent)
    with asking() as inquiry:
        waits = why_document(why(inquiry, Subject("order", str(stopped[0].transfer))))["waiting_for"]
    stopped_at, *others = stopped
    assert [one["after"]["id"] for one in waits] == [stopped_at.id], "the order waits as its transfer does"
    with asking() as inquiry:
        document = why_document(why(inquiry, Subject("transfer", str(stopped_at.transfer))))
    [waiting] = document["waiting_for"]
    assert waiting["others_waiting"] == len(others)
    for name, place in (("p50", len(took) // 2), ("p99", -1)):
        assert waiting["usual_seconds"][name] == pytest.approx(took[place], rel=1 / 16)
    for clock in ("recorded", "occurred"):
        with asking(at=f"{stopped_at.source}/{stopped_at.id}", clock=clock) as inquiry:
            past = why_document(why(inquiry, Subject("transfer", str(stopped_at.transfer))))["waiting_for"]
        begun_then = {e.transfer for e in begun if e.recorded <= stopped_at.recorded} - {stopped_at.transfer}
        ended = {e.transfer for e in sent.values() if e.recorded <= stopped_at.recorded}
        count = len(begun_then - ended) if clock == "recorded" else None
        assert [one["others_waiting"] for one in past] == [count], "what is not known is not 0"
    assert waiting["after"]["id"] == stopped_at.id and waiting["after"]["type"] == "order.Begun"
    assert waiting["one_of"] == ["sending.Sent"]
    assert waiting["due"] == (stopped_at.recorded + timedelta(seconds=10)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert waiting["overdue_seconds"] > 0


# what a bank's events may lack

Spoilt = Sequence[tuple[str, str, str | None, str | None]]  # type, identifier, correlation, causation


def spoilt_bank(tmp_path: Path, events: Spoilt) -> None:
    """One transfer's events of one stream each, a second apart."""
    bank = Bank()
    streams = {"Reserved": "account-A1", "Begun": "order-T1", "Done": "order-T1", "Sent": "sending-T1",
               "TimedOut": "sending-T1", "Paid": "sending-T1", "Deposited": "account-A1"}
    for number, (type_, identifier, correlation, causation) in enumerate(events):
        money: dict[str, object] = {"amount": "5.00", "currency": "DKK", "transfer": "T1", "bank": "spar",
                                    "to": {"name": "Åse"}, "reference": "r"}
        source = "dk" if streams[type_] == "sending-T1" else "core"
        made = bank.add(source, streams[type_], type_, AT + timedelta(seconds=number), money, id=identifier)
        bank.events[-1] = Happened(**{**made.__dict__, "correlation": correlation, "causation": causation})
    take_in(sources_of(bank.write(tmp_path)))


def test_causes_go_through_what_a_derived_stream_was_made_from(database: Database, tmp_path: Path) -> None:
    bank = Bank()
    money: dict[str, object] = {"amount": "1.00", "currency": "DKK", "transfer": "T1"}
    bank.add("core", "account-A1", "Opened", AT, {"account": "A1", "customer": "C1"}, id="o")
    paid_in: dict[str, object] = {"amount": "1.00", "currency": "DKK"}
    bank.add("core", "account-A1", "Deposited", AT + timedelta(seconds=1), paid_in, id="a")
    bank.add("core", "public", "Told", AT + timedelta(seconds=2), {"about": {"events": ["x", "a"]}}, id="p")
    begun = bank.add("core", "order-T1", "Begun", AT + timedelta(seconds=3), money, id="b")
    bank.events[-1] = Happened(**{**begun.__dict__, "correlation": "T1", "causation": "p"})
    take_in(sources_of(bank.write(tmp_path)))
    with asking() as inquiry:
        [state] = why(inquiry, Subject("order", "T1")).states
    assert told(state.because) == [("b", False), ("p", False), ("a", False)]


def test_a_cause_behind_another_door_is_only_named(database: Database, tmp_path: Path) -> None:
    """What is nobody's is told, and so is a customer's whose door is open."""
    bank = Bank()
    money: dict[str, object] = {"amount": "1.00", "currency": "DKK", "transfer": "T1"}
    bank.add("core", "account-A1", "Opened", AT, {"account": "A1", "customer": "C1"}, id="o")
    bank.add("core", "account-A1", "Deposited", AT, {"amount": "1.00", "currency": "DKK"}, id="a")
    begun = bank.add("core", "order-T1", "Begun", AT + timedelta(seconds=3), money, id="b")
    bank.events[-1] = Happened(**{**begun.__dict__, "correlation": "T1", "causation": "a"})
    take_in(sources_of(bank.write(tmp_path)))
    with asking() as inquiry:
        answer = why(inquiry, Subject("order", "T1"))
        shut = behind_doors(inquiry, answer, lambda everyone: ())
        assert behind_doors(inquiry, answer, {Subject("customer", "C1")}.intersection) == answer
        account = why(inquiry, Subject("account", "A1"))
        assert behind_doors(inquiry, account, lambda everyone: ()) == account
    begun_line, cause = shut.states[0].because.events
    assert begun_line == answer.states[0].because.events[0]
    assert cause.is_shut and cause.ref.id == "a" and str(cause.subject.subject if cause.subject else "") == "account:A1"
    assert not any((cause.says, cause.title, cause.type, cause.lane, cause.lane_title, cause.ties))


def test_a_chain_is_told_once(world: Database, bank: Bank) -> None:
    """On the page and on a terminal what stands above is named; what is told, with what it refers to, is the whole."""
    for key in [f"T{number}" for number in range(0, 60, 7)]:
        with asking() as inquiry:
            answer = why(inquiry, Subject("transfer", key))
        lines = list[str]()
        tell_why(lines.append, answer, "UTC")
        chains = [*(one.because for one in answer.states), *(one.because for one in answer.fields)]
        rest = dict[str, tuple[str, ...]]()
        for told_, because in zip(told_once(chains), chains, strict=True):
            ids = [event.ref.id for event in told_.events]
            above = rest[told_.above.ref.id] if told_.above else ()
            assert [*ids, *above] == [event.ref.id for event in because.events]
            rest |= {id_: (*ids[n:], *above) for n, id_ in enumerate(ids)}
        causes_told = [text.split()[-1] for text in lines if text.startswith("    ") and "(told above" not in text]
        assert len(causes_told) == len(set(causes_told)) == len(rest) > 1


@pytest.mark.parametrize(
    ("events", "chain", "ends", "missing"),
    [
        pytest.param(
            [("Reserved", "a", "T1", None), ("Begun", "b", "T1", None), ("Sent", "c", "T1", "b"),
             ("Done", "d", "T1", None)],
            [("d", False), ("c", True), ("b", False), ("a", True)], Ends.ROOT, None, id="inferred"),
        pytest.param([("Reserved", "a", "T1", None), ("Begun", "b", "T1", "lost"), ("Done", "d", "T1", "b")],
                     [("d", False), ("b", False)], Ends.UNKNOWN, "lost", id="unknown"),
        pytest.param([("Reserved", "a", "T1", "d"), ("Begun", "b", "T1", "a"), ("Done", "d", "T1", "b")],
                     [("d", False), ("b", False), ("a", False)], Ends.CYCLE, None, id="cycle"),
        pytest.param([("Begun", "b", "T1", "b"), ("Done", "d", "T1", "b")], [("d", False), ("b", False)], Ends.CYCLE,
                     None, id="its own cause"),
        pytest.param([("Begun", "b", None, None), ("Done", "d", None, None)], [("d", False)], Ends.ROOT, None,
                     id="nothing to go by"),
        pytest.param([("Begun", "b", "other", None), ("Sent", "c", "T1", None), ("Done", "d", "T1", "c")],
                     [("d", False), ("c", False)], Ends.ROOT, None, id="another correlation is no cause"),
    ],
)  # fmt: skip
def test_what_is_missing_in_a_chain_is_said(
    events: Spoilt,
    chain: list[tuple[str, bool]],
    ends: Ends,
    missing: str | None,
    database: Database,
    tmp_path: Path,
) -> None:
    spoilt_bank(tmp_path, events)
    for subject in (Subject("transfer", "T1"), Subject("order", "T1")):
        with asking() as inquiry:
            answer = why(inquiry, subject)
        [because] = [state.because for state in answer.states if state.line.lane == "order"]
        assert (told(because), because.ends, because.missing) == (chain, ends, missing), subject


def test_a_cause_that_was_not_known_yet_is_said_so(database: Database, tmp_path: Path) -> None:
    spoilt_bank(tmp_path, [("Begun", "b", "T1", "c"), ("Sent", "c", "T1", None)])
    with asking(at="core/b") as inquiry:
        [state] = why(inquiry, Subject("transfer", "T1")).states
    assert (told(state.because), state.because.ends) == ([("b", False)], Ends.LATER)
    with asking() as inquiry:
        states = why(inquiry, Subject("transfer", "T1")).states
    assert told(next(s.because for s in states if s.line.lane == "order")) == [("b", False), ("c", False)]


def test_a_long_chain_outside_the_story_is_read_whole(database: Database, tmp_path: Path) -> None:
    """Deeper than one statement goes, on an account whose story is not in memory."""
    bank, cause = Bank(), None
    for number in range(150):
        cause = bank.add("core", "account-A1", "Deposited", AT + timedelta(seconds=number),
                         {"amount": "1.00", "currency": "DKK"}, cause=cause)
    take_in(sources_of(bank.write(tmp_path)))
    with asking() as inquiry:
        balance, last_deposit = why(inquiry, Subject("account", "A1")).fields
    assert (last_deposit.name, last_deposit.value) == ("account.last_deposit", "1.00")
    assert [id for id, _ in told(balance.because)] == [f"core-{number}" for number in range(150, 0, -1)]
