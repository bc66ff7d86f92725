"""A larger trail under random hands: of strangers, who change bytes, and of the bank itself, which signs what it
changed. The program that changes knows the format only from its description."""

from __future__ import annotations

import random
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from audit.log.signed_notes import PublicKey
from audit.trails.contents import ORDER
from audit.trails.verify.checks import Trusted, verify
from tests.trails import large
from tests.trails.test_verify import forged, mutated

COUNT = 3_000


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Trusted]:
    folder = tmp_path_factory.mktemp("large") / "trail"
    return folder, Trusted(PublicKey.parse(large.write(COUNT, folder)), derives=False)


def test_random_bytes_are_found(trail: tuple[Path, Trusted], tmp_path: Path) -> None:
    folder, trusted = trail
    raw, chance = (folder / "trail.zip").read_bytes(), random.Random(11)
    assert verify(folder / "trail.zip", trusted).exit_code == 0
    for _ in range(40):
        changed = mutated(raw, chance.randrange(len(raw) - 1), chance.randrange(4))
        if changed != raw:
            (tmp_path / "changed.zip").write_bytes(changed)
            assert verify(tmp_path / "changed.zip", trusted).exit_code == 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("entries.jsonl", {"CONTENT", "ORDER"}),
        ("payloads.jsonl", {"DISCLOSURE"}),
        ("leaves.jsonl", {"CONTENT", "ORDER"}),
        ("sequence.jsonl", {"SUBJECT_GAP"}),
    ],
)
def test_what_the_bank_itself_changed_is_named(
    trail: tuple[Path, Trusted], tmp_path: Path, name: str, kinds: set[str], seed: int
) -> None:
    """A line is taken out, or two change places; all sums, the manifest and the signature are made anew."""
    folder, trusted = trail
    copytree(folder, tmp_path / "copy")
    files = {one: (tmp_path / "copy" / one).read_bytes() for one in ORDER}
    chance, found = random.Random(seed), files[name].splitlines(keepends=True)
    at = chance.randrange(1, COUNT - 2)
    if chance.random() < 0.5:
        del found[at]
    else:
        found[at], found[at + 1] = found[at + 1], found[at]
    files[name] = b"".join(found)
    verdict = verify(forged(tmp_path, files, large.PRIVATE), trusted)
    assert verdict.exit_code == 1 and verdict.first is not None
    assert verdict.first.kind in kinds, str(verdict.first)
    assert verdict.first.index in {2 * at + 2, 2 * at + 4}, "the entry at that line, or the one that stands there now"


def test_a_number_that_leads_elsewhere_breaks_the_links(trail: tuple[Path, Trusted], tmp_path: Path) -> None:
    """Two entries of the subject under each other's numbers: all are here, and the links still tell."""
    folder, trusted = trail
    files: dict[str, Any] = {one: (folder / one).read_bytes() for one in ORDER}
    found = files["sequence.jsonl"].splitlines(keepends=True)
    found[9], found[10] = found[10].replace(b'"n":"11"', b'"n":"10"'), found[9].replace(b'"n":"10"', b'"n":"11"')
    files["sequence.jsonl"] = b"".join(found)
    verdict = verify(forged(tmp_path, files, large.PRIVATE), trusted)
    assert verdict.first is not None and verdict.first.kind == "LINK" and verdict.is_complete is False
