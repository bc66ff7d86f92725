"""A trail as a ZIP: the log's entries of one subject as canonical lines, payloads without what is personal, findings,
and a manifest with the hash of every file. Written a page at a time: memory stays flat however long the history is."""

from __future__ import annotations

import hashlib
import shutil
from array import array
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from audit.answers.documents import at_document, event_document, finding_document, step_documents, where_document
from audit.answers.findings import findings_of
from audit.answers.inquiry import Inquiry
from audit.answers.names import PLACE, known
from audit.answers.shapes import What
from audit.answers.unfolded import unfolded
from audit.answers.what import whole_story_in_pages
from audit.answers.where import accounts_of, where
from audit.database import sql
from audit.errors import WhereaboutsError
from audit.log.entry import FORMAT, KINDS, Entry, leaf_of, line_of
from audit.trails.canonical import canonical
from audit.trails.tabular import csv_line
from audit.values import Subject, rfc3339

BUNDLE = "trace-bundle/1"
PAGE = 500
FINDINGS_MAX = 100_000
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
EVIDENCE = ("entries.jsonl", "payloads.jsonl")
ORDER = ("manifest.json", "entries.jsonl", "payloads.jsonl", "findings.jsonl", "where.json", "view/story.jsonl",
         "view/timeline.csv", "VERIFY.txt", "SHA256SUMS")
COLUMNS = ("step", "recorded", "occurred", "lane", "stream", "version", "type", "says", "book", "from", "to", "amount",
           "currency", "direction", "event")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a trail, why and when."""

    actor: str
    role: str
    made_at: datetime
    reason_code: str = ""
    ticket: str = ""
    caller_identified: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a bundle holds, by its manifest."""

    events: int
    findings: int
    bytes: int
    sha256: str
    files: Sequence[str]


def write_bundle(
    inquiry: Inquiry, subject: Subject, asked: Asked, target: Path, progress: Progress | None = None
) -> Written:
    """The trail of `subject` at the inquiry's moment into `target`, whole or not at all. Raises UnknownSubject."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".trail-", dir=target.parent) as name:
        draft = _Draft(Path(name), inquiry, subject, asked, progress or (lambda done, total: None))
        manifest = draft.write()
        beside = Path(name) / "bundle.zip"
        _zip(Path(name), beside)
        digest, size = _digest(beside)
        beside.replace(target)
    scope = manifest["scope"]
    return Written(scope["events"], scope["findings"], size, digest, ORDER)


@dataclass(slots=True)
class _Draft:
    """A bundle's files while they are written."""

    folder: Path
    inquiry: Inquiry
    subject: Subject
    asked: Asked
    progress: Progress
    positions: array[int] = field(default_factory=lambda: array("q"))
    last: What | None = None

    def write(self) -> dict[str, Any]:
        (self.folder / "view").mkdir()
        self._story()
        self._entries()
        findings = self._findings()
        (self.folder / "where.json").write_bytes(canonical(where_document(where(self.inquiry, self.subject))) + b"\n")
        (self.folder / "VERIFY.txt").write_text(VERIFY, encoding="utf-8")
        manifest = self._manifest(findings)
        (self.folder / "manifest.json").write_bytes(canonical(manifest) + b"\n")
        sums = "".join(f"{_digest(self.folder / name)[0]}  {name}\n" for name in sorted(ORDER[:-1]))
        (self.folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
        return manifest

    def _story(self) -> None:
        """The steps in story order, for people: as JSON lines and as a table."""
        own, total, number = self._own(), self._total(), 0
        with self._open("view/story.jsonl") as lines, self._open("view/timeline.csv") as table:
            table.write(csv_line(COLUMNS))
            for page in whole_story_in_pages(self.inquiry, self.subject, PAGE):
                for document in step_documents(page, number):
                    lines.write(canonical(document) + b"\n")
                    self.positions.append(document["event"]["position"])
                    for row in _table_rows(document, own):
                        table.write(csv_line(row))
                    number = document["step"]
                self.last = page
                self.progress(len(self.positions), 2 * total)

    def _entries(self) -> None:
        """The log's entries in its own order, exactly as they were committed to, each checked against its leaf."""
        ordered = sorted(set(self.positions))
        with self._open("entries.jsonl") as entries, self._open("payloads.jsonl") as payloads:
            for first in range(0, len(ordered), PAGE):
                page = ordered[first : first + PAGE]
                pieces = _pieces(self.inquiry, page)
                for row in self.inquiry.connection.execute(sql("trail_entries"), [page]):
                    entries.write(_entry_line(row) + b"\n")
                    if row[17] is not None:
                        payloads.write(canonical(_payload(row, pieces.get(row[0], []))) + b"\n")
                self.progress(len(self.positions) + first + len(page), 2 * len(self.positions))

    def _findings(self) -> int:
        count = 0
        with self._open("findings.jsonl") as lines:
            for document in self._finding_documents():
                lines.write(canonical(document) + b"\n")
                count += 1
        return count

    def _finding_documents(self) -> Iterator[dict[str, Any]]:
        if self.subject.kind == PLACE:
            return
        id = known(self.inquiry, self.subject, unfolded(self.inquiry)).id
        kinds = [kind for kind in self.inquiry.model.kinds if kind != self.subject.kind]
        for line in findings_of(self.inquiry, [id], id, kinds, FINDINGS_MAX).rows:
            yield finding_document(line, self.inquiry.model.hash)

    def _manifest(self, findings: int) -> dict[str, Any]:
        inquiry, asked, last = self.inquiry, self.asked, self.last
        assert last is not None
        row = inquiry.connection.execute(sql("trail_instance")).fetchone()
        assert row is not None
        return {
            "format": BUNDLE,
            "subject": str(self.subject),
            "at": at_document(last.at),
            "model": {"name": inquiry.model.name, "hash": inquiry.model.hash, "zone": inquiry.model.zone},
            "log": {"instance": str(row[0]), "position": str(row[1]), "entry_format": FORMAT},
            "asked_by": {"actor": asked.actor, "role": asked.role},
            "reason": {"code": asked.reason_code, "ticket": asked.ticket, "caller_identified": asked.caller_identified},
            "made_at": rfc3339(asked.made_at),
            "masking": "personal values are masked in sentences and left out of payloads; their commitments stand there",
            "clocks": "recorded: the source's store; occurred: the business; ingested: this console. All in UTC",
            "scope": {
                "events": len(self.positions),
                "findings": findings,
                "complete": last.complete,
                "not_understood": [event_document(ref) for ref in last.not_understood],
            },
            "sources": [
                {"name": source.name, "kind": source.kind, "sealed": str(source.sealed), "gaps": source.gaps,
                 "watermark": rfc3339(source.watermark) if source.watermark else None}
                for source in inquiry.sources
            ],
            "files": [self._file(name) for name in ORDER if name not in ("manifest.json", "SHA256SUMS")],
        }

    def _file(self, name: str) -> dict[str, Any]:
        digest, size = _digest(self.folder / name)
        return {"name": name, "sha256": digest, "bytes": size, "evidence": name in EVIDENCE}

    def _own(self) -> set[str]:
        """Whose places count as the subject's own, for the direction of an amount."""
        if self.subject.kind == PLACE:
            return {self.subject.key.partition("/")[2]}
        fresh = unfolded(self.inquiry)
        asked = known(self.inquiry, self.subject, fresh)
        kind = self.inquiry.model.kinds.get(self.subject.kind)
        if kind is not None and kind.is_flow:
            return set()
        holders = [self.subject]
        if kind is None or kind.book is None:
            holders += [one.subject for one in accounts_of(self.inquiry, asked, fresh)]
        return {
            f"{name}:{holder.key}" for holder in holders
            for (_, name), place in self.inquiry.model.places.items() if place.subject == holder.kind
        }

    def _total(self) -> int:
        with suppress(WhereaboutsError):
            id = known(self.inquiry, self.subject, None).id
            row = self.inquiry.connection.execute(sql("answer_count_timeline"), [id]).fetchone()
            return int(row[0]) if row else 0
        return 0

    def _open(self, name: str) -> IO[bytes]:
        return (self.folder / name).open("wb")


def _table_rows(document: dict[str, Any], own: set[str]) -> Iterator[list[object]]:
    """One row a movement, one for an event that moved nothing."""
    event = document["event"]
    head = [document["step"], document["recorded"], document["occurred"], document["lane"], document["stream"],
            document["version"], document["type"], document["says"]]
    for moved in document["movements"] or [None]:
        if moved is None:
            money: list[object] = [""] * 6
        else:
            gives, takes = moved["from"] in own, moved["to"] in own
            direction = "" if gives == takes else "out" if gives else "in"
            money = [moved["book"], moved["from"], moved["to"], moved["amount"], moved["currency"], direction]
        yield [*head, *money, f"{event['source']}/{event['id']}"]


def _entry_line(row: tuple[Any, ...]) -> bytes:
    (position, kind, source, source_position, stream, version, type_, event_id, occurred, recorded, ingested, correlation,
     causation, step, first, commitment, leaf) = row[:17]
    line = line_of(Entry(
        causation, bytes(commitment).hex(), correlation, event_id, None if first is None else str(first), str(position),
        rfc3339(ingested), KINDS[kind], rfc3339(occurred), str(source_position), rfc3339(recorded), source, step, stream,
        type_, FORMAT, None if version is None else str(version),
    ))
    if leaf_of(line) != bytes(leaf):
        raise WhereaboutsError(f"entry {position} of the log does not give its leaf: it was changed; nothing is exported")
    return line


def _payload(row: tuple[Any, ...], pieces: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """What shows that the entry's commitment is to this payload, every sealed piece closed (audit/log/seals.py)."""
    status, encoding, data_length, salt, skeleton, problem, place = row[17:]
    return {
        "i": str(row[0]),
        "status": status,
        "encoding": encoding,
        "data_length": data_length,
        "salt": bytes(salt).hex(),
        "skeleton": b64encode(bytes(skeleton)).decode(),
        "pieces": [
            {"start": start, "path": path, "commitment": bytes(committed).hex()} for _, start, path, committed in pieces
        ],
        "problem": problem,
        "place": place,
    }


def _pieces(inquiry: Inquiry, positions: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in inquiry.connection.execute(sql("trail_pieces"), [positions]):
        found.setdefault(row[0], []).append(row)
    return found


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def _zip(folder: Path, target: Path) -> None:
    """Stored, in a fixed order and with fixed dates: the same files give the same bytes."""
    with ZipFile(target, "w", ZIP_STORED, allowZip64=True) as archive:
        for name in ORDER:
            info = ZipInfo(name, ZIP_DATE)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            info.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, archive.open(info, "w") as file:
                shutil.copyfileobj(source, file, 1 << 20)


VERIFY = """\
What this is: the history of one subject, as exported by Whereabouts. manifest.json says whose, when, why and for whom.

    sha256sum -c SHA256SUMS              every file is as it was written

entries.jsonl holds the log's entries: one line each in canonical JSON (RFC 8785). The leaf of an entry is
SHA-256(0x00 || line without its line feed). payloads.jsonl holds, for each entry "i", what its commitment is made of:
without pieces SHA-256(0x02 || salt || skeleton), with pieces SHA-256(0x03 || salt || length and bytes of the skeleton ||
for each piece: start, length and bytes of its path, commitment), lengths and starts as 4 bytes, big-endian. A piece is a
personal value that was cut out. view/ is for people and proves nothing by itself.

Not shown by these files: that the source system recorded everything, that events were true before they were read, and,
until proofs and a signature are part of a bundle, that the log itself was not rewritten.
"""
