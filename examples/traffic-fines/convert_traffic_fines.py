"""Turns the XES log "Road Traffic Fine Management Process" into CloudEvents 1.0 JSON lines, oldest first."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast
from xml.etree.ElementTree import Element, iterparse

SOURCE = "urn:traffic-fines"
TYPES = {
    "Create Fine": "FineCreated",
    "Send Fine": "FineSent",
    "Insert Fine Notification": "NotificationInserted",
    "Add penalty": "PenaltyAdded",
    "Payment": "PaymentReceived",
    "Send for Credit Collection": "SentForCreditCollection",
    "Insert Date Appeal to Prefecture": "AppealDateInserted",
    "Send Appeal to Prefecture": "AppealSent",
    "Receive Result Appeal from Prefecture": "AppealResultReceived",
    "Notify Result Appeal to Offender": "AppealResultNotified",
    "Appeal to Judge": "AppealedToJudge",
}
NOT_PAYLOAD = ("concept:name", "time:timestamp", "lifecycle:transition", "org:resource")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="Road_Traffic_Fine_Management_Process.xes or .xes.gz")
    parser.add_argument(
        "-o", "--output", type=Path, help="the file to write, .gz is compressed; default: standard output"
    )
    options = parser.parse_args()
    with opened(options.output) as output:
        for event in events(options.file):
            output.write(json.dumps(event, ensure_ascii=False) + "\n")


def events(path: Path) -> list[dict[str, Any]]:
    """CloudEvents by time; of the same time in the order of the log, so that each fine keeps its own order."""
    found = [event for trace in traces(path) for event in _of_fine(trace)]
    return sorted(found, key=lambda event: datetime.fromisoformat(event["time"]))


def _of_fine(trace: Element) -> Iterator[dict[str, Any]]:
    fine = values(trace)["concept:name"]
    for number, element in enumerate(trace.findall("{*}event"), start=1):
        event = values(element)
        data = {name: value for name, value in event.items() if name not in NOT_PAYLOAD}
        yield {
            "specversion": "1.0",
            "id": f"fine-{fine}:{number}",
            "source": SOURCE,
            "type": TYPES[event["concept:name"]],
            "subject": f"fine-{fine}",
            "sequence": str(number),
            "time": datetime.fromisoformat(event["time:timestamp"]).isoformat(),
            "datacontenttype": "application/json",
            "data": {"fine_id": fine, **data},
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
