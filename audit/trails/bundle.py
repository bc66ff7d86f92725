"""A trail as a ZIP: the log's entries of one subject as canonical lines, payloads without what is personal, findings,
and a manifest with the hash of every file. Written a page at a time: memory stays flat however long the history is."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from audit.answers.documents import at_document, event_document, finding_document, step_documents, where_document
from audit.answers.findings import findings_of
from audit.answers.inquiry import Inquiry
from audit.answers.names import PLACE, known
from audit.answers.shapes import FindingLine, What
from audit.answers.transfer import where_to_say
from audit.answers.unfolded import unfolded
from audit.answers.what import whole_story_in_pages
from audit.answers.where import accounts_of
from audit.errors import WhereaboutsError
from audit.log.entry import FORMAT
from audit.trails import readme
from audit.trails.archive import digest_of, wrap
from audit.trails.canonical import canonical
from audit.trails.contents import BUNDLE, EVIDENCE, ORDER, UNLISTED, sums_of
from audit.trails.entries import entry_line, payload_document, pieces_of
from audit.trails.proofs import Prover
from audit.trails.tabular import csv_line
from audit.trails.timeline import COLUMNS, table_rows
from audit.values import Subject, rfc3339

PAGE = 500
FINDINGS_MAX = 100_000
VERIFY = Path(__file__).with_name("VERIFY.txt")

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
        wrap(Path(name), ORDER, beside)
        digest, size = digest_of(beside)
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
        place = where_to_say(self.inquiry, self.subject)
        with self._open("README.txt") as plain:
            plain.writelines(line.encode() for line in readme.head(self.inquiry, place, _asked(self.asked)))
            self._story(plain)
            prover = self._entries()
            lines = list(self._found())
            plain.writelines(line.encode() for line in readme.foot(self.inquiry, lines))
        findings = self._findings(lines)
        (self.folder / "where.json").write_bytes(canonical(where_document(place)) + b"\n")
        (self.folder / "VERIFY.txt").write_bytes(VERIFY.read_bytes())
        manifest = self._manifest(findings, prover)
        (self.folder / "manifest.json").write_bytes(canonical(manifest) + b"\n")
        prover.sign(self.folder)
        sums = sums_of({name: digest_of(self.folder / name)[0] for name in ORDER[:-1]})
        (self.folder / "SHA256SUMS").write_text(sums, encoding="utf-8", newline="\n")
        return manifest

    def _story(self, plain: IO[bytes]) -> None:
        """The steps in story order, for people: in plain words, as JSON lines and as a table."""
        own, total, number = self._own(), self._total(), 0
        with self._open("view/story.jsonl") as lines, self._open("view/timeline.csv") as table:
            table.write(csv_line(COLUMNS))
            for page in whole_story_in_pages(self.inquiry, self.subject, PAGE):
                for document in step_documents(page, number):
                    lines.write(canonical(document) + b"\n")
                    self.positions.append(document["event"]["position"])
                    for row in table_rows(document, own):
                        table.write(csv_line(row))
                    number = document["step"]
                plain.writelines(line.encode() for line in readme.told(self.inquiry, page))
                self.last = page
                self.progress(len(self.positions), 2 * total)

    def _entries(self) -> Prover:
        """The log's entries in its own order, exactly as they were committed to, each checked against its leaf."""
        ordered = sorted(set(self.positions))
        with (
            self._open("entries.jsonl") as entries,
            self._open("payloads.jsonl") as payloads,
            self._open("leaves.jsonl") as leaves,
        ):
            for first in range(0, len(ordered), PAGE):
                page = ordered[first : first + PAGE]
                pieces = pieces_of(self.inquiry, page)
                for row in self.inquiry.rows("trail_entries", [page]):
                    entries.write(entry_line(row) + b"\n")
                    leaves.write(b'{"i":"%d","leaf":"%b"}\n' % (row[0], row[16].hex().encode()))
                    if row[17] is not None:
                        payloads.write(canonical(payload_document(row, pieces.get(row[0], []))) + b"\n")
                self.progress(len(self.positions) + first + len(page), 2 * len(self.positions))
        prover = Prover.of(self.inquiry.connection, ordered[-1] if ordered else 0)
        prover.write(self.inquiry.connection, self.folder, ordered)
        return prover

    def _findings(self, found: Sequence[FindingLine]) -> int:
        with self._open("findings.jsonl") as lines:
            for line in found:
                lines.write(canonical(finding_document(line, self.inquiry.model.hash)) + b"\n")
        return len(found)

    def _found(self) -> Iterable[FindingLine]:
        if self.subject.kind == PLACE:
            return ()
        id = known(self.inquiry, self.subject, unfolded(self.inquiry)).id
        kinds = [kind for kind in self.inquiry.model.kinds if kind != self.subject.kind]
        return findings_of(self.inquiry, [id], id, kinds, FINDINGS_MAX).rows

    def _manifest(self, findings: int, prover: Prover) -> dict[str, Any]:
        inquiry, asked, last = self.inquiry, self.asked, self.last
        assert last is not None
        ((instance, position),) = inquiry.rows("trail_instance")
        return {
            "format": BUNDLE,
            "subject": str(self.subject),
            "at": at_document(last.at),
            "model": {"name": inquiry.model.name, "hash": inquiry.model.hash, "zone": inquiry.model.zone},
            "log": {
                "instance": str(instance),
                "position": str(position),
                "entry_format": FORMAT,
                **prover.document(),
            },
            "asked_by": {"actor": asked.actor, "role": asked.role},
            "reason": {"code": asked.reason_code, "ticket": asked.ticket, "caller_identified": asked.caller_identified},
            "made_at": rfc3339(asked.made_at),
            "masking": "personal values are masked in sentences and left out of payloads, where commitments stand",
            "clocks": "recorded: the source's store; occurred: the business; ingested: this console. All in UTC",
            "scope": {
                "entries": len(set(self.positions)),
                "events": len(self.positions),
                "findings": findings,
                "complete": last.complete,
                "not_understood": [event_document(ref) for ref in last.not_understood],
            },
            "sources": [
                {
                    "name": source.name,
                    "kind": source.kind,
                    "sealed": str(source.sealed),
                    "gaps": source.gaps,
                    "watermark": rfc3339(source.watermark) if source.watermark else None,
                }
                for source in inquiry.sources
            ],
            "files": [self._file(name) for name in ORDER if name not in UNLISTED],
        }

    def _file(self, name: str) -> dict[str, Any]:
        digest, size = digest_of(self.folder / name)
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
            f"{name}:{holder.key}"
            for holder in holders
            for (_, name), place in self.inquiry.model.places.items()
            if place.subject == holder.kind
        }

    def _total(self) -> int:
        with suppress(WhereaboutsError):
            ((count,),) = self.inquiry.rows("answer_count_timeline", [known(self.inquiry, self.subject, None).id])
            return int(count)
        return 0

    def _open(self, name: str) -> IO[bytes]:
        return (self.folder / name).open("wb")


def _asked(asked: Asked) -> str:
    """For whom, when and why, in one line."""
    reason = asked.reason_code + (f", ticket {asked.ticket}" if asked.ticket else "")
    role = f" ({asked.role})" if asked.role and asked.role != asked.actor else ""
    return f"Made {asked.made_at:%Y-%m-%d %H:%M} UTC for {asked.actor}{role}" + (
        f"; reason: {reason}." if reason else "."
    )
