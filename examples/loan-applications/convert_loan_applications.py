"""Turns the XES log of the BPI Challenge 2012 into CloudEvents 1.0 JSON lines, oldest first."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast
from xml.etree.ElementTree import Element, iterparse

SOURCE = "urn:loan-applications"
STREAMS = {"A": "application", "O": "offer", "W": "work"}  # by the first letter of the activity


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="BPI_Challenge_2012.xes or .xes.gz")
    parser.add_argument(
        "-o", "--output", type=Path, help="the file to write, .gz is compressed; default: standard output"
    )
    options = parser.parse_args()
    with opened(options.output) as output:
        for event in events(options.file):
            output.write(json.dumps(event, ensure_ascii=False) + "\n")


def events(path: Path) -> list[dict[str, Any]]:
    """CloudEvents by time; of the same time in the order of the log, so that each stream keeps its own order."""
    found = [event for trace in traces(path) for event in _of_application(trace)]
    return sorted(found, key=lambda event: datetime.fromisoformat(event["time"]))


def _of_application(trace: Element) -> Iterator[dict[str, Any]]:
    case, sequences = values(trace), Counter[str]()
    application = case["concept:name"]
    for element in trace.findall("{*}event"):
        event = values(element)
        activity, transition = event["concept:name"], event["lifecycle:transition"]
        stream = f"{STREAMS[activity[0]]}-{application}"
        sequences[stream] += 1
        yield {
            "specversion": "1.0",
            "id": f"{stream}:{sequences[stream]}",
            "source": SOURCE,
            "type": activity if transition == "COMPLETE" else f"{activity}_{transition}",
            "subject": stream,
            "sequence": str(sequences[stream]),
            "time": event["time:timestamp"],
            "correlationid": application,
            "datacontenttype": "application/json",
            "data": {
                "application_id": application,
                "amount_requested": case["AMOUNT_REQ"],
                "resource": event.get("org:resource"),
                "transition": transition,
            },
        }


def traces(path: Path) -> Iterator[Element]:
    """One trace after the other, each forgotten when the next is asked for."""
    with cast(BinaryIO, gzip.open(path) if path.suffix == ".gz" else open(path, "rb")) as file:
        for _, element in iterparse(file):
            if element.tag.rpartition("}")[2] == "trace":
                yield element
                element.clear()


def values(element: Element) -> dict[str, str]:
    """The attributes of a trace or an event, each as the text that the log has."""
    return {child.attrib["key"]: child.attrib["value"] for child in element if "value" in child.attrib}


def opened(path: Path | None) -> TextIO:
    if path is None:
        return sys.stdout
    return gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else open(path, "w", encoding="utf-8")


if __name__ == "__main__":
    main()
