"""What is put right and what puts it right are linked both ways, with what remains of both."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from audit.answers.shapes import EventLine
from audit.answers.what import what
from audit.sources.files import sources_of
from audit.values import Subject
from tests.answers.conftest import asking, take_in
from tests.answers.oracle import START, Bank
from tests.conftest import Database

RESERVED: dict[str, object] = {"to": {"name": "Åse"}, "reference": "r", "transfer": "T1"}


def told(folder: Path, *events: tuple[str, str, str, dict[str, object]]) -> dict[str, EventLine]:
    """Events of one account (type, identifier, amount, more of the payload), by identifier."""
    bank = Bank()
    for number, (type_, id, amount, more) in enumerate(events):
        data: dict[str, object] = {"amount": amount, "currency": "DKK", **more}
        bank.add("core", "account-A1", type_, START + timedelta(seconds=number), data, id=id)
    take_in(sources_of(bank.write(folder)))
    with asking() as inquiry:
        steps = what(inquiry, Subject("account", "A1")).steps.rows
    return {event.ref.id: event for step in steps for event in step.events}


def links(line: EventLine) -> tuple[list[str], list[str], list[str]]:
    return (
        [cause.event.id for cause in line.undoes],
        [cause.event.id for cause in line.undone_by],
        [f"{one.money} {one.place}" for one in line.remains],
    )


def test_the_latest_whose_money_is_moved_back(database: Database, tmp_path: Path) -> None:
    lines = told(tmp_path, ("Deposited", "a", "5.00", {}), ("Deposited", "b", "5.00", {}),
                 ("Deposited", "c", "7.00", {}), ("Refunded", "r", "5.00", {}),
                 ("Refunded", "s", "5.00", {}), ("Refunded", "t", "5.00", {}))  # fmt: skip
    assert links(lines["r"]) == (["b"], [], []) and links(lines["b"]) == ([], ["r"], [])
    assert links(lines["s"]) == (["a"], [], []) and links(lines["a"]) == ([], ["s"], [])
    assert links(lines["t"]) == ([], [], []), "nothing is left that it could undo"
    assert lines["r"].undoes[0].number == lines["b"].number


def test_the_event_that_is_named_with_what_remains(database: Database, tmp_path: Path) -> None:
    lines = told(tmp_path, ("Deposited", "a", "5.00", {}), ("Deposited", "b", "4.00", {}),
                 ("Fixed", "f", "4.00", {"of": "a"}), ("Fixed", "g", "1.00", {"of": "nowhere"}))  # fmt: skip
    remains = ["1.00 DKK available on A1", "-1.00 DKK outside"]
    assert links(lines["f"]) == (["a"], [], remains) and links(lines["a"]) == ([], ["f"], remains)
    assert links(lines["b"]) == ([], [], []) and links(lines["g"]) == ([], [], [])


def test_what_the_model_says_it_undoes_comes_first(database: Database, tmp_path: Path) -> None:
    lines = told(tmp_path, ("Deposited", "d", "9.00", {}), ("Reserved", "a", "3.00", RESERVED),
                 ("Released", "r", "2.00", {}))  # fmt: skip
    assert links(lines["r"])[0] == ["a"] and links(lines["a"])[1] == ["r"]
    assert "1.00 DKK reserved on A1" in links(lines["a"])[2]
