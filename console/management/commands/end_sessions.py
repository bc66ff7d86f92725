"""`manage.py end_sessions NAME`: for a lost computer, or somebody who must be out at once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from audit.errors import UsageError
from audit.management.base import Command as BaseCommand
from console.signing_in import end_sessions


class Command(BaseCommand):
    help = "End all sessions of a user at once; with --switch-off the user cannot sign in again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--switch-off", action="store_true", help="and let nobody sign in under this name")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise UsageError(f"nobody is called {options['name']!r}")
        if options["switch_off"]:
            user.is_active = False
            user.save(update_fields=["is_active"])
        ended = end_sessions(user, "switched off by a command" if options["switch_off"] else "ended by a command")
        self.stdout.write(f"{ended} sessions of {user.username} ended")
