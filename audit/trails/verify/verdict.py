"""What a check found, in the order in which it was found, and what may be said from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.log.cosignatures import Seen
    from audit.trails.verify.opened import Opened

VERIFIED, TAMPERED, INCOMPLETE, USAGE = 0, 1, 2, 3
NOT_PROVEN = (
    "that the source systems recorded everything, and that events were true before they were read",
    "that personal values, which are cut out, were what they should be: only what was committed to is shown",
    "findings, sentences and views: they are the console's reading, signed by it, not entries of its log",
)
NOT_COMPLETE = "that no entry about this subject was left out: "
NOT_LAST = (
    "that its last entries were not dropped before it was signed: no trail of it from before was given (--earlier)"
)
NOT_STAMPED = "when the checkpoint was signed: no outside clock has stamped it"
STAMP_UNJUDGED = "when the checkpoint was signed: its time stamp is judged with the authority's certificates (--tsa-ca)"
NOT_KEPT = "that the bank shows everyone the same log: no copy of a checkpoint kept elsewhere was given (--since)"
CLASSES = (
    "ARCHIVE",
    "CONTENT",
    "ORDER",
    "SIGNATURE",
    "PROOF",
    "DISCLOSURE",
    "CONSISTENCY",
    "LINK",
    "SUBJECT_GAP",
    "TIME",
    "ARITHMETIC",
)


class Bad(Exception):
    """Something is not as it was written. `index` is the "i" of the first entry that is concerned."""

    def __init__(self, kind: str, text: str, index: int | None = None) -> None:
        super().__init__(text)
        self.kind, self.index = kind, index


class Unsupported(Exception):
    """It may be good, but cannot be judged with what is here."""


@dataclass(slots=True)
class Verdict:
    """Each claim is True where it was shown, False where it failed, None where it could not be judged."""

    problems: list[Bad] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    is_intact: bool | None = None
    is_signed: bool | None = None
    is_in_log: bool | None = None
    is_committed: bool | None = None
    since: int | None = None
    entries: int = 0
    payloads: int = 0
    subject: str = ""
    origin: str = ""
    size: int = 0
    root: str = ""
    key: str = ""
    is_complete_as_told: bool | None = None
    stubs: Counter[str] = field(default_factory=Counter)  # by reason
    numbers: int = 0
    is_complete: bool | None = None
    newest: bytes = b""  # when the newest entry came
    has_stamp: bool = False
    stamped_at: datetime | None = None
    is_kept_elsewhere: bool = False
    seen: tuple[Seen, ...] = ()  # by witnesses whom the one who checks trusts
    earlier: int | None = None  # how many entries a trail from before had
    is_derived: bool | None = None
    derivation_told: str = "not re-run"
    derivation_seconds: float = 0.0
    streams: int = 0
    streams_skipped: int = 0
    trail: Opened | None = None  # what was judged, for whoever shows it

    @property
    def exit_code(self) -> int:
        if self.problems:
            return TAMPERED
        shown = (self.is_intact, self.is_signed, self.is_in_log, self.is_committed)
        return INCOMPLETE if self.missing or not all(shown) else VERIFIED

    @property
    def anchoring(self) -> str | None:
        """L0: signed. L1: stamped by an outside clock as well. L2: a checkpoint that was kept elsewhere agrees. L3: a
        witness has cosigned one."""
        if not self.is_signed:
            return None
        if self.seen:
            return "L3"
        return "L2" if self.is_kept_elsewhere else "L1" if self.stamped_at is not None else "L0"

    @property
    def not_proven(self) -> list[str]:
        why = "its entries bear no numbers" if not self.numbers else "their numbering was under way"
        found = [] if self.is_complete else [NOT_COMPLETE + why]
        if self.stamped_at is None:
            found.append(STAMP_UNJUDGED if self.has_stamp else NOT_STAMPED)
        if self.is_complete and self.earlier is None:
            found.append(NOT_LAST)
        if not self.is_kept_elsewhere and not self.seen:
            found.append(NOT_KEPT)
        return [*NOT_PROVEN, *found]

    @property
    def first(self) -> Bad | None:
        """The problem that says most: the first one that names an entry, else the first."""
        return next((one for one in self.problems if one.index is not None), next(iter(self.problems), None))

    def document(self) -> dict[str, Any]:
        first = self.first
        return {
            "result": ("verified", "tampered", "incomplete")[self.exit_code],
            "class": first.kind if first else None,
            "index": first.index if first else None,
            "bytes_intact": self.is_intact,
            "signed": self.is_signed,
            "in_the_log": self.is_in_log,
            "payloads_as_committed": self.is_committed,
            "complete_for_the_subject": {
                "proven": self.is_complete,
                "numbers": self.numbers,
                "withheld": dict(sorted(self.stubs.items())),
                "as_the_console_said": self.is_complete_as_told,
                "numbers_before": self.earlier,
            },
            "anchoring": self.anchoring,
            "witnesses": [{"name": one.witness, "at": one.at.isoformat()} for one in self.seen],
            "stamped_at": self.stamped_at.isoformat() if self.stamped_at else None,
            "derivation": {
                "agrees": self.is_derived,
                "streams": self.streams,
                "streams_not_judged": self.streams_skipped,
                "why_not": None if self.is_derived is not None else self.derivation_told,
                "seconds": round(self.derivation_seconds, 1),
            },
            "consistent_since": self.since,
            "subject": self.subject,
            "entries": self.entries,
            "payloads": self.payloads,
            "checkpoint": {"origin": self.origin, "size": self.size, "root": self.root},
            "key": self.key,
            "problems": [{"class": one.kind, "index": one.index, "text": str(one)} for one in self.problems],
            "missing": list(self.missing),
            "not_proven": self.not_proven,
        }

    def lines(self) -> list[str]:
        """The same for people."""
        told = {True: "yes", False: "NO", None: "not judged"}
        lines = [
            ("VERIFIED", "TAMPERED", "INCOMPLETE")[self.exit_code],
            f"  subject                 {_plain(self.subject)}",
            f"  bytes intact            {told[self.is_intact]}",
            f"  signed by your key      {told[self.is_signed]}",
            f"  in the log              {told[self.is_in_log]}: {self.entries:,} entries of {self.size:,}",
            f"  payloads as committed   {told[self.is_committed]}: {self.payloads:,}",
            f"  complete for subject    {self._completeness()}",
            f"  anchoring               {self._anchored()}",
            f"  derivation re-run       {self._derivation()}",
        ]
        if self.since is not None:
            lines.append(f"  only added to since     your checkpoint of {self.since:,} entries")
        for one in self.problems:
            where = "" if one.index is None else f" at entry {one.index}"
            lines.append(f"  {one.kind}{where}: {_plain(str(one))}")
        lines += [f"  missing: {_plain(one)}" for one in self.missing]
        return lines + ["Not proven by any of this:"] + [f"  - {one}" for one in self.not_proven]

    def _completeness(self) -> str:
        stubs = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in sorted(self.stubs.items()))
        withheld = f"; withheld: {stubs}" if stubs else ""
        if self.is_complete is None:
            said = "the console said so" if self.is_complete_as_told else "not even the console said so"
            return f"not proven ({said}){withheld}"
        since = "" if self.earlier is None else f", none of the {self.earlier:,} from before dropped"
        return f"yes, 1 to {self.numbers:,}{since}{withheld}" if self.is_complete else f"NO{withheld}"

    def _anchored(self) -> str:
        told = {
            None: "none",
            "L0": "L0: signed, and nothing beside",
            "L1": f"L1: stamped {self.stamped_at}",
            "L2": "L2: it agrees with a checkpoint that was kept elsewhere",
            "L3": "L3: cosigned by " + ", ".join(f"{_plain(one.witness)} ({one.at})" for one in self.seen),
        }
        return told[self.anchoring]

    def _derivation(self) -> str:
        if self.is_derived is None:
            return self.derivation_told
        more = f"; {self.streams_skipped:,} not judged: a hole, or no beginning" if self.streams_skipped else ""
        agrees = f"yes: {self.streams:,} streams give their states and balances{more}"
        return f"{agrees} ({self.derivation_seconds:.1f} s)" if self.is_derived else "NO"


def _plain(text: str) -> str:
    """What a file says may not move a terminal's cursor."""
    return "".join(char if char.isprintable() else "?" for char in text[:500])
