"""Which entries of the log are its subject's, by their numbers: that none was left out of a trail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.answers.reading.names import known
from audit.answers.reading.unfolded import Unfolded
from audit.projections.sequences import numbered_kinds, of
from audit.trails.work import Work
from audit.values import Subject

NAME = "sequence.jsonl"


def write_sequence(inquiry: Inquiry, subject: Subject | None, fresh: Unfolded, folder: Path) -> dict[str, Any] | None:
    """Every number of the subject, and what the manifest says of them; nothing for one whose entries bear none."""
    with (folder / NAME).open("wb") as file:
        if subject is None or subject.kind not in numbered_kinds(inquiry.model):
            return None
        id = known(inquiry, subject, fresh).id
        found = of(inquiry.connection, id, str(subject))
        file.writelines(b'{"i":"%d","n":"%d"}\n' % (at, number) for number, at in enumerate(found.positions, 1))
    return {
        "subject": str(subject),
        "n": str(len(found.positions)),
        "head": found.head.hex(),
        "complete": found.is_complete,
    }


def numbered(work: Work) -> Iterator[int]:
    """The positions that are numbered, in the order of their numbers."""
    with (work.folder / NAME).open("rb") as file:
        for line in file:
            yield int(line[6 : line.index(b'"', 6)])
