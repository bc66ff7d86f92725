"""What a trail says of itself: of whom, when, why, by which model, what is in it and what is withheld."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audit.answers.inquiry import Inquiry
from audit.log.entry import FORMAT
from audit.trails.archive import digest_of
from audit.trails.asked import Asked
from audit.trails.contents import BUNDLE, EVIDENCE, ORDER, UNLISTED
from audit.trails.proofs import Prover
from audit.trails.record import Record
from audit.trails.scope import Scope
from audit.trails.stamping import published_at
from audit.trails.work import Work
from audit.values import rfc3339


def manifest_of(
    work: Work, inquiry: Inquiry, scope: Scope, asked: Asked, prover: Prover, record: Record, stamp: str
) -> dict[str, Any]:
    state, until = work.state, inquiry.cut.time
    return {
        "format": BUNDLE,
        "subject": scope.title,
        "at": state["at"],
        "model": {"name": inquiry.model.name, "hash": inquiry.model.hash, "zone": inquiry.model.zone},
        "log": {
            "instance": state["instance"],
            "position": str(state["position"]),
            "entry_format": FORMAT,
            **prover.document(),
            "time_stamp": stamp,
            "published_at": published_at(inquiry.connection, prover.signed.checkpoint.size),
        },
        **asked.document(),
        "masking": "personal values are masked in sentences and left out of payloads, where commitments stand",
        "clocks": "recorded: the source's store; occurred: the business; ingested: this console. All in UTC",
        "scope": {
            **scope.document(),
            "until": rfc3339(until) if until else None,
            "entries": len(record.entries),
            "stubs": len(record.stubs),
            "events": state["events"],
            "findings": state["findings"],
            "left_out": state["left_out"],
            "complete": state["complete"],
            "not_understood": list(state["not_understood"].values()),
        },
        "withheld": {"entries": state["withheld"], "fields": state["fields"]},
        "sequence": state["sequence"],
        "muted": state["muted"],
        "sources": state["sources"],
        "files": [_file(work.folder, name) for name in ORDER if name not in UNLISTED],
    }


def _file(folder: Path, name: str) -> dict[str, Any]:
    digest, size = digest_of(folder / name)
    return {"name": name, "sha256": digest, "bytes": size, "evidence": name in EVIDENCE}
