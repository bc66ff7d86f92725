"""Reads a model file: the file's text, its tables, the typed document, the checks, and the compiled model."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.errors import ModelError
from audit.model import schema
from audit.model.check import check
from audit.model.compile import compile_model
from audit.model.decode import Decoder
from audit.model.hashing import hash_of
from audit.model.likeness import take_over
from audit.model.lines import Lines
from audit.model.meaning import Model
from audit.model.problems import ModelProblems, Problem, Problems, TooManyProblems

FILE_SIZE_MAX = 500_000  # bytes
DEPTH_MAX = 20  # tables within tables
LANES_MAX = 500
TOO_DEEP = f"something is nested deeper than {DEPTH_MAX} levels", "Nothing in a model needs more than a few"

# Before it is parsed: the parser takes a minute for a key of 20,000 parts.
_KEY_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:{_KEY_PART}){{{DEPTH_MAX}}}")
_SYNTAX_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a model file. `model` is None where there are errors."""

    model: Model | None
    document: schema.Document | None
    errors: list[Problem]
    warnings: list[Problem]


def load(path: str | Path) -> Model:
    """The model in the file at `path`; raises ModelError with everything that is wrong."""
    return loads(text_at(path), Path(path).name)


def loads(text: str, name: str = "model.toml") -> Model:
    """The model that `text` is; `name` is what errors call the file."""
    examined = examine(text, name)
    if examined.model is None:
        raise ModelProblems(name, examined.errors, examined.warnings)
    return examined.model


def text_at(path: str | Path) -> str:
    try:
        with open(path, "rb") as file:
            raw = file.read(FILE_SIZE_MAX + 1)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}. Check the path and its rights.") from error
    if len(raw) > FILE_SIZE_MAX:
        raise ModelError(f"{path} is larger than {FILE_SIZE_MAX} bytes. A model is a few hundred lines of TOML.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error


def examine(text: str, name: str = "model.toml") -> Examined:
    """Everything that can be said of a model file, errors and doubts; raises nothing for what is wrong in it."""
    refused = _too_much(text)
    if refused is not None:
        return Examined(None, None, [Problem(name, "", *refused)], [])
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        return Examined(None, None, [Problem(name, "", None, *TOO_DEEP)], [])
    except ValueError as error:  # of numbers too, that are too long to be read
        return Examined(None, None, [_syntax_problem(name, error)], [])
    if _depth(raw) > DEPTH_MAX:
        return Examined(None, None, [Problem(name, "", None, *TOO_DEEP)], [])
    problems, document = Problems(name, Lines(text)), None
    with suppress(TooManyProblems):
        take_over(raw, problems)
        document = Decoder(problems, _default_language(raw)).decode(schema.Document, raw, ())
        if len(document.lane) > LANES_MAX:
            problems.error(("lane",), f"there are {len(document.lane):,} lanes", f"A model has up to {LANES_MAX}")
        else:
            check(document, problems)
    problems.errors.sort(key=lambda problem: (problem.line or 0, problem.key))
    problems.warnings.sort(key=lambda problem: (problem.line or 0, problem.key))
    if problems.errors or document is None:
        return Examined(None, document, problems.errors, problems.warnings)
    return Examined(compile_model(document, hash_of(document), text, raw), document, [], problems.warnings)


def _too_much(text: str) -> tuple[int | None, str, str] | None:
    if len(text) > FILE_SIZE_MAX:
        return None, f"it is larger than {FILE_SIZE_MAX} characters", "A model is a few hundred lines of TOML"
    if (found := _LONG_KEY.search(text)) is not None:
        return text.count("\n", 0, found.start()) + 1, *TOO_DEEP
    return None


def _depth(raw: Any) -> int:
    """How deep tables and lists stand within each other, counted without going deeper oneself."""
    depth, level = 0, [raw]
    while level and depth <= DEPTH_MAX:
        depth += 1
        inner = [one for one in level if isinstance(one, dict | list)]
        level = [value for one in inner for value in (one.values() if isinstance(one, dict) else one)]
    return depth


def _syntax_problem(name: str, error: ValueError) -> Problem:
    found = _SYNTAX_LINE.search(str(error))
    is_number = not isinstance(error, tomllib.TOMLDecodeError)
    what = "a number is too long to be read" if is_number else _SYNTAX_LINE.sub("", str(error)).strip()
    return Problem(
        name,
        "",
        int(found[1]) if found else None,
        f"this is not TOML: {what}",
        "Mend the line; a text stands in quotes, a table's name in [ ]",
    )


def _default_language(raw: dict[str, Any]) -> str:
    head = raw.get("model")
    languages = head.get("languages") if isinstance(head, dict) else None
    first = languages[0] if isinstance(languages, list) and languages else languages
    return first if isinstance(first, str) else "en"
