"""What a team lead reviews: broken glass, and the week's sample of reasons."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.access import reviews as reviewing
from audit.access import texts
from audit.errors import UsageError
from audit.values import Subject
from console.asking import know_zone
from console.views.looks import know_of
from console.visit import Visit, looked, with_query


@looked("reviews", "review")
def reviews(visit: Visit) -> HttpResponse:
    know_zone(visit)
    monday = reviewing.week_named(visit.cursor("week") or "")
    found, sample = reviewing.broken(), reviewing.sample(monday)
    records = [item.record for item in (*found.waiting, *found.done, *sample)]
    know_of(visit, records)
    visit.subjects = [Subject.parse(text) for record in records for text in record.subjects if ":" in text]
    whys = texts.texts({record.details["why"] for record in records if "why" in record.details})
    return visit.show(
        "reviews.html", found=found, sample=sample, whys=whys, verdicts=reviewing.VERDICTS,
        week=reviewing.week_name(monday), before=reviewing.week_name(monday - reviewing.WEEK),
    )  # fmt: skip


@require_POST
@looked("reviews", is_recorded=False)
def review(visit: Visit, id: int) -> HttpResponse:
    """Recorded by itself: the record is what it does. Which right it takes depends on what is reviewed."""
    week = visit.request.POST.get("week", "")
    reviewing.week_named(week)
    if not visit.request.POST.get("verdict"):
        raise UsageError("choose a verdict")
    reviewing.review(visit.actor, id, visit.request.POST["verdict"])
    return HttpResponseRedirect(with_query(reverse("reviews" if visit.may("review") else "withheld"), {"week": week}))
