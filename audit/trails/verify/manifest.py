"""What a manifest must say before anything in it is compared, each value of its kind: static/verify/checks.js asks the
same, so that neither of the two takes what the other refuses."""

from __future__ import annotations

import re
from typing import Any

NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
HASH = re.compile(r"[0-9a-f]{64}")


def check_told(found: dict[str, Any]) -> None:
    """Raises ValueError, KeyError or TypeError."""
    scope, log, sequence = found["scope"], found["log"], found["sequence"]
    texts = [found["format"], found["subject"], found["model"]["hash"], log["entry_format"], log["origin"]]
    texts += [file["name"] for file in found["files"]]
    counts = [scope["entries"], scope["stubs"], *found["withheld"]["entries"].values()]
    counts += [file["bytes"] for file in found["files"]]
    numbers, hashes = [log["size"]], [log["root"], *(file["sha256"] for file in found["files"])]
    if sequence is not None:
        texts.append(sequence["subject"])
        numbers.append(sequence["n"])
        hashes.append(sequence["head"])
    is_whole = (
        all(type(one) is str for one in texts)
        and all(type(one) is int for one in counts)
        and all(NUMBER.fullmatch(one) for one in numbers)
        and all(HASH.fullmatch(one) for one in hashes)
        and type(scope["complete"]) is bool
    )
    if not is_whole:
        raise ValueError("the manifest is not as it was written")
