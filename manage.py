#!/usr/bin/env python
"""The commands of Whereabouts; `python manage.py help` lists them."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    from audit.management.base import run

    run(sys.argv)


if __name__ == "__main__":
    main()
