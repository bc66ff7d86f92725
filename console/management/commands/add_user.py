"""`manage.py add_user NAME --role ROLE`: a person who may sign in. The password is asked for, or read from a pipe."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from audit.access.people import ROLES
from audit.errors import UsageError
from audit.management.base import Command as BaseCommand
from console.people import add_user


class Command(BaseCommand):
    help = "Make a user with a role, or give an existing one another role and password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--role", required=True, choices=list(ROLES))

    def handle(self, *args: Any, **options: Any) -> None:
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password)
        except ValidationError as error:
            raise UsageError(" ".join(error.messages)) from None
        add_user(options["name"], password, options["role"])
        self.stdout.write(f"{options['name']} may sign in as {options['role']}")
