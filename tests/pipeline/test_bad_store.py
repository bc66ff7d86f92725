"""Bad rows of stores and bad lines of a file, read in one run: each is kept, named, and holds nothing else up."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from audit import pipeline
from audit.log.opened import open_payloads
from audit.sources.files import sources_of
from audit.sources.mapping import Mapping
from audit.sources.postgres import PostgresSource
from tests.projections.feed import Feed
from tests.projections.small import line, time
from tests.sources.bank import MAPPING, PAID, Bank, insert

ONE = PAID.encode()
WORDS = Mapping(table="bank.words", position="id", stream="said.stream", type="said.type", id="said.id", data="said",
                recorded="said.at", version="said.version", occurred="said.occurred")  # fmt: skip


def of(amount: str) -> bytes:
    return ONE.replace(b'"1.00"', amount.encode())


PAYLOADS: dict[str, tuple[bytes, str]] = {
    "torn": (ONE[:-7], "it is torn"),
    "torn behind a pair": (b'{"a": "\\ud83d\\ude00", "b": ', "it is torn"),
    "empty": (b"", '"currency" is missing'),
    "invalid UTF-8": (ONE.replace(b"DKK", b"D\xff\xfe"), "not valid UTF-8"),
    "a NUL": (ONE.replace(b"DKK", b"D\\u0000"), "the character \\u0000"),
    "a raw NUL": (ONE.replace(b"DKK", b"D\0K"), "it is not JSON"),
    "a whole number beyond 2^53": (of("9007199254740993"), "beyond 2^53"),
    "a million digits": (of("1" * 1_000_000), "a whole number beyond 2^53"),
    "30 decimals": (of("1.000000000000000000000000000001"), "used: it holds a number with more digits"),
    "30 decimals as text": (of('"1.000000000000000000000000000001"'), "more than the currency's 2 decimals"),
    "NaN": (of("NaN"), "it holds NaN or Infinity"),
    "NaN as text": (of('"NaN"'), "not a decimal"),
    "spaces": (of('" 1.00"'), "spaces around it"),
    "1e400": (of("1e400"), "used: it holds a number with more digits"),
    "1e400 as text": (of('"1e400"'), "not a decimal"),
    "full-width digits": (of('"\uff11\uff12"'), "not a decimal"),
    "true": (of("true"), "not a decimal"),
    "an unknown currency": (ONE.replace(b"DKK", b"XXQ"), "a currency that the model does not know"),
    "no amount": (b'{"currency": "DKK"}', '"amount" is missing'),
    "10 MB of braces": (b"{" * 10_000_000, "10,000,000 bytes"),
    "deep nesting": (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "nested deeper"),
    "duplicate keys": (ONE.replace(b"{", b'{"amount": "2.00", '), "the key amount stands twice"),
    "a lone surrogate": (ONE.replace(b"DKK", b"\\ud800"), "half a character"),
    "halves the wrong way round": (ONE.replace(b"DKK", b"\\udc00\\ud800"), "half a character"),
    "a byte order mark": (b"\xef\xbb\xbf" + ONE, "it is not JSON"),
    "a list": (b"[1]", "not a JSON object"),
    "two objects": (ONE + b"\r\n" + ONE, "trailing characters"),
}
SAID: dict[str, tuple[dict[str, Any], str]] = {
    "no stream": ({"stream": None}, "the event has no stream"),
    "a stream that is a list": ({"stream": ["account-W"]}, "what stands at stream is no text"),
    "a stream that is too long": ({"stream": "x" * 2_000}, "its stream is longer than 1024 bytes"),
    "no type": ({"type": ""}, "the event has no type"),
    "a type that is true": ({"type": True}, "what stands at type is no text"),
    "no time": ({"at": None}, "its recorded time is missing"),
    "a time of a superscript": ({"at": "\u00b2"}, "its recorded time is not a time"),
    "a time of full-width digits": ({"at": "\uff11\uff12\uff13"}, "its recorded time is not a time"),
    "a time of 5,000 digits": ({"at": "9" * 5_000}, "its recorded time"),
    "a time without a zone": ({"at": "2026-03-28T12:00:05"}, "its recorded time has no zone"),
    "a leap second": ({"at": "2026-03-28T23:59:60Z"}, "its recorded time is not a time"),
    "the year 0001": ({"at": "0001-01-01T00:00:00Z"}, "the years 1900 to 2199"),
    "the year 9999": ({"occurred": "9999-12-31T23:59:59Z"}, "the years 1900 to 2199"),
    "a time that is a list": ({"occurred": [1]}, "what stands at occurred is no text"),
}  # fmt: skip
VERSIONS = {"7": 7, "\u00b2": None, "9" * 30: None, "-1": None, "1.5": None}


@pytest.fixture
def read(small: Feed, bank: Bank) -> Feed:
    """A file and two stores, whose second has all in one text, in one run."""
    bank.create(data="bytea")
    said = {"stream": "account-W", "type": "PaidIn", "at": time(1), "occurred": time(1), **json.loads(ONE)}
    with bank.connect() as writer:
        insert(writer, "account-S", type="Opened", data=b'{"customer": "C"}', event_id="opened", recorded_at=time(0))
        for name, (raw, _) in PAYLOADS.items():
            insert(writer, "account-S", 2, type="PaidIn", data=raw, event_id=name, recorded_at=time(1))
        insert(writer, "account-S", 2, type="PaidIn", data=ONE, event_id="good", recorded_at=time(2))
        writer.execute("create table bank.words (id bigserial primary key, said text)")
        rows = [{"id": "opened", "type": "Opened", "customer": "C"}]
        rows += [{"id": name, **change} for name, (change, _) in SAID.items()]
        rows += [{"id": f"version {version}", "version": version} for version in VERSIONS]
        for row in rows:
            writer.execute("insert into bank.words (said) values (%s)", [json.dumps({**said, **row})])
    lines = [line("account-F", 1, "Opened", 0, customer="C")]
    for name, (raw, _) in PAYLOADS.items():
        made = line("account-F", 2, "PaidIn", 1, envelope={"id": name}).rstrip()
        lines.append(made.replace(b'"data": {}', b'"data": ' + (raw.replace(b"\n", b" ") or ONE)) + b"\r\n")
    lines.append(line("account-F", 2, "PaidIn", 2, envelope={"id": "good"}, **json.loads(ONE)))
    stores = [PostgresSource("store", MAPPING, bank.url), PostgresSource("words", WORDS, bank.url)]
    try:
        files = sources_of([small.write(lines)], key=b"tests")
        pipeline.run(small.instance, [*files, *stores], once=True, stop=threading.Event())
    finally:
        for one in stores:
            one.close()
    return small


def test_each_is_kept_and_named_and_nothing_else_is_held_up(read: Feed) -> None:
    balances = read.rows("select p.key, b.amount from balance b join place p on p.id = b.place_id where p.key <> ''")
    assert sorted(balances) == [("F", 200), ("S", 100), ("W", 100 * len(VERSIONS))]
    told = {
        (source, event): (position, place or "", why)
        for source, event, position, place, why in read.rows(
            "select s.name, l.event_id, l.position, p.place, f.numbers ->> 'why' from finding f "
            "join log l on l.position = f.opened_by join source s on s.id = l.source_id "
            "join payload p using (position) where f.rule = 'unreadable'"
        )
    }
    for name, (raw, why) in PAYLOADS.items():
        position, place, said = told.pop(("store", name))
        assert why in said and (place.startswith("bank.events, id ") or raw in (b"", b"[1]") or "field" in said), name
        assert bytes_of(read, position) == raw + b"{}", name  # the metadata behind it
    for name, (_, why) in SAID.items():
        _, place, said = told.pop(("words", name))
        assert why in said and place.startswith("bank.words, id "), name
    assert len(told) == len(PAYLOADS) - 1 and {source for source, _ in told} == {"core"}  # all but the empty one's
    _attributes_beside_a_bad_one_are_kept(read)


def _attributes_beside_a_bad_one_are_kept(read: Feed) -> None:
    rows = read.rows(
        "select l.event_id, t.name, l.version, p.status from log l join payload p using (position) "
        "join stream t on t.id = l.stream_id join source s on s.id = l.source_id where s.name = 'words'"
    )
    kept = {event: (stream, status) for event, stream, _, status in rows}
    for name, (change, _) in SAID.items():
        assert kept[name] == ("(unreadable)" if "stream" in change else "account-W", 3 if "at" in change else 2), name
    assert {event: version for event, _, version, _ in rows if event.startswith("version")} == {
        f"version {text}": version for text, version in VERSIONS.items()
    }


def test_a_column_that_is_not_a_number_holds_up_no_other_row(small: Feed, bank: Bank) -> None:
    mapping = Mapping(table="bank.odd", position="id", stream="stream", type="type", data="data", recorded="at",
                      version="version", time_unit="s")  # fmt: skip
    with bank.connect() as writer:
        writer.execute("create schema bank")
        writer.execute(
            "create table bank.odd (id bigserial primary key, stream text default 'account-A', type text default 'X', "
            "data jsonb, at numeric, version text)"
        )
        rows = [("1774699205", "3"), ("NaN", "4"), ("1e30", "x"), ("1774699205", ""), (None, "9" * 40)]
        for at, version in rows:
            writer.execute("insert into bank.odd (at, version) values (%s, %s)", [at, version])
    store = PostgresSource("odd", mapping, bank.url)
    pipeline.run(small.instance, [store], once=True, stop=threading.Event())
    store.close()
    assert small.rows("select l.version, p.status from log l join payload p using (position) order by position") == [
        (3, 1), (4, 3), (None, 3), (None, 1), (None, 3)]  # fmt: skip


def bytes_of(feed: Feed, position: int) -> bytes:
    with feed.database.connect("follower") as connection:
        raw = open_payloads(connection, [position])[position].raw
    assert raw is not None
    return raw
