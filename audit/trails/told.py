"""What a finished trail tells people, read from its ZIP and nothing else: manifest, where the money is, findings and
the story. Whoever makes a copy for people from it says what the trail says. Needs no database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An open trail; `manifest_hash` names it on every copy for people."""

    archive: ZipFile
    manifest: Document
    manifest_hash: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(str(self.manifest["model"].get("zone") or "UTC"))

    def document(self, name: str) -> Document:
        found: Document = json.loads(self.archive.read(name))
        return found

    def lines(self, name: str) -> Iterator[Document]:
        """A document a line."""
        with self.archive.open(name) as file:
            for line in file:
                yield json.loads(line)

    def story(self) -> Iterator[Document]:
        """An event a document, in story order."""
        return self.lines("view/story.jsonl")

    def time(self, text: str | None) -> datetime | None:
        """As the bank's clocks show it."""
        return None if text is None else datetime.fromisoformat(text).astimezone(self.zone)


@contextmanager
def told(trail: Path | IO[bytes]) -> Iterator[Told]:
    with ZipFile(trail) as archive:
        raw = archive.read("manifest.json")
        yield Told(archive, json.loads(raw), sha256(raw).hexdigest())


def grouped(amount: str) -> str:
    """1234.50 as 1,234.50, however long."""
    return f"{Decimal(amount):,f}"
