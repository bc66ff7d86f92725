"""A trail's record: the log's entries as they were committed to, and stubs of those whose content is withheld."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

from audit.answers.inquiry import Inquiry
from audit.errors import WhereaboutsError
from audit.trails.asked import Progress
from audit.trails.canonical import canonical
from audit.trails.contents import NO_LONGER_TIED, OUT_OF_RANGE, REASONS
from audit.trails.entries import entry_line, payload_document, pieces_of
from audit.trails.positions import has, once
from audit.trails.scope import Scope
from audit.trails.sequence import numbered
from audit.trails.telling import WITHHELD, shown_before
from audit.trails.work import Work
from audit.values import Clock

PAGE = 500
FILES = ("entries.jsonl", "payloads.jsonl", "leaves.jsonl")


@dataclass(slots=True)
class Record:
    """Positions ascend. `reasons` are, for each stub, the index of its reason among REASONS; -1: not known before its
    clocks are looked at."""

    work: Work
    inquiry: Inquiry
    scope: Scope
    entries: array[int]
    stubs: array[int]
    reasons: array[int]

    @classmethod
    def of(cls, work: Work, inquiry: Inquiry, scope: Scope) -> Record:
        """From what was told and withheld, and from the numbers of the subject."""
        entries = once(sorted(shown_before(work)))
        told: dict[int, int] = {}
        with (work.folder / WITHHELD).open(encoding="ascii") as file:
            for line in file:
                number, _, reason = line.rstrip().partition(" ")
                if not has(entries, int(number)):
                    told[int(number)] = REASONS.index(reason)
        for position in numbered(work):
            if not has(entries, position):
                told.setdefault(position, -1)
        stubs = array("q", sorted(told))
        return cls(work, inquiry, scope, entries, stubs, array("b", (told[at] for at in stubs)))

    @property
    def proven(self) -> array[int]:
        """Entries and stubs together."""
        return array("q", merge(self.entries, self.stubs)) if self.stubs else self.entries

    @property
    def last(self) -> int:
        """The greatest position of the trail; 0: it has none."""
        return max((part[-1] for part in (self.entries, self.stubs) if part), default=0)

    def write(self, progress: Progress) -> None:
        if not self.work.is_done("entries"):
            self._write_entries(progress)
        withheld: Counter[str] = Counter()
        with (self.work.folder / "stubs.jsonl").open("wb") as file:
            for position, leaf, reason in self._stubs():
                withheld[reason] += 1
                file.write(b'{"i":"%d","leaf":"%b","reason":"%b"}\n' % (position, leaf.hex().encode(), reason.encode()))
        self.work.state["withheld"] = dict(withheld)

    def _write_entries(self, progress: Progress) -> None:
        """In the log's own order, each checked against its leaf."""
        fields, total = self.work.get("fields") or 0, len(self.entries)
        with self.work.open(*FILES) as files:
            entries, payloads, leaves = files
            for first in range(self.work.get("first") or 0, total, PAGE):
                page = list(self.entries[first : first + PAGE])
                if self.inquiry.rows("trail_sealed_anew", [page]):  # since this trail was begun, by a process now gone
                    raise WhereaboutsError(
                        "a later model has declared personal what this trail tells: ask for the trail again"
                    )
                pieces = pieces_of(self.inquiry, page)
                for row in self.inquiry.rows("trail_entries", [page]):
                    entries.write(entry_line(row) + b"\n")
                    leaves.write(b'{"i":"%d","leaf":"%b"}\n' % (row[0], row[16].hex().encode()))
                    if row[17] is not None:
                        payloads.write(canonical(payload_document(row, pieces.get(row[0], []))) + b"\n")
                fields += sum(map(len, pieces.values()))
                self.work.mark(dict(zip(FILES, files, strict=True)), first=first + PAGE, fields=fields)
                progress(total + first + len(page), 2 * total)
        self.work.done("entries", fields=fields)

    def _stubs(self) -> Iterator[tuple[int, bytes, str]]:
        for first in range(0, len(self.stubs), PAGE):
            rows = self.inquiry.rows("trail_stubs", [list(self.stubs[first : first + PAGE])])
            for number, (position, leaf, *clocks) in enumerate(rows, first):
                known = self.reasons[number]
                yield position, bytes(leaf), REASONS[known] if known >= 0 else self._reason(*clocks)

    def _reason(self, recorded: object, occurred: object, source_id: int, source_position: int) -> str:
        """Why a numbered entry was not told: it is of another time, or the model no longer ties it."""
        cut, since = self.inquiry.cut, self.scope.since
        time = occurred if cut.clock is Clock.OCCURRED else recorded
        counts = cut.counts(recorded, occurred, source_id, source_position)  # type: ignore[arg-type]
        is_outside = not counts or (since is not None and time < since)  # type: ignore[operator]
        return OUT_OF_RANGE if is_outside else NO_LONGER_TIED
