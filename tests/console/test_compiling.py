"""Templates are compiled in our own way; what they write must be what jinja and markupsafe would write."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup, escape

from console.compiling import shown
from console.environment import environment

HOSTILE = """<script>alert("1 & 2")</script>'"""


class Wrapped:
    def __html__(self) -> str:
        return "<b>made</b>"


def rendered(templates: dict[str, str], **values: object) -> str:
    return environment(loader=DictLoader(templates)).get_template("page").render(values)


@pytest.mark.parametrize("value", [HOSTILE, Markup("<i>kept</i>"), Wrapped(), 12, None, ["<", HOSTILE]])
def test_a_value_is_escaped_as_markupsafe_does_it(value: object) -> None:
    assert shown(value) == escape(value)
    assert rendered({"page": "{{ value }}"}, value=value) == escape(value)


@pytest.mark.parametrize(
    "text",
    [
        "{% trans who=value %}100 % of {{ who }}, {{ who }}{% endtrans %}",
        "{% trans %}100 % of {{ value }}, {{ value }}{% endtrans %}",
    ],
)
def test_a_text_holds_its_variables_escaped(text: str) -> None:
    assert rendered({"page": text}, value=HOSTILE) == f"100 % of {escape(HOSTILE)}, {escape(HOSTILE)}"


def test_what_a_macro_and_a_method_give_is_escaped_once() -> None:
    macro = "{% macro chip(text) -%}<i>{{ text }}</i>{%- endmacro %}"
    given = rendered({"page": macro + "{{ chip(value) }}{{ value.upper() }}"}, value="<a>")
    assert given == "<i>&lt;a&gt;</i>&lt;A&gt;"


def test_an_included_piece_sees_the_names_around_it_and_keeps_its_own() -> None:
    page = '{% set name = "page" %}{% for one in rows %}{% include "piece" %}{{ name }} {% endfor %}'
    piece = '{{ one }}{{ outer }}{% set name = "piece" %}{{ name }} '
    assert rendered({"page": page, "piece": piece}, rows="ab", outer="!") == "a!piece page b!piece page "
    with pytest.raises(UndefinedError):
        rendered({"page": page, "piece": "{{ nobody }}"}, rows="a", outer="")


def test_a_piece_with_macros_of_its_own_stays_a_template() -> None:
    piece = "{% macro twice(text) %}{{ text }}{{ text }}{% endmacro %}{{ twice(value) }}"
    assert rendered({"page": '{% include "piece" %}', "piece": piece}, value="<") == "&lt;&lt;"
