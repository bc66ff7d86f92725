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


@pytest.mark.parametrize("left", ["\u202e", "\u2067", "\u2069", "\u2068", "\u2069\u2068", "\u200f", "\u061c"])
def test_nothing_in_a_value_turns_the_page_around_it(left: str) -> None:
    for value in (f"A{left}B", ValueError(f"A{left}B")):
        written = shown(value)
        assert set(left).isdisjoint(written) and "⟨" in written
    assert shown("from \u2068משה\u2069, 1 Sept\n") == "from \u2068משה\u2069, 1 Sept\n", "closed, it turns nothing"


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


@pytest.mark.parametrize("call", ["named(value)", "named(value, 'b')", "named(last='b', first=value)", "named()"])
def test_a_macro_takes_what_it_is_given_in_whatever_way(call: str) -> None:
    macro = "{% macro named(first, last='<c>') %}{{ first }} {{ last }}{% endmacro %}"
    page = macro + "{{ " + call + " }}"
    if call == "named()":
        with pytest.raises(UndefinedError):
            rendered({"page": page})
    else:
        assert rendered({"page": page}, value="<a>") == f"&lt;a&gt; {'b' if 'b' in call else '&lt;c&gt;'}"
    with pytest.raises(TypeError):
        rendered({"page": macro + "{{ named(1, 2, 3) }}"})


def test_texts_side_by_side_and_in_expressions_stand_in_the_language_of_the_page() -> None:
    page = '{% trans %}Statement{% endtrans %}, {{ value }}{% trans %}Statement{% endtrans %}{{ gettext("Statement") }}'
    danish = environment(loader=DictLoader({"page": page + '{{ gettext("100 %% <i>") }}'}))
    danish.language = "da"  # type: ignore[attr-defined]
    assert danish.get_template("page").render(value="<") == "Kontoudtog, &lt;KontoudtogKontoudtog100 % <i>"
