"""A larger trail under random hands: of strangers, who change bytes, and of the bank itself, which signs what it
changed. The program that changes knows the format only from its description."""

from __future__ import annotations

import random
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.log.cosignatures import seen_by, witness_of
from audit.log.links import beginning, link_of
from audit.log.signed_notes import BadNote, Checkpoint, PublicKey, opened, signed
from audit.log.time_stamps import Authority
from audit.trails.contents import ORDER
from audit.trails.verify.checks import Trusted, verify
from audit.trails.verify.earlier import earlier_of
from audit.trails.verify.verdict import NOT_LAST
from tests.authority import openssl
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


def shortened(folder: Path, kept: list[int], target: Path) -> Path:
    """The trail in which the bank itself numbers only these entries (from 0): links and signature are right."""
    files: dict[str, Any] = {one: (folder / one).read_bytes() for one in ORDER}
    link, lines = beginning("customer:C1"), []
    for number, at in enumerate(kept, 1):
        link = link_of(link, number, 2 * at + 2)
        lines.append(b'{"i":"%d","n":"%d"}\n' % (2 * at + 2, number))
    files["sequence.jsonl"] = b"".join(lines)
    sequence = {"subject": "customer:C1", "n": str(len(kept)), "head": link.hex(), "complete": True}
    return forged(target, files, large.PRIVATE, lambda about: {**about, "sequence": sequence})


def test_a_trail_from_before_shows_what_the_bank_dropped_since(tmp_path: Path) -> None:
    """Of the last entries only the bank's own word says that they are the last. A trail that was kept binds it."""
    key = PublicKey.parse(large.write(28, tmp_path / "before"))
    large.write(30, tmp_path / "now")
    before = earlier_of(tmp_path / "before" / "trail.zip", key)
    honest = verify(tmp_path / "now" / "trail.zip", Trusted(key, earlier=before, derives=False))
    assert honest.exit_code == 0 and honest.earlier == 28 and NOT_LAST not in honest.not_proven
    for name, kept, kind in (
        ("tail", [*range(25)], "SUBJECT_GAP"),
        ("middle", [at for at in range(30) if at != 5], "LINK"),
    ):
        path = shortened(tmp_path / "now", kept, tmp_path / name)
        alone = verify(path, Trusted(key, derives=False))
        assert alone.exit_code == 0 and NOT_LAST in alone.not_proven, "said not to be proven"
        verdict = verify(path, Trusted(key, earlier=before, derives=False))
        assert verdict.exit_code == 1 and verdict.first is not None and verdict.first.kind == kind, name
    later = earlier_of(tmp_path / "now" / "trail.zip", key)
    assert verify(tmp_path / "before" / "trail.zip", Trusted(key, earlier=later, derives=False)).exit_code == 2
    for path, pinned in ((tmp_path / "before" / "trail.zip", None), (tmp_path / "before" / "checkpoint", key)):
        with pytest.raises(ValueError):
            earlier_of(path, pinned)


def cosigned(note: str, name: str, private: Ed25519PrivateKey, seconds: int) -> str:
    """As c2sp.org/tlog-cosignature says it, written anew."""
    text = note[: note.index("\n\n") + 1]
    raw = private.public_key().public_bytes_raw()
    id = sha256(name.encode() + b"\n\x04" + raw).digest()[:4]
    signature = private.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
    return note + f"\u2014 {name} {b64encode(id + seconds.to_bytes(8, 'big') + signature).decode()}\n"


def test_a_witness_who_is_trusted_makes_it_l3(tmp_path: Path) -> None:
    """In the trail itself, or on a checkpoint that was kept; another's, and a wrong one, do not count."""
    key = PublicKey.parse(large.write(20, tmp_path / "trail"))
    path, note = tmp_path / "trail" / "trail.zip", (tmp_path / "trail" / "checkpoint").read_text()
    private, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    name, seconds = "witness.example/w1", 1_760_000_000
    raw = b"\x04" + private.public_key().public_bytes_raw()
    id = sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
    witness = witness_of(f"{name}+{id}+{b64encode(raw).decode()}")
    good = cosigned(cosigned(note, "another.example", other, seconds), name, private, seconds)
    assert [(one.witness, one.at.timestamp()) for one in seen_by(good, [witness])] == [(name, seconds)]
    assert seen_by(cosigned(note, name, other, seconds), [witness]) == (), "its key is another, whatever it is called"
    wrong = good.replace("\n40\n", "\n41\n")
    for bad in (wrong, good[:-8] + ("AAAA" if good[-8:-4] != "AAAA" else "BBBB") + good[-4:]):
        with pytest.raises(BadNote):
            seen_by(bad, [witness])
    kept = opened(good, key)
    seen = Trusted(key, kept, witnesses=[witness], kept_seen=seen_by(good, [witness]), derives=False)
    assert verify(path, seen).anchoring == "L3"
    files: dict[str, Any] = {one: (tmp_path / "trail" / one).read_bytes() for one in ORDER}
    files["checkpoint"] = good.encode()
    inside = verify(forged(tmp_path / "inside", files, large.PRIVATE), Trusted(key, witnesses=[witness], derives=False))
    assert inside.exit_code == 0 and inside.anchoring == "L3" and name in "\n".join(inside.lines())
    files["checkpoint"] = bad.encode()
    told = verify(forged(tmp_path / "wrong", files, large.PRIVATE), Trusted(key, witnesses=[witness], derives=False))
    assert told.first is not None and told.first.kind == "SIGNATURE"
    alone = verify(path, Trusted(key, witnesses=[witness], derives=False))
    assert alone.exit_code == 2 and alone.anchoring == "L0", "none has signed, and one was asked for"


STAMPS = ("another checkpoint's", "another authority's", "before the entries came", "none of it")


@pytest.mark.parametrize("how", STAMPS)
def test_a_real_stamp_is_of_this_checkpoint_and_after_its_entries(
    authority: Authority, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each token is a real one, from OpenSSL's authority; the bank signs the trail around it."""
    if how == "before the entries came":
        monkeypatch.setattr(large, "TIME", "2199-01-01T00:00:00.000000Z")
    key = PublicKey.parse(large.write(10, tmp_path / "trail"))
    files: dict[str, Any] = {one: (tmp_path / "trail" / one).read_bytes() for one in ORDER}
    note = files["checkpoint"].decode()
    other = signed(Checkpoint(key.name, 19, b"r" * 32), large.PRIVATE)
    files["checkpoint.tsr"] = authority.stamp(other if how == "another checkpoint's" else note)
    certificates = authority.ca_file.read_bytes()
    if how == "another authority's":
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=A root", "-keyout", tmp_path / "key",
                "-out", tmp_path / "other.pem")  # fmt: skip
        certificates = (tmp_path / "other.pem").read_bytes()
    verdict = verify(
        forged(tmp_path / "stamped", files, large.PRIVATE), Trusted(key, authority=certificates, derives=False)
    )
    if how == "none of it":
        assert verdict.exit_code == 0 and verdict.anchoring == "L1" and verdict.stamped_at is not None
    else:
        assert verdict.exit_code == 1 and [one.kind for one in verdict.problems] == ["TIME"], how
