"""What a command makes beside a trail: copies for people, and everything encrypted to whom it goes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from audit.errors import WhereaboutsError
from audit.trails.delivery import write_report
from audit.trails.encryption import encrypt, require_public
from audit.trails.spreadsheet import write_table
from audit.trails.told import told


def add_copy_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pdf", type=Path, metavar="FILE.pdf", help="also a PDF to read")
    parser.add_argument("--table", type=Path, metavar="FILE.csv", help="also a table for a spreadsheet")
    parser.add_argument("--language", default="en", help="whose separators the table has: en, da, de ... (default en)")
    parser.add_argument("--to", metavar="KEY", help="encrypt every file to this public key of age or SSH: FILE.zip.age")


def check_copies(options: dict[str, Any]) -> None:
    """Before anything is made. Raises UsageError."""
    if options["to"] is not None:
        require_public(options["to"])


def copies(trail: Path, options: dict[str, Any]) -> list[Path]:
    """The files as they lie in the end, the trail first. Raises WhereaboutsError."""
    made = [trail]
    try:
        if options["table"] is not None:
            made.append(options["table"])
            _table(trail, made[-1], options["language"])
        if options["pdf"] is not None:
            made.append(options["pdf"])
            if not write_report(trail, made[-1]):
                raise WhereaboutsError(f"{made[-1]} could not be laid out or written; the trail is whole without it")
    finally:
        if options["to"] is not None:
            made = [encrypt(file, options["to"]) for file in made if file.exists()]
    return made


def _table(trail: Path, target: Path, language: str) -> None:
    try:
        with told(trail) as opened:
            write_table(opened, target, language)
    except OSError as error:
        raise WhereaboutsError(f"{target} cannot be written: {error.strerror}") from error
