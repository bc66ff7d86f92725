"""`manage.py demo_users [--json]`: one user for each role, and their logins."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from audit.management.base import Command as BaseCommand
from console.people import demo_users


class Command(BaseCommand):
    help = "Make one user for each role (for a demo) and print their logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        logins = demo_users()
        if options["json"]:
            self.print_json({"logins": [asdict(login) for login in logins]})
            return
        for login in logins:
            self.stdout.write(f"{login.username:<16} {login.password}  role {login.role}")
