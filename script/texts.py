"""The pages' texts and their catalogues: `python -m script.texts` takes up new ones, drops those gone, compiles."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("da",)  # beside English, which stands in the code
SINCE = datetime(2026, 11, 23, tzinfo=UTC)  # no moment of ours: the same texts make the same files
CALLS = {"gettext": 1, "gettext_noop": 1, "ngettext": 2}
TOLD = {"NotAdmitted", "Refused", "UnknownSubject", "UsageError"}  # errors that a page shows, translated where it does
TELLING = ("console", "audit/access", "audit/answers", "audit/cases", "audit/erasing", "audit/findings", "audit/trails")
RULE = "Rule"  # a rule's title stands in lists; what it says of a finding is put together in English
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "encoding": "utf-8"}


class Found(NamedTuple):
    """A text and, where it depends on a number, the text of several; in which file it stands."""

    one: str
    several: str
    file: str

    @property
    def id(self) -> str | tuple[str, str]:
        return (self.one, self.several) if self.several else self.one


def texts() -> list[Found]:
    """Every text that a page may show, in the order of the files."""
    return [*_of_templates(), *_of_code()]


def catalogue(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def compiled(file: Path) -> bytes:
    """What gettext reads, made of what people write."""
    made = BytesIO()
    with file.open("rb") as opened:
        write_mo(made, read_po(opened))
    return made.getvalue()


def write(language: str) -> list[str]:
    """Bring a catalogue up to date; gives the texts that it lacks."""
    file = catalogue(language)
    before = _read(file)
    made = Catalog(language, None, "", "Whereabouts", "", last_translator="", language_team="", fuzzy=False,
                   creation_date=SINCE, revision_date=SINCE)  # fmt: skip
    for found in texts():
        known = before.get(found.one)
        made.add(found.id, known.string if known else None, locations=[(found.file, None)])  # type: ignore[list-item]
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        write_po(opened, made, width=120, omit_header=False)
    file.with_suffix(".mo").write_bytes(compiled(file))
    return [str(message.id) for message in made if message.id and not all(_strings(message.string))]


def _strings(string: object) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (str(string or ""),)


def _read(file: Path) -> Catalog:
    if not file.exists():
        return Catalog()
    with file.open("rb") as opened:
        return read_po(opened)


def _of_templates() -> Iterator[Found]:
    for path in sorted((ROOT / "templates").glob("*.html")):
        with path.open("rb") as opened:
            for _, _, text, _ in babel_extract(opened, list(CALLS), [], JINJA):
                one, several, *_ = (text, None) if isinstance(text, str) else (*(text or ()), None, None)
                yield Found(str(one), several or "", path.relative_to(ROOT).as_posix())


def _of_code() -> Iterator[Found]:
    for path in sorted(path for folder in TELLING for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                titles = [one.value for one in node.keywords if node.func.id == RULE and one.arg == "title"]
                for title in (one.value for one in titles if isinstance(one, ast.Constant)):
                    yield Found(str(title), "", path.relative_to(ROOT).as_posix())
                count = CALLS.get(node.func.id, 1 if node.func.id in TOLD else 0)
                said = [one.value for one in node.args[:count] if isinstance(one, ast.Constant)]
                if count and len(said) == count and all(isinstance(one, str) for one in said):
                    yield Found(str(said[0]), str(said[1]) if count == 2 else "", path.relative_to(ROOT).as_posix())


def main() -> int:
    missing = {language: write(language) for language in LANGUAGES}
    for language, texts_ in missing.items():
        for text in texts_:
            print(f"{language}: not translated: {text}", file=sys.stderr)
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
