"""What a check found, in the order in which it was found, and what may be said from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

VERIFIED, TAMPERED, INCOMPLETE, USAGE = 0, 1, 2, 3
NOT_PROVEN = (
    "that the source systems recorded everything, and that events were true before they were read",
    "that no entry about this subject was left out: its events have no sequence of their own in this format",
    "when the checkpoint was signed: no outside clock has stamped it",
    "that personal values, which are cut out, were what they should be: only what was committed to is shown",
    "findings, sentences and views: they are the console's reading, signed by it, not entries of its log",
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

    @property
    def exit_code(self) -> int:
        if self.problems:
            return TAMPERED
        shown = (self.is_intact, self.is_signed, self.is_in_log, self.is_committed)
        return INCOMPLETE if self.missing or not all(shown) else VERIFIED

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
            "complete_for_the_subject": {"proven": False, "as_the_console_said": self.is_complete_as_told},
            "anchoring": "L0" if self.is_signed else None,
            "consistent_since": self.since,
            "subject": self.subject,
            "entries": self.entries,
            "payloads": self.payloads,
            "checkpoint": {"origin": self.origin, "size": self.size, "root": self.root},
            "key": self.key,
            "problems": [{"class": one.kind, "index": one.index, "text": str(one)} for one in self.problems],
            "missing": list(self.missing),
            "not_proven": list(NOT_PROVEN),
        }

    def lines(self) -> list[str]:
        """The same for people."""
        told = {True: "yes", False: "NO", None: "not judged"}
        complete = "the console said so; not proven" if self.is_complete_as_told else "not even the console said so"
        lines = [
            ("VERIFIED (L0: signed; no outside witness)", "TAMPERED", "INCOMPLETE")[self.exit_code],
            f"  subject                 {_plain(self.subject)}",
            f"  bytes intact            {told[self.is_intact]}",
            f"  signed by your key      {told[self.is_signed]}",
            f"  in the log              {told[self.is_in_log]}: {self.entries:,} entries of {self.size:,}",
            f"  payloads as committed   {told[self.is_committed]}: {self.payloads:,}",
            f"  complete for subject    {complete}",
        ]
        if self.since is not None:
            lines.append(f"  only added to since     your checkpoint of {self.since:,} entries")
        for one in self.problems:
            where = "" if one.index is None else f" at entry {one.index}"
            lines.append(f"  {one.kind}{where}: {_plain(str(one))}")
        lines += [f"  missing: {_plain(one)}" for one in self.missing]
        return lines + ["Not proven by any of this:"] + [f"  - {one}" for one in NOT_PROVEN]


def _plain(text: str) -> str:
    """What a file says may not move a terminal's cursor."""
    return "".join(char if char.isprintable() else "?" for char in text[:500])
