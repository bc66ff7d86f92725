"""What is put right and what puts it right are linked both ways, with what remains of both."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from audit.answers.pages.compare import Item, compare
from audit.answers.shapes import EventLine
from audit.answers.shapes.comparison import Verdict
from audit.answers.what import what, whole_story_in_pages
from audit.rebuilding import rebuild_all
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
    assert {id for id, line in lines.items() if line.names_no_event} == set("rst"), "inferred, or linked with nothing"
    undone, unlike = Verdict.PUT_RIGHT, Verdict.DIFFERENT
    pairs = {"ar": undone, "br": undone, "cr": unlike, "ab": unlike, "rs": unlike}
    with asking() as inquiry:
        for ids, verdict in pairs.items():
            items = [Item(position=lines[id].ref.position) for id in ids]
            for pair in (items, items[::-1]):
                found = compare(inquiry, Subject("account", "A1"), *pair)
                assert found.verdict is verdict, (ids, found.says)
                assert (found.says == "One puts the other right: they undo each other.") == (verdict is undone)


def test_the_event_that_is_named_with_what_remains(database: Database, tmp_path: Path) -> None:
    lines = told(tmp_path, ("Deposited", "a", "5.00", {}), ("Deposited", "b", "4.00", {}),
                 ("Fixed", "f", "4.00", {"of": "a"}), ("Fixed", "g", "1.00", {"of": "nowhere"}))  # fmt: skip
    remains = ["1.00 DKK available on A1", "-1.00 DKK outside"]
    assert links(lines["f"]) == (["a"], [], remains) and links(lines["a"]) == ([], ["f"], remains)
    assert links(lines["b"]) == ([], [], []) and links(lines["g"]) == ([], [], [])
    assert not any(line.names_no_event for line in lines.values())


def test_wherever_the_correction_stands(database: Database, tmp_path: Path) -> None:
    """On another account, on another page, and only once it has happened; the same after a rebuild."""
    bank = Bank()
    for number, (account, type_, id, more) in enumerate((
        ("A1", "Deposited", "a", {}), ("A1", "Deposited", "b", {}), ("A2", "Deposited", "c", {}),
        ("A2", "Fixed", "f", {"of": "a"}), ("A1", "Fixed", "g", {"of": "c"}),
    )):  # fmt: skip
        data: dict[str, object] = {"amount": "4.00" if type_ == "Fixed" else "5.00", "currency": "DKK", **more}
        bank.add("core", f"account-{account}", type_, START + timedelta(seconds=number), data, id=id)
    take_in(sources_of(bank.write(tmp_path)))

    def lines(account: str, size: int, at: str | None = None) -> dict[str, EventLine]:
        with asking(at=at) as inquiry:
            pages = whole_story_in_pages(inquiry, Subject("account", account), size)
            return {event.ref.id: event for page in pages for step in page.steps.rows for event in step.events}

    for turn in range(2):
        for size in (1, 50):
            first, second = lines("A1", size), lines("A2", size)
            assert links(first["a"])[:2] == ([], ["f"]) and links(second["f"])[:2] == (["a"], [])
            assert links(second["c"])[:2] == ([], ["g"]) and links(first["g"])[:2] == (["c"], [])
            assert links(first["a"])[2] == links(second["f"])[2] != []
            assert links(first["b"]) == ([], [], [])
        assert links(lines("A1", 50, "core/c")["a"]) == ([], [], [])
        if not turn:
            rebuild_all(lambda number: None, lambda seconds: None, lambda done, total: None)


def test_what_a_correction_that_names_none_may_put_right_is_told_wherever_it_stands(
    database: Database, tmp_path: Path
) -> None:
    """By account, currency, amount and sign, both ways, on pages however long, and never as a fact."""
    bank = Bank()
    for number, (account, type_, id, amount, currency) in enumerate((
        ("A1", "Deposited", "a", "5.00", "DKK"), ("A1", "Deposited", "b", "4.00", "DKK"),
        ("A1", "Deposited", "c", "4.00", "EUR"), ("A2", "Deposited", "d", "4.00", "DKK"),
        ("A1", "Adjusted", "x", "4.00", "DKK"), ("A2", "Deposited", "e", "4.00", "DKK"),
        ("A2", "Adjusted", "y", "4.00", "DKK"), ("A1", "Adjusted", "z", "9.00", "DKK"),
        ("A1", "Deposited", "f", "9.00", "DKK"), ("A2", "Fixed", "g", "4.00", "DKK"),
        *(("A3", "Deposited", f"m{one}", "2.00", "DKK") for one in range(8)), ("A3", "Adjusted", "n", "2.00", "DKK"),
    )):  # fmt: skip
        data: dict[str, object] = {"amount": amount, "currency": currency, **({"of": "e"} if id == "g" else {})}
        bank.add("core", f"account-{account}", type_, START + timedelta(seconds=number), data, id=id)
    take_in(sources_of(bank.write(tmp_path)))
    for size in (1, 3, 50):
        lines: dict[str, EventLine] = {}
        for account in ("A1", "A2", "A3"):
            with asking() as inquiry:
                pages = whole_story_in_pages(inquiry, Subject("account", account), size)
                lines |= {event.ref.id: event for page in pages for step in page.steps.rows for event in step.events}
        may = {id: [one.event.id for one in line.may_undo] for id, line in lines.items() if line.may_undo}
        assert may == {"x": ["b"], "y": ["e", "d"], "n": [f"m{one}" for one in (7, 6, 5, 4, 3, 2)]}, size
        back = {id: [one.event.id for one in line.may_be_undone_by] for id, line in lines.items()}
        assert {id: by for id, by in back.items() if by} == {
            "b": ["x"], "d": ["y"], "e": ["y"], **{f"m{one}": ["n"] for one in range(8)},
        }  # fmt: skip
        assert [id for id, line in lines.items() if line.may_undo_more or line.may_be_undone_by_more] == ["n"]
        linked = {id: links(line)[:2] for id, line in lines.items() if line.undoes or line.undone_by}
        assert linked == {"e": ([], ["g"]), "g": (["e"], [])}, "the money alone proves nothing"
        assert {id for id, line in lines.items() if line.names_no_event} == set("xyzn")
    with asking(at="core/d") as inquiry:
        steps = what(inquiry, Subject("account", "A1")).steps.rows
    assert not any(event.may_be_undone_by for step in steps for event in step.events), "it had not happened yet"


def test_what_a_correction_names_is_the_event_of_its_own_source(database: Database, tmp_path: Path) -> None:
    """Sources may use the same identifiers; what another source's event bears is meant only where no two do."""
    bank = Bank()
    for number, (source, account, type_, id, amount, of) in enumerate((
        ("core", "A1", "Deposited", "1", "5.00", ""), ("dk", "A2", "Deposited", "1", "9.00", ""),
        ("core", "A1", "Fixed", "2", "2.00", "1"), ("core", "A1", "Fixed", "3", "3.00", "1"),
        ("dk", "A2", "Deposited", "4", "6.00", ""), ("core", "A1", "Fixed", "5", "6.00", "4"),
    )):  # fmt: skip
        data: dict[str, object] = {"amount": amount, "currency": "DKK", **({"of": of} if of else {})}
        bank.add(source, f"account-{account}", type_, START + timedelta(seconds=number), data, id=id)
    take_in(sources_of(bank.write(tmp_path)))
    for size in (1, 50):
        lines: dict[str, EventLine] = {}
        for account in ("A1", "A2"):
            with asking() as inquiry:
                pages = whole_story_in_pages(inquiry, Subject("account", account), size)
                lines |= {str(event.ref): event for page in pages for step in page.steps.rows for event in step.events}
        by = {ref: [str(one.event) for one in line.undone_by] for ref, line in lines.items()}
        assert {ref: found for ref, found in by.items() if found} == {
            "core/1": ["core/2", "core/3"], "dk/4": ["core/5"],
        }  # fmt: skip
        assert lines["core/1"].remains == (), "both together took back all of it"
        assert [str(one.money) for one in lines["core/2"].remains] == ["3.00 DKK", "-3.00 DKK"], "it alone did not"


def test_what_the_model_says_it_undoes_comes_first(database: Database, tmp_path: Path) -> None:
    lines = told(tmp_path, ("Deposited", "d", "9.00", {}), ("Reserved", "a", "3.00", RESERVED),
                 ("Released", "r", "2.00", {}))  # fmt: skip
    assert links(lines["r"])[0] == ["a"] and links(lines["a"])[1] == ["r"]
    assert not lines["r"].names_no_event
    assert "1.00 DKK reserved on A1" in links(lines["a"])[2]
