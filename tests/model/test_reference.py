"""The reference names every key of the file, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from audit.model import schema
from audit.model.decode import WORDS, names_of

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "model.md").read_text(encoding="utf-8")
HEADINGS = {
    schema.Head: "[model]",
    schema.Currency: "[currency.CODE]",
    schema.Calendar: "[calendar.NAME]",
    schema.Kind: "[kind.NAME]",
    schema.Book: "[book.NAME]",
    schema.Place: "[book.NAME.place.NAME]",
    schema.Lane: "[lane.NAME]",
    schema.State: "[lane.NAME.state] NAME",
    schema.Field: "[lane.NAME.field] NAME",
    schema.Event: "[lane.NAME.event.TYPE]",
    schema.Transition: "state",
    schema.Move: "moves",
    schema.Declaration: "declares",
    schema.Assertion: "asserts",
    schema.Total: "total",
    schema.Reasons: "reasoned",
    schema.Effect: "effect",
    schema.Shown: '[field."PATH"]',
    schema.Source: "[source.NAME]",
    schema.Access: "[access]",
    schema.Derived: "[[derived]]",
    schema.Expectation: "[[expect]]",
    schema.Never: "[[never]]",
    schema.Pair: "[[pair]]",
}


def test_every_table_of_the_file_has_a_section() -> None:
    assert set(HEADINGS) == set(WORDS) - {schema.Document}
    tables = {re.split(r"[.\]]", heading.strip("["))[0] for heading in HEADINGS.values() if heading.startswith("[")}
    assert set(names_of(schema.Document)) <= tables


@pytest.mark.parametrize(("kind", "heading"), HEADINGS.items(), ids=list(HEADINGS.values()))
def test_every_key_is_documented_and_no_other(kind: type[schema.Part], heading: str) -> None:
    keys = set(names_of(kind)) - ({"books"} if kind is schema.Pair else set())
    assert documented(heading) == keys


@pytest.mark.parametrize(
    "form", [schema.Amount, schema.CurrencyOf, schema.Setting, schema.Condition, schema.Span, schema.Item]
)
def test_every_form_of_a_value_is_documented(form: type[schema.Part]) -> None:
    for name in set(names_of(form)) - {"path", "values", "seconds"}:
        assert f"{name} =" in REFERENCE, name


def documented(heading: str) -> set[str]:
    section = re.split(r"^## ", REFERENCE, flags=re.MULTILINE)
    (text,) = [one for one in section if one.splitlines()[0] == heading]
    return set(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE))
