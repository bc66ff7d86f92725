"""The keys, for those who cannot open the list that `?` opens."""

from __future__ import annotations

from django.http import HttpResponse

from console.visit import Visit, looked


@looked("help", is_recorded=False)
def help(visit: Visit) -> HttpResponse:
    return visit.show("help.html")
