"""The Celery application: work that outlasts a page. Messages are JSON and carry no personal data."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

from audit.given import given

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

EXPIRY_SECONDS = 60 * 60
ABANDONED_SECONDS = 60
UNACKNOWLEDGED_SECONDS_MAX = 6 * 60 * 60


def broker_url(redis_url: str) -> str:
    """Celery's spelling of a Redis address: a unix socket has a scheme of its own there."""
    scheme, _, rest = redis_url.partition("://")
    return f"redis+socket://{rest.replace('?db=', '?virtual_host=')}" if scheme == "unix" else redis_url


application = Celery("whereabouts")
application.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": UNACKNOWLEDGED_SECONDS_MAX},
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    enable_utc=True,
    beat_schedule={
        "exports": {"task": "audit.remove_expired_exports", "schedule": EXPIRY_SECONDS},
        "the whole log": {"task": "audit.check_log", "schedule": crontab(hour="3", minute="17")},
        "abandoned exports": {"task": "audit.make_abandoned_exports", "schedule": ABANDONED_SECONDS},
    },
    beat_scheduler="celery.beat:Scheduler",  # remembers nothing: no file is left anywhere
)
# Read when first needed: embedded servers set REDIS_URL after this module is imported.
application.add_defaults(lambda: {"broker_url": broker_url(given("REDIS_URL") or "redis://127.0.0.1:6379/0")})
application.autodiscover_tasks(["audit", "console"])
