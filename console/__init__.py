"""The web: pages over the engine's answers. The Celery application is loaded with it, so that tasks find their broker."""

from console.celery import application

__all__ = ["application"]
