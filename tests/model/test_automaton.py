"""The smallest change that makes a history legal: a missing, an extra or a changed event, two at most."""

from __future__ import annotations

import pytest

from audit.model.automaton import smallest_changes, told
from audit.model.load import loads

LANE = loads(
    """
[model]
name = "small"
zone = "Europe/Copenhagen"
[lane.transfer]
streams = "transfer-{transfer}"
state = { begun = {}, sent = {}, done = { final = true }, failed = { final = true } }
event.Begun.state = { from = ["none"], to = "begun" }
event.Sent.state = { from = ["begun"], to = "sent" }
event.Arrived.state = { from = ["sent"], to = "done" }
event.Failed.state = { from = ["sent"], to = "failed" }
event.Noted.state = { from = ["begun", "sent"] }
event.Reopened = { state = { to = "sent" }, correction = true }
""",
    "m.toml",
).lanes["transfer"]


@pytest.mark.parametrize(
    ("start", "history", "end", "words"),
    [
        ("begun", ["Sent"], "sent", ""),  # legal as it is
        ("begun", ["Arrived"], "done", "Sent is missing before Arrived"),
        ("sent", ["Sent"], "sent", "Sent is one too many"),
        ("", ["Arrived"], "done", "Begun is missing before Arrived and Sent is missing before Arrived"),
        ("begun", ["Sent", "Begun"], "begun", "Sent is one too many and Begun is one too many"),
        ("sent", ["Arrived", "Failed"], "failed", "Arrived is one too many"),
        ("sent", ["Reopened", "Sent"], "sent", "Sent is one too many"),
        ("sent", ["Begun"], "begun", ""),  # three changes and more are no help
        ("done", ["Sent"], "sent", ""),
        ("begun", ["Noted", "Failed"], "failed", "Sent is missing before Noted, or Sent is missing before Failed, or "
         "Noted should have been Sent"),
    ],
)
def test_it_is_found_and_told(start: str, history: list[str], end: str, words: str) -> None:
    ways = smallest_changes(LANE, "", start, history, end)
    assert told(ways, history) == words
