"""A trail is checked by a stranger: whatever was done to it is found, and what cannot be said is not said."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.database import reading
from audit.log.checkpoints import consistency_since, latest
from audit.log.merkle import root_of
from audit.log.signed_notes import Checkpoint, PublicKey, public_of, signed
from audit.log.tree import Tree
from audit.trails.archive import digest_of, wrap
from audit.trails.canonical import canonical
from audit.trails.contents import ORDER, UNLISTED, sums_of
from audit.trails.signatures import SIGNED_HEAD, pem_of
from audit.trails.verify.checks import Trusted, verify
from audit.trails.verify.verdict import Verdict
from tests.conftest import Database
from tests.trails import large
from tests.trails.conftest import Trail, unpack

ROOT = Path(__file__).parents[2]


def checked(path: Path, key: PublicKey | bytes | None, **options: Any) -> Verdict:
    return verify(path, Trusted(key, options.get("since"), options.get("proof", ()), derives=False))


def forged(
    folder: Path, files: dict[str, bytes], private: Ed25519PrivateKey | None = None, manifest: Any = None
) -> Path:
    """What one makes who changes files and all the sums after them; with a key also the signature."""
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    about = json.loads(files["manifest.json"])
    about["files"] = [
        {**one, "sha256": digest_of(folder / one["name"])[0], "bytes": len(files[one["name"]])}
        for one in about["files"]
    ]
    about = manifest(about) if manifest else about
    (folder / "manifest.json").write_bytes(canonical(about) + b"\n")
    if private is not None:
        (folder / "manifest.sig").write_bytes(private.sign(SIGNED_HEAD + (folder / "manifest.json").read_bytes()))
    sums = sums_of({name: digest_of(folder / name)[0] for name in ORDER[:-1]})
    (folder / "SHA256SUMS").write_text(sums)
    wrap(folder, ORDER, folder / "forged.zip")
    return folder / "forged.zip"


def test_it_says_what_it_shows_and_what_not(trail: Trail) -> None:
    verdict = checked(trail.path, trail.key)
    assert verdict.exit_code == 0 and not verdict.problems
    told = verdict.document()
    assert told["bytes_intact"] and told["signed"] and told["in_the_log"] and told["payloads_as_committed"]
    assert told["entries"] == len(trail.entries) == told["payloads"] and told["anchoring"] == "L0"
    assert told["complete_for_the_subject"]["proven"] is None and len(told["not_proven"]) >= 5
    assert checked(trail.path, trail.key.raw).exit_code == 0


def test_without_a_key_of_ones_own_it_is_never_verified(trail: Trail) -> None:
    verdict = checked(trail.path, None)
    assert verdict.exit_code == 2 and verdict.is_in_log and "key" in verdict.missing[0]


def mutated(raw: bytes, at: int, how: int) -> bytes:
    before, byte, after = raw[:at], raw[at : at + 1], raw[at + 1 :]
    return (
        before + bytes([byte[0] ^ (1 << at % 8)]) + after,
        before + after,
        before + b"0" + byte + after,
        before + after[:1] + byte + after[1:],
    )[how]


def refused(trail: Trail, where: Path, places: Iterator[tuple[int, int]]) -> int:
    raw, count = trail.path.read_bytes(), 0
    for at, how in places:
        changed = mutated(raw, at, how)
        if changed != raw:
            where.write_bytes(changed)
            assert checked(where, trail.key).exit_code == 1, f"byte {at}, change {how}"
            count += 1
    return count


@pytest.mark.parametrize("step", [127, pytest.param(1, marks=pytest.mark.slow)])
def test_a_changed_byte_is_found(trail: Trail, tmp_path: Path, step: int) -> None:
    """Changed, removed, inserted, swapped."""
    size = trail.path.stat().st_size
    places = ((at, how) for at in range(0, size, step) for how in range(4))
    assert refused(trail, tmp_path / "changed.zip", places) > 3 * size // step


def lines_changed(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[dict[str, bytes]], None]:
    def apply(files: dict[str, bytes]) -> None:
        files["entries.jsonl"] = b"".join(change(files["entries.jsonl"].splitlines(keepends=True)))

    return apply


def changed_line(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2].replace(b'"ver":"', b'"ver":"9'), *lines[3:]]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (changed_line, "CONTENT"),
        (lambda lines: [*lines[:2], lines[2].replace(b'"kind"', b' "kind"'), *lines[3:]], "CONTENT"),
        (lambda lines: lines[:2] + lines[3:], "ORDER"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "ORDER"),
        (lambda lines: lines[:2] + [lines[1]] + lines[2:], "ORDER"),
        (lambda lines: lines[:2], "ORDER"),
    ],
)
def test_the_first_bad_entry_is_named(
    trail: Trail, tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], kind: str
) -> None:
    files = dict(trail.files)
    lines_changed(change)(files)
    verdict = checked(forged(tmp_path, files), trail.key)
    assert verdict.exit_code == 1 and verdict.first is not None
    assert (verdict.first.kind, verdict.first.index) == (kind, trail.index(2))


def test_whoever_signs_anew_is_not_the_bank(trail: Trail, tmp_path: Path) -> None:
    """Consistent in itself, down to the checkpoint, under a key of the forger's own."""
    private = Ed25519PrivateKey.generate()
    checkpoint = Checkpoint(trail.key.name, 12, root_of([b"x" * 32] * 12))
    key = public_of(trail.key.name, private)
    files = {
        **trail.files,
        "entries.jsonl": b"",
        "leaves.jsonl": b"",
        "payloads.jsonl": b"",
        "proofs.jsonl": b'"%b"\n' % checkpoint.root.hex().encode(),
        "checkpoint": signed(checkpoint, private).encode(),
        "keys/log.pub.pem": pem_of(key.raw).encode(),
    }

    def told(manifest: Any) -> Any:
        manifest["scope"]["entries"] = 0
        manifest["log"] |= {"size": "12", "root": checkpoint.root.hex()}
        return manifest

    path = forged(tmp_path, files, private, told)
    assert checked(path, key).exit_code == 0, "to those who trust the forger"
    assert checked(path, None).exit_code == 2
    verdict = checked(path, trail.key)
    assert verdict.exit_code == 1 and verdict.first is not None and verdict.first.kind == "SIGNATURE"


@pytest.mark.parametrize("name", [name for name in ORDER if name not in UNLISTED])
def test_a_file_changed_with_its_sums_is_found_by_the_signature(trail: Trail, tmp_path: Path, name: str) -> None:
    files = {**trail.files, name: trail.files[name][:-2] + b"!\n"}
    verdict = checked(forged(tmp_path, files), trail.key)
    assert verdict.exit_code == 1 and "SIGNATURE" in {one.kind for one in verdict.problems}


def test_a_checkpoint_that_was_kept_shows_what_was_only_added_to(trail: Trail, world: Database) -> None:
    with reading() as connection:
        size, tree = checked(trail.path, trail.key).size, Tree(connection)
        kept = Checkpoint(trail.key.name, size - 5, tree.hash_of(0, size - 5))
        proof = consistency_since(connection, size - 5, size)
        newest = latest(connection)
    assert newest is not None and newest.checkpoint.size == size, "the pipeline sealed the log"
    good = checked(trail.path, trail.key, since=kept, proof=proof)
    assert good.exit_code == 0 and good.since == size - 5
    assert checked(trail.path, trail.key, since=kept).exit_code == 2
    other = Checkpoint(kept.origin, kept.size, b"x" * 32)
    assert checked(trail.path, trail.key, since=other, proof=proof).exit_code == 1
    elsewhere = Checkpoint("elsewhere", kept.size, kept.root)
    assert checked(trail.path, trail.key, since=elsewhere, proof=proof).exit_code == 1


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """As a stranger runs it: nothing of the console's may be loaded, and nobody may be called."""
    guard = (
        "import sys, runpy, socket\n"
        "for name in ('django', 'psycopg', 'msgspec', 'celery', 'redis', 'ssl', 'http'): sys.modules[name] = None\n"
        "socket.socket = None\n"
        "runpy.run_module('audit.trails.verify', run_name='__main__', alter_sys=True)\n"
    )
    call = [sys.executable, "-c", guard, *map(str, arguments)]
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(call, cwd="/", env=plain | environment, capture_output=True, text=True, timeout=60)


def test_it_runs_alone(trail: Trail, tmp_path: Path) -> None:
    pem = tmp_path / "log.pem"
    pem.write_text(pem_of(trail.key.raw))
    for key in (str(trail.key), pem):
        done = run(trail.path, "--key", key, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["result"] == "verified" and not done.stderr
    done = run(trail.path)
    assert done.returncode == 2 and done.stdout.startswith("INCOMPLETE") and "Not proven" in done.stdout
    (tmp_path / "bad.zip").write_bytes(trail.path.read_bytes()[:-1])
    assert run(tmp_path / "bad.zip", "--key", str(trail.key)).returncode == 1
    for wrong in ([], [tmp_path / "none.zip"], [trail.path, "--key", "x"], [trail.path, "--since", tmp_path / "no"]):
        assert run(*wrong).returncode == 3


def test_its_instructions_work_as_they_are_written(trail: Trail, tmp_path: Path) -> None:
    folder = unpack(trail.path, tmp_path)
    text = (folder / "VERIFY.txt").read_text()
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert len(commands) == 10

    def done(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60)

    outcomes = [done(command) for command in commands]
    assert [one.returncode for one in outcomes] == [0] * 10, [one.stderr for one in outcomes]
    assert outcomes[6].stdout == outcomes[7].stdout and len(outcomes[7].stdout) == 65
    raw = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(raw.replace(b"eva", b"eve"))
    assert [done(command).returncode for command in commands[:3]] == [1, 0, 1]


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_refused_and_never_fails(trail: Trail, tmp_path: Path, seed: int) -> None:
    chance, raw = random.Random(seed), bytearray(trail.path.read_bytes())
    for _ in range(40):
        noisy = bytearray(raw)
        for _ in range(chance.randrange(1, 30)):
            noisy[chance.randrange(len(noisy))] = chance.randrange(256)
        cut = noisy[: chance.randrange(len(noisy))] if chance.random() < 0.5 else noisy
        (tmp_path / "noisy.zip").write_bytes(bytes(cut))
        assert checked(tmp_path / "noisy.zip", trail.key).exit_code == 1 or bytes(cut) == raw


@pytest.mark.slow
def test_a_large_trail_is_checked_in_little_time_and_memory(tmp_path: Path) -> None:
    key = large.write(1_000_000, tmp_path / "large")
    path = tmp_path / "large" / "trail.zip"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    call = (
        "import sys; from audit.trails.verify.__main__ import main; code = main(sys.argv[1:]);"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(peak.split()[1], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", call, path, "--key", key, "--without-derivation"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert int(done.stderr) < 64 * 1024, "KiB"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 30, "seconds of the processor"
    begun = time.process_time()
    assert verify(path, Trusted(PublicKey.parse(key))).is_derived
    assert time.process_time() - begun < 90, "with the events folded again"
    chance = random.Random(9)
    with path.open("r+b") as file:
        for _ in range(3):
            at = chance.randrange(path.stat().st_size)
            file.seek(at)
            byte = file.read(1)
            for content, code in ((bytes([byte[0] ^ 16]), 1), (byte, None)):
                file.seek(at)
                file.write(content)
                file.flush()
                assert code is None or checked(path, PublicKey.parse(key)).exit_code == code
