"""Bad input is kept as its bytes and named with source and place; nothing else is held up by it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from audit.log.opened import open_payloads
from tests.projections.feed import Feed
from tests.projections.small import line, paid

OPENED = line("account-A", 1, "Opened", 0, customer="C")
GOOD = line("account-A", 2, "PaidIn", 1, envelope={"id": "good"}, **paid("5.00"))
LAST = line("account-A", 4, "PaidIn", 9, envelope={"id": "last"}, **paid("6.00"))
SCRIPT = "<script>alert(1)</script>"


def bad(change: tuple[str, str] | None = None, **more: Any) -> bytes:
    made = line("account-A", 3, "PaidIn", 5, **{"envelope": {"id": "bad"}, **paid("1.00"), **more})
    return made if change is None else made.replace(change[0].encode(), change[1].encode())


UNREADABLE = {
    "torn line": bad()[:80] + b"\n",
    "invalid UTF-8": bad().replace(b"DKK", b"D\xff\xfe"),
    "a NUL": bad(("DKK", "D\\u0000")),
    "a number beyond 2^53 that is too much": bad(('"1.00"', "1e400")),
    "30 decimals": bad(("1.00", "1.000000000000000000000000000001")),
    "NaN": bad(('"1.00"', "NaN")),
    "an amount with spaces": bad(("1.00", " 1.00")),
    "an unknown currency": bad(("DKK", "XXQ")),
    "a missing amount": bad(('"amount": "1.00", ', "")),
    "no identifier": bad(('"id": "bad", ', "")),
    "a time without a zone": bad(("12:00:05Z", "12:00:05")),
    "the year 0001": bad(("2026-03-28", "0001-01-01")),
    "deep nesting": bad(more="x").replace(b'"more": "x"', b'"more": ' + b"[" * 5_000 + b"]" * 5_000),
    "duplicate keys": bad(('"amount": "1.00"', '"amount": "1.00", "amount": "2.00"')),
    "a negative amount": bad(("1.00", "-1.00")),
    "a payload that is no object": bad(('{"amount": "1.00", "currency": "DKK"}', "[1]")),
    "not JSON at all": b"hello\n",
    "a whole number beyond 2^53": bad(('"1.00"', "9007199254740993")),
    "a number of more digits than are exact": bad(('"1.00"', "9007199254740993.01")),
    "the year 9999": bad(occurred=251_000_000_000),
    "10 MB": bad(note="x" * 10_000_000),
}
OF_THE_PAYLOAD = ("a payload that is no object",)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_kept_named_and_passed_by(small: Feed, name: str) -> None:
    raw = UNREADABLE[name]
    small.tell(OPENED, GOOD, raw, LAST)
    assert balance(small) == 1100
    ((position,),) = small.rows("select opened_by from finding where rule = 'unreadable'")
    assert bytes_of(small, position) == raw.rstrip(b"\n")
    ((source, place, numbers),) = small.rows(
        "select o.name, p.place, f.numbers from finding f join log l on l.position = f.opened_by "
        "join source o on o.id = l.source_id join payload p using (position) where f.opened_by = %s", position
    )  # fmt: skip
    assert source == "core" and numbers["why"]
    is_seen_by_the_source = small.rows("select problem from payload where position = %s", position) != [(None,)]
    assert "line 3" in f"{place} {numbers['why']}" or not is_seen_by_the_source or name in OF_THE_PAYLOAD
    flagged = small.rows("select s.kind || ':' || s.key from timeline t join subject s on s.id = t.subject_id "
                         "where t.position = %s and flags & 8 = 8", position)  # fmt: skip
    assert flagged, "no subject says that it is not complete"
    if name not in ("torn line", "not JSON at all", "deep nesting"):  # of these not even the stream can be told
        assert ("account:A",) in flagged and ("customer:C",) in flagged


READABLE = {
    "an amount beyond 2^53 as text": (bad(("1.00", "9007199254740993.01")), 900719925474099301),
    "a script in a field": (bad(note=SCRIPT), 100),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_is_only_strange_is_read(small: Feed, name: str) -> None:
    raw, units = READABLE[name]
    small.tell(OPENED, GOOD, raw, LAST)
    assert small.rows("select rule, numbers from finding") == []
    assert balance(small) == 1100 + units
    ((position,),) = small.rows("select position from log where event_id = 'bad'")
    assert bytes_of(small, position) == raw.rstrip(b"\n")


@pytest.mark.parametrize("stream", ['a"b', "two\nlines", SCRIPT, "'; drop table trace.log; --", "\\", "%s", "account-"])
def test_a_stream_of_any_name_is_kept_and_shown(small: Feed, stream: str) -> None:
    small.tell(OPENED, line(stream, 1, SCRIPT, 1, envelope={"id": SCRIPT, "source": "core"}, note=SCRIPT), GOOD)
    assert [row[:3] for row in small.findings("unknown_event")] == [("unknown_event", f"stream:{stream}", "open")]
    assert balance(small) == 500
    flagged = small.rows("select s.key from timeline t join subject s on s.id = t.subject_id where flags & 8 = 8")
    assert flagged == [(stream,)]


def test_an_unknown_event_touches_all_that_its_stream_touches(small: Feed) -> None:
    small.tell(OPENED, line("account-A", 2, "Screened", 3, by=SCRIPT), GOOD)
    assert small.findings("unknown_event") == [("unknown_event", "account:A", "open", "core/account-A.2.Screened")]
    flagged = small.rows("select s.kind || ':' || s.key from timeline t join subject s on s.id = t.subject_id "
                         "where flags & 8 = 8 order by 1")  # fmt: skip
    assert flagged == [("account:A",), ("customer:C",)]


def test_binary_data_is_kept(small: Feed) -> None:
    torn = base64.b64encode(b"\xff\x00\xfe").decode()
    made = json.loads(bad())
    del made["data"]
    raw = json.dumps({**made, "data_base64": torn}).encode() + b"\n"
    small.tell(OPENED, raw, GOOD)
    assert ("unreadable", "account:A", "open", "core/bad") in small.findings()
    assert balance(small) == 500


def balance(small: Feed) -> int:
    rows = small.rows("select amount from balance b join place p on p.id = b.place_id where p.kind = 'available'")
    return int(rows[0][0])


def bytes_of(small: Feed, position: int) -> bytes:
    with small.database.connect("follower") as connection:
        found = open_payloads(connection, [position])
    raw = found[position].raw
    assert raw is not None
    return raw
