"""`checkpoint` and `prove`: what they print can be checked without them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command

from audit.errors import UnknownSubject, UsageError
from audit.log.merkle import is_consistent, leaf_of
from audit.log.signed_notes import PublicKey, opened
from audit.models import AuditRecord
from audit.trails.verify.__main__ import main
from tests.answers.oracle import Bank
from tests.conftest import Database
from tests.log.inclusion import root_from_inclusion


def told(*words: str) -> Any:
    out = io.StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_an_event_is_proven_to_be_in_the_signed_log(world: Database, bank: Bank) -> None:
    looks = AuditRecord.objects.count()
    for event in bank.events[:: len(bank.events) // 5]:
        proof = told("prove", f"{event.source}/{event.id}")
        signed = opened(proof["checkpoint"], PublicKey.parse(proof["key"]))
        leaf, path = leaf_of(proof["entry"].encode()), [bytes.fromhex(step) for step in proof["path"]]
        assert leaf.hex() == proof["leaf"] and json.loads(proof["entry"])["event_id"] == event.id
        assert root_from_inclusion(leaf, proof["index"], signed.size, path) == signed.root
    assert AuditRecord.objects.count() > looks, "an entry is shown to nobody without a record"


def test_the_log_was_only_added_to(world: Database, tmp_path: Path) -> None:
    now = told("checkpoint")
    kept = opened(now["checkpoint"], PublicKey.parse(now["key"]))
    assert kept.root.hex() == now["root"] and now["keys"][-1]["key"] == now["key"]
    for size in (1, 2, kept.size - 1, kept.size):
        found = told("prove", "--since", str(size), "--to", str(kept.size))
        first, second = (bytes.fromhex(found[name]["root"]) for name in ("since", "to"))
        proof = [bytes.fromhex(step) for step in found["proof"]]
        assert second == kept.root and is_consistent(size, first, kept.size, second, proof)


def test_what_is_printed_is_what_the_verifier_takes(world: Database, tmp_path: Path) -> None:
    now = told("checkpoint")
    (tmp_path / "kept").write_text(now["checkpoint"])
    out = io.StringIO()
    call_command("checkpoint", stdout=out)
    assert out.getvalue() == now["checkpoint"] + f"key {now['key']}\n"
    auditor = get_user_model().objects.create_user("eva-auditor")
    auditor.groups.add(Group.objects.get_or_create(name="auditor")[0])
    export = ["export", "customer:C0", "--as", "eva-auditor", "--reason", "audit", "-o", str(tmp_path / "trail.zip")]
    told(*export)
    arguments = [str(tmp_path / "trail.zip"), "--key", now["key"], "--since", str(tmp_path / "kept")]
    assert main(arguments) == 0


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["nowhere/1"], UnknownSubject),
        ([], UsageError),
        (["--since", "0"], UsageError),
        (["--since", "999999999"], UsageError),
        (["--since", "1", "--to", "999999999"], UsageError),
    ],
)
def test_what_cannot_be_proven_is_said(world: Database, words: list[str], error: type[Exception]) -> None:
    with pytest.raises(error):
        told("prove", *words)
