"""Makes the engine known to Django: its migrations, its commands and its checks; nothing of the web."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Whereabouts engine"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit.server_log import check_server_log

        checks.register(check_server_log, deploy=True)
