"""Functions written as text while a model is compiled, one a type of event: a lookup, a comparison and a constant each
stand where they are needed, so that reading an event runs through no list of rules."""

from __future__ import annotations

import linecache
from collections import ChainMap
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

INDENT = "    "


class Text:
    """The text of a module of functions, and the objects that it names. Everything of the model's stands in it by
    `constant`: as a literal, or under a name of our own."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0
        self._objects: dict[str, Any] = {}
        self._names = count(1)
        self._known: ChainMap[tuple[str, ...], str] = ChainMap()

    def line(self, text: str) -> None:
        self._lines.append(INDENT * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What stands under `head`. What becomes known in it is known in it alone."""
        self.line(head)
        self._depth += 1
        self._known = self._known.new_child()
        yield
        self._known = self._known.parents
        self._depth -= 1

    @contextmanager
    def function(self, head: str) -> Iterator[None]:
        """One that is given `data`: a payload that is no object has nothing in it."""
        with self.block(f"def {head}:"):
            self.line("if type(data) is not dict: data = {}")
            yield

    def constant(self, value: Any) -> str:
        """How the text names a value."""
        if value is None or type(value) in (str, int, bool):
            return repr(value)
        name = next((known for known, one in self._objects.items() if one is value), None)
        if name is None:
            name = f"constant_{len(self._objects) + 1}"
            self._objects[name] = value
        return name

    def local(self, expression: str, *what: str) -> str:
        """The variable that holds what `expression` gives. `what` says which thing it is, its kind first: asked for
        again in the same block or one within, it is the same variable."""
        if what in self._known:
            return self._known[what]
        name = f"{what[0]}_{next(self._names)}"
        self.line(f"{name} = {expression}")
        if len(what) > 1:
            self._known[what] = name
        return name

    def functions(self, title: str, given: dict[str, Any]) -> dict[str, Any]:
        """The functions, which may call what is `given`. A traceback shows their lines."""
        text = "\n".join(self._lines) + "\n"
        title = f"<{title}>"
        linecache.cache[title] = (len(text), None, text.splitlines(keepends=True), title)
        found = {**given, **self._objects}
        exec(compile(text, title, "exec"), found)
        return found

    def __str__(self) -> str:
        return "\n".join(self._lines)
