"""The web: pages over the engine's answers. The Celery application is loaded with it: tasks find their broker."""

from console.celery import application

__all__ = ["application"]
