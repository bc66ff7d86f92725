"""Event files: bad lines are kept and named, files are known by what they hold, torn ends come together."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from audit.errors import SourceUnavailable
from audit.sources import checks, lines
from audit.sources.contract import RawEvent
from audit.sources.files import FILE_SPAN, FileSource, discover, sources_of
from tests.sources.bank import Follower

GOOD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "urn:bank",
    "type": "Opened",
    "subject": "account-1",
    "sequence": "1",
    "time": "2026-11-21T12:03:07.5+01:00",
    "data": {"amount": "5.00"},
}


def line(**changes: Any) -> bytes:
    changed = {**GOOD, **changes}
    return json.dumps({name: value for name, value in changed.items() if value is not ...}).encode()


def raw_line(data: str) -> bytes:
    return line(data="HERE").replace(b'"HERE"', data.encode())


def read_all(*paths: Path, limit: int = 1000, **options: Any) -> list[RawEvent]:
    follower = Follower(lambda: FileSource("bank", paths, **options), limit)
    follower.drain()
    return list(follower.events.values())


def read_lines(path: Path, *written: bytes) -> list[RawEvent]:
    path.write_bytes(b"\n".join(written) + b"\n")
    return read_all(path)


def test_every_attribute_is_read(tmp_path: Path) -> None:
    (event,) = read_lines(
        tmp_path / "a",
        line(recordedtime="2026-11-21T11:03:08Z", correlationid="c", causationid="d", stepid="s", sequence=7, extra=1),
    )
    assert (event.stream, event.version, event.type, event.id) == ("account-1", 7, "Opened", "e-1")
    assert event.recorded - event.occurred == 500_000
    assert (event.correlation, event.causation, event.step) == ("c", "d", "s")
    assert event.problem is None and event.position == FILE_SPAN


BAD_LINES: list[tuple[bytes, str]] = [
    (b'{"id": "e-1", "source": "urn:bank", "ty', "it is torn"),
    (line(data={"name": "x"}).replace(b'"x"', b'"\xff\xfe"'), "not valid UTF-8"),
    (raw_line('{"name": "a\\u0000b"}'), "u0000"),
    (raw_line('{"amount": 9007199254740993}'), "beyond 2^53"),
    (raw_line('{"amount": -9007199254740993}'), "beyond 2^53"),
    (raw_line('{"amount": 0.123456789012345678901234567890}'), "more digits"),
    (raw_line('{"amount": 1e400}'), "more digits"),
    (raw_line('{"amount": NaN}'), "NaN"),
    (raw_line('{"amount": -Infinity}'), "NaN or Infinity"),
    (line(id=...), "no id"),
    (line(id=""), "no id"),
    (line(id=5), "id is not text"),
    (line(type=...), "no type"),
    (line(source=...), "no source"),
    (line(time=...), "no time"),
    (line(time="2026-11-21T12:03:07"), "no zone"),
    (line(time="0001-01-01T00:00:00Z"), "1900 to 2199"),
    (line(time="9999-12-31T23:59:59Z"), "1900 to 2199"),
    (line(time="0001-01-01T00:00:00+14:00"), "1900 to 2199"),
    (line(time="yesterday"), "not a time"),
    (line(time="2026-W01-1T00:00:00Z"), "RFC 3339"),
    (line(time=1732187000), "not text"),
    (raw_line("[" * 70 + "]" * 70), "nested deeper"),
    (raw_line("[" * 100_000 + "]" * 100_000), "nested deeper"),
    (raw_line('{"a": 1, "a": 2}'), "the key a stands twice"),
    (raw_line('{"a": [{"b": "1", "b": "1"}]}'), "the key b stands twice"),
    (raw_line('{"a":"x" , "a" :"x"}'), "the key a stands twice"),
    # As many quotes as its last reading has: four of the first one, and four that are written by their number.
    (raw_line('{"a":"Ane","q":"\\u0022\\u0022\\u0022\\u0022","a":"Bo"}'), "the key a stands twice"),
    (raw_line('{"Ane S": 1, "Ane S": 2}'), "a key stands twice"),
    (line().replace(b'"id": "e-1"', b'"id": "e-1", "id": "e-2"'), "the key id stands twice"),
    (b"[1]", "not a JSON object"),
    (b"hello", "not JSON"),
    (raw_line('"' + "x" * (10 * 1024 * 1024) + '"'), "bytes"),
    (line(id="x" * 2000), "longer than 1024 bytes"),
    (raw_line('{"a": "\\ud800"}'), "half a character"),
]


@pytest.mark.parametrize(("bad", "why"), BAD_LINES, ids=[why for _, why in BAD_LINES])
def test_a_bad_line_is_kept_named_and_holds_nothing_up(tmp_path: Path, bad: bytes, why: str) -> None:
    first, event, last = read_lines(tmp_path / "salaries.ndjson", line(id="e-0"), bad, line(id="e-9"))
    assert first.problem is None and last.problem is None
    assert event.raw == bad
    assert event.problem is not None and why in event.problem
    assert event.place == f"salaries.ndjson, line 2, byte {len(line(id='e-0')) + 1}"
    assert event.problem.startswith(event.place)
    assert event.recorded >= 0 and event.id and event.stream and event.type


@pytest.mark.parametrize(
    "data",
    [
        '{"amount": "9007199254740993"}',
        '{"amount": "0.123456789012345678901234567890", "n": 9007199254740991, "m": -0.1, "z": 1e3}',
        '{"iban": "1234567890123456789"}',
        '{"text": "\\"a\\": \\\\u0000 NaN {[{[", "b": {"text": 1}}',
        '{"html": "<script>alert(1)</script>"}',
        "[" * 60 + "]" * 60,
        "null",
        "[]",
    ],
)
def test_what_is_sound_is_not_questioned(tmp_path: Path, data: str) -> None:
    (event,) = read_lines(tmp_path / "a", raw_line(data))
    assert event.problem is None


def test_a_stream_may_have_any_name(tmp_path: Path) -> None:
    name = 'a"b\n<script>\u2028'
    (event,) = read_lines(tmp_path / "a", line(subject=name))
    assert event.stream == name and event.problem is None


def test_a_bad_line_keeps_its_identifier_and_takes_the_last_good_time(tmp_path: Path) -> None:
    good, bad, nameless = read_lines(tmp_path / "a", line(), line(id="e-2", time="2026-11-21T12:03:07"), b"{")
    assert (bad.id, bad.stream, bad.recorded) == ("e-2", "account-1", good.recorded)
    assert nameless.recorded == good.recorded


def test_stand_ins_do_not_depend_on_the_name_of_the_file(tmp_path: Path) -> None:
    one, other = read_lines(tmp_path / "a", line(), b"{"), read_lines(tmp_path / "b", line(), b"{")
    assert [event.id for event in one] == [event.id for event in other]
    assert one[1].id != one[0].id


def test_the_same_file_again_adds_nothing_under_any_name(tmp_path: Path) -> None:
    first, second = tmp_path / "a.ndjson", tmp_path / "b.ndjson.gz"
    first.write_bytes(line() + b"\n" + line(id="e-2") + b"\n")
    second.write_bytes(gzip.compress(first.read_bytes()))
    follower = Follower(lambda: FileSource("bank", [first]), restarts=True)
    follower.drain()
    follower.make = lambda: FileSource("bank", [second, first])
    follower.drain()
    assert len(follower.events) == 2


def test_a_grown_file_is_resumed_and_a_changed_one_is_another(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(line() + b"\n")
    follower = Follower(lambda: FileSource("bank", [path]), restarts=True)
    follower.drain()
    with path.open("ab") as file:
        file.write(line(id="e-2") + b"\n")
    follower.drain()
    assert [event.id for event in follower.events.values()] == ["e-1", "e-2"]
    path.write_bytes(line(id="e-0") + b"\n")
    follower.drain()
    assert max(follower.events) >= 2 * FILE_SPAN


def test_a_torn_last_line_is_kept_and_read_whole_when_it_has_come(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    whole = line(id="e-2")
    path.write_bytes(line() + b"\n" + whole[:40])
    follower = Follower(lambda: FileSource("bank", [path]), restarts=True, allows_repeats=True)
    follower.drain()
    torn = list(follower.events.values())[1]
    assert torn.problem is not None and "torn" in torn.problem
    follower.drain()
    assert len(follower.released) == 2
    with path.open("ab") as file:
        file.write(whole[40:])
    follower.drain()
    assert follower.events[torn.position].problem is None
    assert follower.events[torn.position].id == "e-2"
    assert len(follower.released) == 3


def test_a_packed_file_that_is_cut_short_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    content = b"".join(line(id=f"e-{number}") + b"\n" for number in range(500))
    path.write_bytes(gzip.compress(content)[:-200])
    events = read_all(path)
    assert events[-1].problem is not None and "the packed file ends too early: copy it again" in events[-1].problem
    assert len(events) > 1 and all(event.problem is None for event in events[:-1])
    path.write_bytes(gzip.compress(content))
    assert len(read_all(path)) == 500


def test_lines_without_end_are_kept_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LINE_BYTES_MAX", 3 * 1024 * 1024)
    path = tmp_path / "a"
    path.write_bytes(b"x" * (8 * 1024 * 1024) + b"\n" + line() + b"\n")
    events = read_all(path)
    assert sum(len(event.raw) for event in events[:-1]) == 8 * 1024 * 1024
    assert all(event.problem for event in events[:-1]) and events[-1].problem is None


def test_line_ends_marks_and_blank_lines_are_no_events(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbf" + line() + b"\r\n\r\n  \n" + line(id="e-2"))
    events = read_all(path)
    assert [(event.id, event.problem) for event in events] == [("e-1", None), ("e-2", None)]


def test_a_file_of_several_sources_feeds_each(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\n".join([line(), line(source="urn:b", id="b-1"), b"{", line(source="urn:b", id="b-2")]) + b"\n")
    assert discover([path]) == ["urn:bank", "urn:b"]
    found: dict[str, list[str]] = {}
    for source in sources_of([path]):
        follower = Follower(lambda source=source: source)  # type: ignore[misc]
        follower.drain()
        found[source.name] = [event.id for event in follower.events.values()]
    assert found["urn:b"] == ["b-1", "b-2"]
    assert found["urn:bank"][0] == "e-1" and len(found["urn:bank"]) == 2


def test_several_files_are_one_source_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(line(time="2026-11-22T00:00:00Z") + b"\n")
    (tmp_path / "b").write_bytes(line(id="e-2") + b"\n")
    events = read_all(tmp_path / "a", tmp_path / "b", limit=1)
    assert [(event.id, event.position // FILE_SPAN) for event in events] == [("e-1", 1), ("e-2", 2)]


def test_it_ends_at_its_last_event_or_at_a_stated_time(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(line() + b"\n" + line(id="e-2", time="9999-01-01T00:00:00Z") + b"\n")
    follower = Follower(lambda: FileSource("bank", [path]))
    assert follower.drain().watermark == 1795258987500000
    stated = Follower(lambda: FileSource("bank", [path], complete_until=1795300000000000))
    assert stated.drain().watermark == 1795300000000000


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="none.ndjson cannot be read: No such file"):
        FileSource("bank", [tmp_path / "none.ndjson"]).read(None, 10)
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        discover([tmp_path / "none.ndjson"])


def test_limits_have_names() -> None:
    assert checks.PAYLOAD_BYTES_MAX < 10 * 1024 * 1024 and checks.NESTING_MAX == 64


@pytest.mark.parametrize(
    ("name", "events"), [("czech-bank", 48_777), ("traffic-fines", 80_664), ("loan-applications", 262_200)]
)
def test_the_public_sets_are_sound(public_data: Path, name: str, events: int) -> None:
    source = FileSource(name, [public_data / f"{name}.cloudevents.ndjson.gz"])
    state, count = None, 0
    while True:
        read = source.read(state, 50_000)
        state, count = read.state, count + len(read.events)
        assert all(event.problem is None for event in read.events)
        if read.idle:
            break
    assert count == events
