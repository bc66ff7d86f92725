"""`manage.py forget_telephone NAME`: for somebody whose telephone is lost. The next sign-in sets up another one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from audit.errors import UsageError
from audit.management.base import Command as BaseCommand
from console.people import forget_telephone


class Command(BaseCommand):
    help = "Take away a user's second factor; the next sign-in sets up another one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise UsageError(f"nobody is called {options['name']!r}")
        had_one = forget_telephone(user)
        self.stdout.write(f"{user.username} {'sets up another telephone' if had_one else 'had no telephone here'}")
