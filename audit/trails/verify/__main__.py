"""`python -m audit.trails.verify FILE.zip`: 0 verified, 1 tampered, 2 incomplete, 3 usage."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from audit.log.cosignatures import seen_by, witness_of
from audit.log.signed_notes import PublicKey, opened
from audit.trails.signatures import raw_of
from audit.trails.verify.checks import Trusted, verify
from audit.trails.verify.earlier import earlier_of
from audit.trails.verify.page import render
from audit.trails.verify.verdict import USAGE, Bad

FILE_MAX = 1 << 20  # of what is given beside the trail


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"error: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _Parser(prog="python -m audit.trails.verify", description="Check a trail, offline.")
    parser.add_argument("file", type=Path, metavar="FILE.zip")
    parser.add_argument("--key", help="the log's public key, from elsewhere: NAME+ID+BASE64, or a file that holds it")
    parser.add_argument("--since", type=Path, metavar="CHECKPOINT", help="a checkpoint of this log that you kept")
    parser.add_argument("--proof", type=Path, metavar="JSON", help="what `prove --since SIZE --to SIZE --json` printed")
    parser.add_argument("--earlier", type=Path, metavar="EARLIER.zip", help="a trail of the same subject from before")
    parser.add_argument("--witness", action="append", default=[], metavar="KEY", help="a witness that you trust")
    parser.add_argument("--tsa-ca", type=Path, metavar="PEM", help="the time-stamp authority's certificates")
    parser.add_argument("--without-derivation", action="store_true", help="do not fold the events again")
    parser.add_argument("--render", type=Path, metavar="FILE.html", help="write a page of the verified entries")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        if options.render is not None and options.render.exists():
            if options.render.samefile(options.file):
                parser.error("--render would write over the trail: name another file")
            if not options.render.is_file():
                parser.error("--render names something that is no file")
        pinned = None if options.key is None else _key(options.key)
        witnesses = [witness_of(_text(one)) for one in options.witness]
        since = None if options.since is None else _read(options.since)
        kept = None if since is None else opened(since, None)  # its keeper kept it: a key before may have signed it
        seen = () if since is None else seen_by(since, witnesses)
        earlier = None if options.earlier is None else earlier_of(options.earlier, pinned)
        proof = [] if options.proof is None else _proof(options.proof)
        authority = None if options.tsa_ca is None else _read(options.tsa_ca).encode()
        derives = not options.without_derivation
        verdict = verify(options.file, Trusted(pinned, kept, proof, authority, witnesses, seen, earlier, derives))
        if options.render is not None:
            render(verdict, options.render)
    except OSError as error:
        return _unreadable(f"{error.filename or options.file} cannot be read or written: {error.strerror or error}")
    except Bad as changed:
        return _unreadable(f"{options.file}: {changed}")
    except ValueError as error:
        parser.error(str(error))
    if options.json:
        print(json.dumps(verdict.document(), ensure_ascii=True))
    else:
        print("\n".join(verdict.lines()))
    return verdict.exit_code


def _unreadable(why: str) -> int:
    print(f"error: {why}", file=sys.stderr)
    return USAGE


def _key(text: str) -> PublicKey | bytes:
    given = _text(text)
    return raw_of(given) if given.startswith("-----") else PublicKey.parse(given)


def _text(text: str) -> str:
    """A verifier key, or what the file of this name holds."""
    return text if "+" in text and not Path(text).exists() else _read(Path(text))


def _proof(path: Path) -> list[bytes]:
    try:
        return [bytes.fromhex(step) for step in json.loads(_read(path))["proof"]]
    except (KeyError, TypeError, RecursionError):
        raise ValueError(f"{path} is not what `prove --since SIZE --json` prints") from None


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(FILE_MAX).decode()


if __name__ == "__main__":
    sys.exit(main())
