"""The part of whereabouts.toml that says where evidence goes: `[evidence]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.log.mailing import Mail
from audit.log.object_store import ObjectStore
from audit.log.publishing import Folder, Place
from audit.log.time_stamps import Authority
from audit.model.problems import Problems

KEYS = ("publish", "mail", "object_store", "time_stamps")
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # required and optional keys, all texts
    "mail": (("from", "server_env"), ("to",)),
    "object_store": (("bucket",), ("prefix", "endpoint", "region", "access_key_env", "secret_key_env")),
    "time_stamps": (("url", "ca_file"), ()),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where checkpoints are put, and who stamps their time."""

    places: Sequence[Place] = ()
    authority: Authority | None = None


def evidence_of(document: Mapping[str, Any], folder: Path, problems: Problems) -> Evidence:
    """Mistakes go to `problems`; what is wrong is left out."""
    table = document.get("evidence", {})
    if not isinstance(table, dict):
        problems.error(("evidence",), "this is not a table", 'Write [evidence] and publish = "FOLDER" in it')
        return Evidence()
    problems.only(table, KEYS, ("evidence",), "key of the evidence")
    places: list[Place] = []
    publish = problems.text(table, "publish", ("evidence",))
    if publish is not None:
        places.append(Folder(folder / publish))
    mail = _table(table, "mail", problems)
    if mail is not None and (to := _addresses(mail, problems)):
        places.append(Mail(to, mail["from"], mail["server_env"]))
    store = _table(table, "object_store", problems)
    if store is not None:
        places.append(ObjectStore(**store))
    stamps = _table(table, "time_stamps", problems)
    return Evidence(tuple(places), None if stamps is None else Authority(stamps["url"], folder / stamps["ca_file"]))


def _table(evidence: Mapping[str, Any], name: str, problems: Problems) -> dict[str, Any] | None:
    """A table of texts with all that it must have."""
    if name not in evidence:
        return None
    key, table = ("evidence", name), evidence[name]
    if not isinstance(table, dict):
        problems.error(key, "this is not a table", f"Write [evidence.{name}]")
        return None
    required, optional = TABLES[name]
    problems.only(table, (*required, *optional), key, "key of the evidence")
    found: dict[str, Any] = {}
    for one in (*required, *optional):
        if one == "to":
            found[one] = table.get(one)
        elif (value := problems.text(table, one, key)) is not None:
            found[one] = value
        elif one in required and one not in table:
            problems.error((*key, one), f"{one} is missing", f'Add {one} = "..."')
    return found if all(one in found for one in required) else None


def _addresses(mail: Mapping[str, Any], problems: Problems) -> list[str]:
    given = mail["to"]
    if isinstance(given, list) and given and all(isinstance(one, str) and "@" in one for one in given):
        return given
    problems.error(("evidence", "mail", "to"), "this is no list of addresses", 'Write to = ["auditor@bank.example"]')
    return []
