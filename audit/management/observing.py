"""A source's events as samples for `model infer`: read as the follower reads them, and nothing of them is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from audit.configuration import configuration, find, open_sources
from audit.errors import UnknownSubject
from audit.log.decode import data_of
from audit.model.inferring.observed import Sample
from audit.sources.contract import RawEvent, Source
from audit.sources.files import FileSource

EVENTS = 100_000  # looked at, unless told otherwise
_BATCH = 5_000


def samples(name: str, limit: int) -> Iterator[Sample | None]:
    """The first `limit` events of the file or the configured source `name`, None for each that cannot be read; raises
    UnknownSubject."""
    source = _source(name)
    try:
        state, left = None, limit
        while left > 0:
            read = source.read(state, min(left, _BATCH))
            state = read.state
            for event in read.events:
                yield _sample(event) if event.problem is None else None
            left -= len(read.events)
            if read.idle:
                return
    finally:
        source.close()


def _source(name: str) -> Source:
    settings = configuration() if find() is not None else None
    opened = open_sources(settings) if settings is not None else []
    found = next((source for source in opened if source.name == name), None)
    for source in opened:
        if source is not found:
            source.close()
    if found is None and Path(name).is_file():
        return FileSource(Path(name).name, [name])
    if found is None:
        known = ", ".join(one.name for one in settings.sources) if settings is not None else "none is configured"
        raise UnknownSubject(f"{name} is neither an event file nor a configured source (sources: {known})")
    return found


def _sample(event: RawEvent) -> Sample | None:
    try:
        data = data_of(event.raw, event.encoding, event.data_length)
    except (ValueError, RecursionError):
        return None  # the follower will show it as unreadable; there is nothing to infer from it
    return Sample(event.stream, event.version, event.type, event.correlation, data)
