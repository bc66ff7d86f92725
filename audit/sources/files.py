"""Event files: CloudEvents 1.0 JSON lines, plain or gzip, resumed by byte offset; a file is known by its content.

A position is the file's ordinal within the source times 2**40 plus the line's byte offset in the (unpacked) content.
"""

from __future__ import annotations

import gzip
import os
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from io import BufferedIOBase
from itertools import islice

import msgspec

from audit.errors import SourceUnavailable
from audit.sources.cloudevents import Spot, clean_event, questioned_event
from audit.sources.contract import RawEvent, Read
from audit.sources.lines import BLOCK_BYTES, Lines, lines_of, opened
from audit.sources.times import UNKNOWN, is_below

LOOKED_AHEAD_MAX = 10_000  # lines, for the time of what cannot be read at a source's beginning
FILE_SPAN = 2**40  # bytes of one file; positions of the next file start above
BATCH_BYTES_MAX = 32 * 1024 * 1024  # of lines in one poll, so that memory stays flat
PREFIX_BYTES = 4096
UNNAMED = "unnamed"  # the source of files in which no line says its source
FUTURE = 86_400_000_000  # microseconds by which clocks may be ahead of ours
FAR_FUTURE = 10 * 365 * FUTURE  # beyond it no history is made up to end, and no clock set
NAMELESS_MAX = 4096  # lines of a file without an identifier that are told apart by what they hold


def now_micros() -> int:
    return time.time_ns() // 1_000


class KnownFile(msgspec.Struct):
    """How far a file is read, and the keyed digests by which its content is known again under any name."""

    prefix: str
    prefix_length: int
    digest: str = ""
    digest_length: int = 0
    offset: int = 0  # where the next line begins
    lines: int = 0
    torn: str | None = None  # digest of the unfinished last line, taken as it stood
    torn_id: str = ""  # and the identifier it was given
    nameless: dict[str, int] = {}  # how often lines without an identifier were read, by their digest


class State(msgspec.Struct):
    """The checkpoint of one source of files."""

    files: list[KnownFile] = []
    recorded: int = 0  # the latest of the good events, but for those of the future
    ahead: int = 0  # the latest of those, within reason: counts where a source has no others
    beyond: int = 0  # how many those of the future are
    watermark: int | None = None
    stated: int | None = None  # the source was said to be complete up to then
    sealed: int = 0  # the last position given out


class FileSource:
    """The events of one CloudEvents `source` (with `select` None: of all) in `paths`, read in that order."""

    kind = "files"

    def __init__(
        self,
        name: str,
        paths: Sequence[str | os.PathLike[str]],
        *,
        select: str | None = None,
        takes_unnamed: bool = True,
        complete_until: int | None = None,
        key: bytes = b"",
        now: Callable[[], int] = now_micros,
    ) -> None:
        """`takes_unnamed`: lines whose source cannot be told belong here. `key` makes stored digests unguessable. What
        was recorded after `now` (microseconds) does not say how far the source is complete."""
        self.name = name
        self._paths = [os.fspath(path) for path in paths]
        self._select = select
        self._takes_unnamed = takes_unnamed
        self._complete_until = complete_until
        self._key = key
        self._now = now
        self._today = 0  # when this poll began
        self._state = State()
        self._saved: bytes | None = None
        self._batches: Iterator[list[RawEvent]] | None = None
        self._limit = 0
        self._path = ""  # the file that is being read
        self._began: dict[str, int] = {}  # by path

    def read(self, state: bytes | None, limit: int) -> Read:
        """Up to `limit` events more; idle when every file is read to its end."""
        if self._batches is None or state != self._saved:
            self._state = msgspec.json.decode(state, type=State) if state else State()
            self._batches = self._all_files(self._state)
        self._limit, self._today = limit, self._now()
        try:
            events = next(self._batches, None)
        except OSError as error:
            self.close()
            name = os.path.basename(str(error.filename or self.name))
            raise SourceUnavailable(f"{name} cannot be read: {error.strerror or error}") from None
        return self._answer(events or [], is_idle=events is None)

    def wait(self, seconds: float) -> None:
        """Files that are ingested do not change by themselves: there is nothing to wait for."""

    def close(self) -> None:
        self._batches = None

    def _answer(self, events: list[RawEvent], is_idle: bool) -> Read:
        state = self._state
        marks = [state.recorded or state.ahead] if state.recorded or state.ahead else []
        late = [event.position for event in events if is_below(event.recorded, state.stated)]
        if is_idle and self._complete_until is not None:
            state.stated = max(self._complete_until, state.stated or self._complete_until)
            marks.append(state.stated)
        if state.watermark is not None:
            marks.append(state.watermark)
        state.watermark = max(marks, default=None)
        if events:
            state.sealed = max(state.sealed, events[-1].position)
        self._saved = msgspec.json.encode(state)
        return Read(
            events=events,
            released=[event.position for event in events],
            sealed=state.sealed,
            watermark=state.watermark,
            state=self._saved,
            idle=is_idle,
            late=late,
            notice=_of_the_future(state),
        )

    def _all_files(self, state: State) -> Iterator[list[RawEvent]]:
        for path in self._paths:
            self._path = path
            with opened(path) as raw:
                content = _Digested(raw, self._key)
                ordinal = _recognise(state, content)
                if ordinal:
                    yield from self._one_file(state, ordinal, content, os.path.basename(path))

    def _one_file(self, state: State, ordinal: int, content: _Digested, name: str) -> Iterator[list[RawEvent]]:
        """Yields batches; at each yield `state` says exactly what was given out."""
        file = state.files[ordinal - 1]
        events: list[RawEvent] = []
        room = BATCH_BYTES_MAX
        for lines in lines_of(content, file.offset):
            offset = lines.offset
            for raw in lines.lines:
                event = self._line(state, ordinal, offset, raw, lines, name)
                offset += len(raw) + lines.gap
                if event is not None:
                    events.append(event)
                    room -= len(raw)
                    if len(events) >= self._limit or room <= 0:
                        content.save(file)
                        yield events
                        events, room = [], BATCH_BYTES_MAX
        content.save(file)
        if events:
            yield events

    def _line(
        self, state: State, ordinal: int, offset: int, raw: bytes, lines: Lines, name: str
    ) -> RawEvent | None:
        """The line's event, if it is one of this source that was not read yet; `state` has moved past the line."""
        file = state.files[ordinal - 1]
        torn, torn_id = file.torn, file.torn_id
        digest = self._digest(raw) if torn is not None else ""
        is_same = torn is not None and torn == digest
        if is_same and not lines.is_finished:
            return None
        if is_same and digest in file.nameless:
            file.nameless[digest] -= 1
        event, is_ours = self._event(state, ordinal, offset, raw, lines.damage, name)
        if not lines.is_finished and event is not None and event.problem is not None:
            file.torn, file.torn_id = digest or self._digest(raw), event.id if is_ours else ""
        else:
            file.torn, file.torn_id = None, ""
            file.offset, file.lines = offset + len(raw) + lines.gap, file.lines + 1
        if event is None or not is_ours or (is_same and event.problem is not None):  # only its end had come
            return None
        return msgspec.structs.replace(event, completes=torn_id) if torn_id else event

    def _event(
        self, state: State, ordinal: int, offset: int, raw: bytes, damage: str | None, name: str
    ) -> tuple[RawEvent | None, bool]:
        """The line's event (None: it is blank) and whether it belongs to this source."""
        position, file = ordinal * FILE_SPAN + offset, state.files[ordinal - 1]
        found: tuple[RawEvent, str | None] | None = None if damage else clean_event(raw, position)
        stand_in = ""
        if found is None:
            if not damage and (not raw or raw.isspace()):
                return None, False
            stand_in, place = self._stand_in(file, offset, raw), f"{name}, line {file.lines + 1}, byte {offset}"
            latest = state.recorded or state.ahead or self._first_time()
            found = questioned_event(raw, Spot(position, place, stand_in, latest), damage)
        event, source = found
        is_ours = self._is_ours(source)
        if is_ours and event.problem is None and event.recorded > state.recorded:
            self._move_on(state, event.recorded)
        if is_ours and event.id == stand_in and len(file.nameless) < NAMELESS_MAX:
            digest = stand_in.split("-")[1]
            file.nameless[digest] = file.nameless.get(digest, 0) + 1
        return event, is_ours

    def _first_time(self) -> int:
        """When the first clean event from this file on was recorded: what stands before it bears its time."""
        path = self._path
        if path not in self._began:
            lines = islice(self._lines_from(path), LOOKED_AHEAD_MAX)
            found = (one[0].recorded for raw in lines if (one := clean_event(raw, 0)) and self._is_ours(one[1]))
            self._began[path] = next((time for time in found if time <= self._today + FUTURE), UNKNOWN)
        return self._began[path]

    def _lines_from(self, path: str) -> Iterator[bytes]:
        for following in self._paths[self._paths.index(path) :]:
            with opened(following) as content:
                for part in lines_of(content, 0):
                    yield from part.lines

    def _is_ours(self, source: str | None) -> bool:
        return self._takes_unnamed if source is None else self._select is None or source == self._select

    def _move_on(self, state: State, recorded: int) -> None:
        if recorded <= self._today + FUTURE:
            state.recorded = recorded
        else:
            state.beyond += 1
            if recorded <= self._today + FAR_FUTURE:
                state.ahead = max(state.ahead, recorded)

    def _stand_in(self, file: KnownFile, offset: int, raw: bytes) -> str:
        """An identifier by what the line holds, so that in another file it is the same event seen again; the same bytes
        once more in one file are another event."""
        digest = self._digest(raw)
        number = file.nameless.get(digest, 0)
        if len(file.nameless) >= NAMELESS_MAX and not number:
            return f"nameless-{digest}-byte-{offset}"
        return f"nameless-{digest}-{number + 1}"

    def _digest(self, raw: bytes) -> str:
        return blake2b(raw.rstrip(b"\r"), key=self._key, digest_size=16).hexdigest()


def _of_the_future(state: State) -> str | None:
    if not state.beyond or not state.recorded:
        return None
    events = "an event bears" if state.beyond == 1 else f"{state.beyond:,} events bear"
    return f"{events} a recorded time of the future: it does not count for how far the source is complete"


class _Digested:
    """A file's content that keeps a keyed digest of every byte up to the farthest one read."""

    def __init__(self, content: BufferedIOBase, key: bytes) -> None:
        self._content = content
        self._key = key
        self._digest = blake2b(key=key, digest_size=16)
        self._length = 0
        self._at = 0

    def read1(self, size: int) -> bytes:
        block = self._content.read1(size)
        new = self._at + len(block) - self._length
        if new > 0:
            self._digest.update(block[-new:])
            self._length += new
        self._at += len(block)
        return block

    def save(self, file: KnownFile) -> None:
        file.digest, file.digest_length = self._digest.hexdigest(), self._length

    def start(self, size: int) -> bytes:
        start = b""
        with suppress(EOFError, gzip.BadGzipFile, zlib.error):  # it is said where the lines are read
            while len(start) < size and (block := self._content.read1(size - len(start))):
                start += block
        self._content.seek(0)
        return start

    def is_known_as(self, file: KnownFile, start: bytes) -> bool:
        """Whether the content begins as `file` did; it is then left standing at the next line."""
        if self.digest_of(start[: file.prefix_length]) != file.prefix:
            return False
        self.forget()
        with suppress(EOFError, gzip.BadGzipFile, zlib.error):
            while self._length < file.digest_length and self.read1(min(BLOCK_BYTES, file.digest_length - self._length)):
                pass
        if self._digest.hexdigest() != file.digest:
            return False
        self._content.seek(file.offset)
        self._at = file.offset
        return True

    def forget(self) -> None:
        self._content.seek(0)
        self._digest = blake2b(key=self._key, digest_size=16)
        self._length = self._at = 0

    def digest_of(self, start: bytes) -> str:
        return blake2b(start, key=self._key, digest_size=16).hexdigest()


def _recognise(state: State, content: _Digested) -> int:
    """The file's ordinal, from 1; a new file is added to the known ones. 0: the file is empty."""
    start = content.start(PREFIX_BYTES)
    if not start:
        return 0
    for ordinal, file in enumerate(state.files, 1):
        if content.is_known_as(file, start):
            return ordinal
    content.forget()
    file = KnownFile(content.digest_of(start), len(start))
    content.save(file)
    state.files.append(file)
    return len(state.files)


class _Named(msgspec.Struct):
    source: str | None = None


def discover(paths: Sequence[str | os.PathLike[str]]) -> list[str]:
    """The CloudEvents sources that the files name, in order of first sight; `UNNAMED` where there is none."""
    decode = msgspec.json.Decoder(_Named).decode
    found: dict[str, None] = {}
    for path in paths:
        try:
            _discover(os.fspath(path), found, decode)
        except OSError as error:
            name = os.path.basename(os.fspath(path))
            raise SourceUnavailable(f"{name} cannot be read: {error.strerror or error}") from None
    found.pop("", None)
    return list(found) or [UNNAMED]


def _discover(path: str, found: dict[str, None], decode: Callable[[bytes], _Named]) -> None:
    with opened(path) as content:
        for lines in lines_of(content, 0):
            for raw in lines.lines:
                try:
                    found[decode(raw).source or ""] = None
                except (ValueError, RecursionError):
                    continue


def sources_of(
    paths: Sequence[str | os.PathLike[str]], *, complete_until: int | None = None, key: bytes = b""
) -> list[FileSource]:
    """One source for each CloudEvents `source` in the files; lines that name none belong to the first."""
    return [
        FileSource(name, paths, select=name, takes_unnamed=not index, complete_until=complete_until, key=key)
        for index, name in enumerate(discover(paths))
    ]
