"""Makes the engine known to Django: its migrations and its commands; nothing of the web."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Whereabouts engine"
    default_auto_field = "django.db.models.BigAutoField"
