"""Every page's address. A subject is named by its kind and our own number for it, never by the bank's identifier."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path, register_converter
from django.urls.converters import IntConverter

from console.views.access_report import access_report, withheld
from console.views.approvals import approval_ask, approval_decide, approval_do, approvals
from console.views.break_glass import break_glass
from console.views.case import case, case_add, case_open, cases
from console.views.case_export import case_export
from console.views.case_pin import case_pin, case_pin_finding
from console.views.compare import compare_page
from console.views.desk import desk
from console.views.erasure import erasure
from console.views.export import export, export_file, export_start
from console.views.finding import acknowledge, finding, finding_correct, finding_mute
from console.views.findings import findings, findings_file
from console.views.flows import flows
from console.views.help import help
from console.views.home import home
from console.views.incoming import incoming_page
from console.views.link import link
from console.views.list import place_list, places_list, subject_list
from console.views.looks import looks, looks_file
from console.views.news import news
from console.views.overview import overview
from console.views.place import place, places
from console.views.reason import reason
from console.views.reviews import review, reviews
from console.views.search import found, search
from console.views.sign_in import bank, bank_back, bank_ended, sign_in, sign_in_code, sign_in_telephone, sign_out
from console.views.sources import sources
from console.views.subject import subject
from console.views.unmask import unmask
from console.views.when import when
from console.views.who import who, who_else, who_file
from console.views.why import why, why_place


class Number(IntConverter):
    """One of our numbers, as large as the database takes it."""

    regex = "[0-9]{1,18}"


register_converter(Number, "number")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("sign-in", sign_in, name="sign_in"),
    path("sign-in/code", sign_in_code, name="sign_in_code"),
    path("sign-in/telephone", sign_in_telephone, name="sign_in_telephone"),
    path("sign-in/bank", bank, name="bank"),
    path("sign-in/bank/back", bank_back, name="bank_back"),
    path("sign-in/bank/ended", bank_ended, name="bank_ended"),
    path("sign-out", sign_out, name="sign_out"),
    path("desk", desk, name="desk"),
    path("overview", overview, name="overview"),
    path("findings", findings, name="findings"),
    re_path(r"^findings\.(?P<format>csv|json)$", findings_file),
    path("finding/<str:id>", finding, name="finding"),
    path("flows", flows, name="flows"),
    path("finding/<str:id>/acknowledge", acknowledge, name="acknowledge"),
    path("cases", cases, name="cases"),
    path("cases/open", case_open, name="case_open"),
    path("case/<number:id>", case, name="case"),
    path("case/<number:id>/add", case_add, name="case_add"),
    path("case/<number:id>/export", case_export, name="case_export"),
    path("finding/<str:id>/case", case_pin_finding, name="case_pin_finding"),
    path("of/<str:kind>/<number:id>/case", case_pin, name="case_pin"),
    path("sources", sources, name="sources"),
    path("looks", looks, name="looks"),
    re_path(r"^looks\.(?P<format>csv|json)$", looks_file),
    path("approvals", approvals, name="approvals"),
    path("finding/<str:id>/mute", finding_mute, name="finding_mute"),
    path("finding/<str:id>/correction", finding_correct, name="finding_correct"),
    path("of/<str:kind>/<number:id>/erasure", erasure, name="erasure"),
    path("approvals/<number:id>/do", approval_do, name="approval_do"),
    path("approvals/ask", approval_ask, name="approval_ask"),
    path("approvals/<number:id>/<str:decision>", approval_decide, name="approval_decide"),
    path("break-glass", break_glass, name="break_glass"),
    path("reviews", reviews, name="reviews"),
    path("reviews/<number:id>", review, name="review"),
    path("withheld", withheld, name="withheld"),
    path("of/customer/<number:id>/access-report", access_report, name="access_report"),
    path("link", link, name="link"),
    path("help", help, name="help"),
    path("search", search, name="search"),
    path("search/<str:token>", found, name="found"),
    path("export/<number:id>", export, name="export"),
    path("export/<number:id>/file", export_file, name="export_file"),
    path("places/<str:book>/<str:kind>", places, name="places"),
    re_path(r"^places/(?P<book>[^/]+)/(?P<kind>[^/]+)/places\.(?P<format>csv|json)$", places_list),
    path("place/<number:id>", place, name="place"),
    re_path(r"^place/(?P<id>[0-9]{1,18})/(?P<name>days|entries)\.(?P<format>csv|json)$", place_list),
    path("place/<number:id>/why", why_place, name="why_place"),
    path("who/<str:kind>", who, name="who"),
    re_path(r"^who/(?P<kind>[^/]+)/who\.(?P<format>csv|json)$", who_file),
    path("of/<str:kind>/<number:id>", subject, name="subject"),
    path("of/<str:kind>/<number:id>/why", why, name="why"),
    path("of/<str:kind>/<number:id>/when", when, name="when"),
    path("of/<str:kind>/<number:id>/who", who_else, name="who_else"),
    path("of/<str:kind>/<number:id>/reason", reason, name="reason"),
    path("of/<str:kind>/<number:id>/unmask", unmask, name="unmask"),
    path("of/<str:kind>/<number:id>/compare", compare_page, name="compare"),
    path("of/<str:kind>/<number:id>/incoming", incoming_page, name="incoming"),
    path("of/<str:kind>/<number:id>/news", news, name="news"),
    path("of/<str:kind>/<number:id>/export", export_start, name="export_start"),
    re_path(r"^of/(?P<kind>[^/]+)/(?P<id>[0-9]{1,18})/(?P<name>[a-z]+)\.(?P<format>csv|json)$", subject_list),
]
