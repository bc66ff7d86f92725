"""What is wrong with a model: each problem names the file, the key, the line and the mend, and all are collected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from audit.errors import ModelError
from audit.model.lines import Lines

Key = tuple[str | int, ...]
NAMES_SHOWN_MAX = 12
PROBLEMS_MAX = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake or doubt. `line` is None where the file gives none."""

    file: str
    key: str
    line: int | None
    what: str
    mend: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}, {self.key}: {self.what}. {self.mend}" if self.key else f"{where}: {self.what}. {self.mend}"


class TooManyProblems(Exception):
    """There are so many errors that no more are looked for: those that were found are to be mended first."""


@dataclass(slots=True)
class Problems:
    """Collects errors and warnings while a file is read. Raises TooManyProblems at PROBLEMS_MAX errors."""

    file: str
    lines: Lines
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    _known: set[Problem] = field(default_factory=set)

    def error(self, key: Key, what: str, mend: str) -> None:
        found = self._problem(key, what, mend)
        if found not in self._known:
            self._known.add(found)
            self.errors.append(found)
        if len(self.errors) >= PROBLEMS_MAX:
            raise TooManyProblems

    def text(self, table: Mapping[str, Any], name: str, key: Key) -> str | None:
        """A text of a table that stands under `key`; None where there is none, or something else."""
        value = table.get(name)
        if value is None or (isinstance(value, str) and value):
            return value
        self.error((*key, name), "this is not a text in quotes", f'Write {name} = "..."')
        return None

    def only(self, table: Mapping[str, Any], known: Collection[str], key: Key, what: str) -> None:
        """That a table has no other keys; `what` they would be."""
        for name in table:
            if name not in known:
                self.error((*key, name), f'"{name}" is no {what}', choice(name, known, "key"))

    def warn(self, key: Key, what: str, mend: str) -> None:
        if len(self.warnings) < PROBLEMS_MAX:
            self.warnings.append(self._problem(key, what, mend))

    def _problem(self, key: Key, what: str, mend: str) -> Problem:
        return Problem(self.file, written(key), self.lines.of(key), what, mend)


class ModelProblems(ModelError):
    """A model that cannot be used, with all that is wrong with it."""

    def __init__(self, file: str, errors: list[Problem], warnings: list[Problem]) -> None:
        self.file, self.errors, self.warnings = file, errors, warnings
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        super().__init__("\n".join([f"{file} cannot be used: {count}.", *(str(error) for error in errors)]))


def written(key: Key) -> str:
    """The key as a person would look for it: `lane.account.event."Funds held".moves[1].from`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            bare = part.replace("_", "").replace("-", "").isalnum() and part.isascii()
            text += ("." if text else "") + (part if bare else f'"{part}"')
    return text


def choice(name: str, known: Iterable[str], what: str) -> str:
    """The mend for an unknown name: the near one if there is one, and the known ones."""
    names = sorted(known)
    if not names:
        return f"There is no {what} yet: declare one"
    near = get_close_matches(name, names, 1, 0.6)
    shown = ", ".join(names[:NAMES_SHOWN_MAX]) + (
        f" and {len(names) - NAMES_SHOWN_MAX} more" if len(names) > NAMES_SHOWN_MAX else ""
    )
    return (f'Did you mean "{near[0]}"? ' if near else "") + f"Known: {shown}"
