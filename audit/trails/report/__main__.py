"""`python -m audit.trails.report TRAIL.zip REPORT.pdf`: the same bytes that the console made from this trail."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

from audit.errors import WhereaboutsError

FAILED, USAGE = 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m audit.trails.report", description="The PDF of a trail. Checks nothing.")
    parser.add_argument("trail", type=Path, metavar="TRAIL.zip")
    parser.add_argument("target", type=Path, metavar="REPORT.pdf")
    options = parser.parse_args(arguments)
    try:
        from audit.trails.report.typeset import typeset
    except ImportError as error:
        print(f"the PDF needs `pip install typst==0.15.2` ({error.name} is missing)", file=sys.stderr)
        return FAILED
    try:
        typeset(options.trail, options.target)
    except WhereaboutsError as error:
        print(error, file=sys.stderr)
        return FAILED
    except (OSError, BadZipFile, KeyError, ValueError, TypeError) as error:
        print(f"{options.trail} is not read as a trail: {error}", file=sys.stderr)
        return USAGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
