"""How far each source is known: seal, watermark, lag, gaps, what is kept apart, and who holds it back."""

from __future__ import annotations

from datetime import datetime

from audit.answers.inquiry import CONSOLE, Inquiry, SourceRow
from audit.answers.shapes import ReadModel, Sealed, SourceLine, SourcesPage
from audit.log.publishing import LATE_SECONDS


def sources(inquiry: Inquiry) -> SourcesPage:
    lines = source_lines(inquiry)
    return SourcesPage(inquiry.as_of(), inquiry.model.hash, _read_model(inquiry), lines, sealed(inquiry))


def _read_model(inquiry: Inquiry) -> ReadModel:
    (row,) = inquiry.rows("answer_progress")
    return ReadModel(*row)


def sealed(inquiry: Inquiry) -> Sealed:
    """Of the log itself: how far it could be proven to a stranger."""
    (row,) = inquiry.rows("sealing_stand", [LATE_SECONDS])
    return Sealed(*row)


def source_lines(inquiry: Inquiry) -> tuple[SourceLine, ...]:
    """Every source; how far each is behind the one that is known furthest."""
    newest = max((s.watermark for s in inquiry.sources if s.watermark and s.kind != CONSOLE), default=None)
    return tuple(_line(source, newest) for source in inquiry.sources)


def counters(inquiry: Inquiry) -> dict[str, int]:
    """The read model's own counters: events, not_understood, subject:KIND, position..."""
    return {name: int(value) for name, value in inquiry.rows("answer_counts")}


def _line(source: SourceRow, newest: datetime | None) -> SourceLine:
    lag = (newest - source.watermark).total_seconds() if newest and source.watermark else None
    return SourceLine(
        name=source.name,
        kind=source.kind,
        events=source.events,
        duplicates=source.duplicates,
        quarantined=source.quarantined,
        gaps=source.gaps,
        sealed=source.sealed,
        watermark=source.watermark,
        lag_seconds=None if lag is None else max(0.0, lag),
        is_idle=source.is_idle,
        held_by=source.held_by,
        trouble=source.trouble,
        notice=source.notice,
        polled_at=source.polled_at,
        pending=len(source.pending),
    )
