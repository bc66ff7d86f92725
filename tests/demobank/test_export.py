"""The export: CloudEvents 1.0, in recorded order, with payloads as they are."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import msgspec

from demobank import export
from demobank.loading import load_history
from tests.demobank.conftest import ANCHOR, EVENTS, Past


def test_every_event_is_one_line_with_the_attributes_that_a_reader_needs(past: Past) -> None:
    for row, line in zip(past.rows, export.lines(past.rows), strict=True):
        event = msgspec.json.decode(line)
        assert line.endswith(b"\n") and line.count(b"\n") == 1
        assert (event["specversion"], event["source"], event["id"]) == ("1.0", row.service, row.id)
        assert (event["subject"], event["sequence"], event["type"]) == (row.stream, str(row.version), row.type)
        assert event.get("correlationid") == row.correlation
        assert event.get("causationid") == row.causation
        assert event["time"] <= event["recordedtime"] or row.occurred > row.recorded


def test_a_torn_payload_goes_as_base64_and_comes_back_whole(past: Past) -> None:
    torn = [row for row in past.rows if b"\xff" in row.data]
    assert torn
    for row, line in zip(torn, export.lines(torn), strict=True):
        assert base64.b64decode(msgspec.json.decode(line)["data_base64"]) == row.data


def test_the_stores_export_is_the_generated_one_in_recorded_order(past: Past, bank_url: str) -> None:
    load_history(bank_url, datetime.fromtimestamp(ANCHOR / 1_000_000, UTC), "tests", EVENTS)
    assert list(export.cloudevents(bank_url)) == list(export.lines(past.rows))
