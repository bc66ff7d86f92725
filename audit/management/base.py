"""What all our commands share: servers that run, a database that is up to date, one line for a person when it fails."""

from __future__ import annotations

import errno
import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import django
import msgspec
import psycopg
from django.core.management import execute_from_command_line, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter, OutputWrapper

from audit import servers
from audit.database import close_pools, unreachable
from audit.errors import UsageError, WhereaboutsError
from audit.management.progress import Progress
from audit.shown import escaped_json, visible

INTERRUPTED = 130
TERMINATED = 143

_OURS = ("audit", "console")
_WITHOUT_DATABASE = {"", "help", "--help", "-h", "version", "--version", "collectstatic", "findstatic"}
_WITHOUT_DATABASE |= {"makemessages", "compilemessages", "diffsettings", "startapp"}
_AS_OWNER = {"migrate", "makemigrations", "flush", "createcachetable", "sqlmigrate"}


class Command(BaseCommand):
    """Parse, call one function, report. `handle` raises a WhereaboutsError, whose exit code the process ends with."""

    needs_database = True
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """As Django's, except that wrong usage ends with 3."""
        parser = Parser(
            prog=f"{os.path.basename(prog_name)} {subcommand}",
            description=self.help or None,
            formatter_class=DjangoHelpFormatter,
            called_from_command_line=self._called_from_command_line,
            **kwargs,
        )
        for name in ("settings", "pythonpath"):
            parser.add_argument(f"--{name}", help=f"as in every Django command: {name}")
        parser.add_argument("--traceback", action="store_true", help="show where an error comes from")
        parser.set_defaults(no_color=True, force_color=False, skip_checks=True, verbosity=1)
        self.add_arguments(parser)
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        self._called_from_command_line = True
        wants_traceback = "--traceback" in argv
        try:
            options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
            self.execute(*options.pop("args", ()), **options)
            self.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough
        except Exception as error:
            line = None if wants_traceback else told(error)
            if line is None:
                raise
            end(line)
        finally:
            close_pools()

    def execute(self, *args: Any, **options: Any) -> str | None:
        if self.needs_database:
            make_ready()
        self.stdout = VisibleOutput(options.pop("stdout", None) or vars(self.stdout)["_out"])
        return super().execute(*args, **options)

    def print_json(self, value: Any) -> None:
        """One JSON object on a line of its own, and nothing else."""
        self.stdout.write(escaped_json(msgspec.json.encode(value).decode()))

    def progress(self) -> Progress:
        return Progress()


class VisibleOutput(OutputWrapper):
    """Standard output on which nothing that a stranger wrote steers the terminal or turns the line."""

    def write(self, msg: str = "", *rest: Any, **named: Any) -> None:  # type: ignore[override] # as Django's
        super().write(visible(msg), *rest, **named)


class Parser(CommandParser):
    """An argument parser whose complaints are one line and exit code 3."""

    def error(self, message: str) -> NoReturn:
        if not getattr(self, "called_from_command_line", False):
            raise CommandError(message, returncode=UsageError.exit_code)
        end(UsageError(f"{message} (see {self.prog} --help)"))


def make_ready() -> None:
    """Servers run, Django points at them, and the database has the shape that this code needs."""
    from audit.schema import bring_up_to_date, point_django_here

    servers.ensure()
    point_django_here()
    bring_up_to_date()


def told(error: Exception) -> WhereaboutsError | None:
    """The error as one line for a person; None where it is a fault of ours and its trace is wanted."""
    if isinstance(error, WhereaboutsError):
        return error
    if isinstance(error, CommandError):
        return _with_code(str(error), error.returncode)
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(cause, psycopg.errors.DiskFull) or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return WhereaboutsError("the disk is full: nothing half-written is kept; make room and try again")
    if isinstance(cause, psycopg.OperationalError):
        return unreachable(cause)
    return None


def _with_code(text: str, code: int) -> WhereaboutsError:
    error = WhereaboutsError(text)
    error.exit_code = code
    return error


def end(error: WhereaboutsError) -> NoReturn:
    """Say it on one line and end the process with its code."""
    text = visible(" ".join(str(error).split()))
    sys.stderr.write(f"error: {text}\n")
    sys.exit(error.exit_code)


def run(argv: list[str]) -> None:
    """What `manage.py` does: our commands prepare themselves, Django's get servers and a database first."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        django.setup()
        _run(argv, argv[1] if len(argv) > 1 else "")
    except WhereaboutsError as error:
        end(error)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        servers.release()


def _run(argv: list[str], name: str) -> None:
    from audit.schema import acting_as_owner, give_rights

    application = get_commands().get(name, "")
    module = application if isinstance(application, str) else application.__class__.__module__
    if name in _WITHOUT_DATABASE or module in _OURS:
        execute_from_command_line(argv)
    elif not module:
        raise UsageError(f"unknown command {name!r}; `python manage.py help` lists them")
    elif name in _AS_OWNER:
        _prepare_for_owner()
        with acting_as_owner():
            execute_from_command_line(argv)
        if name == "migrate":
            give_rights()
    else:
        make_ready()
        execute_from_command_line(argv)


def _prepare_for_owner() -> None:
    from audit.schema import make_roles, point_django_here

    servers.ensure()
    point_django_here()
    make_roles()


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)
