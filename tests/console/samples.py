"""Answers made by hand, after the sketches: what pages are drawn from where no bank is needed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from audit.answers import shapes as s
from audit.values import Certainty, Clock, EventRef, Money, Place, Subject

START = datetime(2026, 11, 21, 11, 3, 6, 902000, UTC)
MODEL = "4f1c" * 16
NOW = s.AsOf(START + timedelta(days=2), Clock.RECORDED, True, True, START + timedelta(days=2), "dk-adapter")


def dkk(text: str) -> Money:
    return Money(int(Decimal(text) * 100), "DKK", 2)


def event(position: int) -> EventRef:
    return EventRef("core", f"6f1e-{position}", position)


def after(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


CUSTOMER = s.Link(Subject("customer", "C-20418"), "Customer C-20418", "Customer", 1)
ACCOUNT = s.Link(Subject("account", "A-3391"), "Account A-3391", "Account", 2)
SAVINGS = s.Link(Subject("account", "A-8810"), "Account A-8810", "Account", 3)
TRANSFER = s.Link(Subject("transfer", "T-7f3c1e0a"), "Transfer T-7f3c1e0a", "Transfer", 4)


def line(place: Place, title: str, book: str, amount: str, certainty: Certainty = Certainty.KNOWN) -> s.PlaceLine:
    return s.PlaceLine(place, title, "", book, dkk(amount), certainty, after(4), event(1), flow=TRANSFER, id=9)


RESERVED = line(Place("ledger", "reserved", "A-3391"), "reserved on the account A-3391", "ledger", "500.00")
CLEARING = line(Place("custody", "clearing", "dk"), "in DK clearing", "custody", "500.00", Certainty.UNCONFIRMED)


def told(
    number: int, milliseconds: int, lane: str, title: str, *causes: int, says: str = "", **flags: object
) -> s.EventLine:
    made = dict(
        ref=event(number), number=number, lane=lane, lane_title=lane, stream=f"{lane}-1", subject=None, version=number,
        type=title, title=title, says=says or title, tells="", occurred=after(milliseconds),
        recorded=after(milliseconds + 9),
        ingested=after(milliseconds + 200), caused_by=tuple(s.Cause(event(n), n) for n in causes), inferred=False,
        is_final=True, movements=(), findings=(), state=None,
    )  # fmt: skip
    return s.EventLine(**{**made, **flags})  # type: ignore[arg-type]


STORY = (
    (told(1, 0, "Account", "Transfer started", says="Transfer started, 500.00 DKK reserved"),),
    (told(2, 31, "Bank transfer", "Initiated", 1),),
    (told(3, 49, "Adapter transfer", "Initiated", 2),),
    (told(4, 101, "Adapter transfer", "Sent", 3), told(5, 101, "DK clearing", "Received", 4)),
    (told(6, 30101, "Adapter transfer", "Timed out", 4, is_timeout=True),),
    (told(7, 31301, "Adapter transfer", "Asked again", 6, is_retry=True, asks_again="question"),),
)


def steps(selected: int | None = None) -> tuple[s.StepLine, ...]:
    made: list[s.StepLine] = []
    before: datetime | None = None
    for number, events in enumerate(STORY, 1):
        time = events[0].recorded
        gap = Decimal(str((time - before).total_seconds())) if before else None
        is_after = selected is not None and number > selected
        made.append(
            s.StepLine(number, time, events[0].occurred, gap, events, f"c{number}", number == selected, is_after)
        )
        before = time
    return tuple(made)


def state(title: str, tone: str = "plain") -> s.StateLine:
    return s.StateLine(
        "adapter_transfer", "Adapter transfer", "adapter-1", "", title, title, False, tone == "bad",
        tone == "held", False,
        after(30101), event(6),
    )  # fmt: skip


def finding(number: int = 1, state: str = "open") -> s.FindingLine:
    return s.FindingLine(
        f"{number:064x}", "stuck", "Stuck", "high", TRANSFER, state,
        "The adapter transfer has been timed out for 2 d 0 h; 60 s are allowed",
        "The adapter transfer has been timed out for 2 d 0 h", after(60000), event(6),
        (event(6),), None,
        None, None, "An answer of the clearing: succeeded or failed", (dkk("500.00"),),
    )  # fmt: skip


def lanes() -> tuple[s.LaneColumn, ...]:
    names = ("Account", "Bank transfer", "Adapter transfer", "DK clearing")
    return tuple(s.LaneColumn(name, name, f"{name}-1", None, None) for name in names)


def detail(number: int) -> s.StepDetail:
    chosen = steps(number)[number - 1]
    technical = s.Technical(
        event(number), "adapter-1", number, "AdapterTransferTimedOut", "c-1", "e-4", None, 62665,
        '{\n  "transfer_id": "T-7f3c1e0a",\n  "receiver": {"name": "Mette H••••••"}\n}', None, "ab" * 32, None, None,
    )  # fmt: skip
    following = number + 1 if number < len(STORY) else None
    return s.StepDetail(
        chosen, number - 1 or None, following, (state("sent"),), (state("timed out", "held"),), (RESERVED, CLEARING),
        (RESERVED, CLEARING), (technical,),
    )  # fmt: skip


def where(link: s.Link = TRANSFER) -> s.Where:
    return s.Where(
        link, NOW, MODEL, (CLEARING,), (), (), (RESERVED,), True, True, (), "", (state("timed out", "held"),)
    )


def facts() -> tuple[s.Fact, ...]:
    return (
        s.Fact("receiver", "To", "Mette H••••••", "receiver.name", True),
        s.Fact("iban", "Account of the receiver", "•••• 4410", "receiver.iban", True),
        s.Fact("reference", "Reference", "rent november", "reference"),
        s.Fact("channel", "Started by", "the customer, in the app", "channel"),
    )


def transfer(step: int | None = None, **changes: object) -> s.TransferPage:
    made = dict(
        subject=TRANSFER, at=NOW, model=MODEL, title="500.00 DKK to Mette H••••••", money=dkk("500.00"),
        status="delayed",
        tone="held",
        tells="Your 500.00 DKK was sent to the Danish payment system on Saturday 21 November at 12.03. We do not"
        " have its answer yet. Until it comes, the amount stays reserved on your account.",
        waiting=(
            s.Waiting(
                "Waiting for the DK clearing's answer", event(7), ("Succeeded", "Failed"), after(61106),
                Decimal(172900),
                None,
            ),
        ),
        where=where(), facts=facts(), lanes=lanes(), steps=s.Page(steps(step), len(STORY)),
        missing=(
            s.MissingStep(
                "Adapter transfer", "Adapter transfer", "Adapter transfer-1", "yes or no", after(61106),
                Decimal(172900), event(7), "missing",
            ),
        ),
        selected=detail(step) if step else None,
        related=s.Page(
            (s.RelatedLine(TRANSFER, "250.00 DKK to Mette H••••••", "completed", "ok", dkk("250.00"), START),), 1
        ),
        findings=s.Page((finding(),), 1), crumbs=(CUSTOMER, ACCOUNT), complete=True, not_understood=(), newest="7",
    )  # fmt: skip
    return s.TransferPage(**{**made, **changes})  # type: ignore[arg-type]


def open_item() -> s.OpenItem:
    return s.OpenItem(
        TRANSFER, "Transfer to Mette H••••••", "sent", "sent", "held", True, (RESERVED, CLEARING), START, after(61000),
        dkk("500.00"),
    )  # fmt: skip


def balance(booked: str, held: str) -> s.BalanceLine:
    available = dkk(booked).units - dkk(held).units
    return s.BalanceLine(
        dkk(booked), dkk(held), Money(available, "DKK", 2), dkk("0.00"), START, event(1), (RESERVED,)
    )  # fmt: skip


def payment(title: str, who: str, state_title: str, tone: str, amount: str, booked: str | None) -> s.PaymentLine:
    return s.PaymentLine(
        TRANSFER, ACCOUNT, event(1), START, START, title, who, state_title, state_title, tone, dkk(amount),
        dkk(booked) if booked else None,
    )  # fmt: skip


def customer(**changes: object) -> s.CustomerPage:
    made = dict(
        subject=CUSTOMER, at=NOW, model=MODEL,
        answer="One transfer is late: 500.00 DKK to Mette H••••••, waiting for the DK clearing since Saturday."
        " Everything else is explained.",
        since=datetime(2019, 3, 14, 9, 0, tzinfo=UTC),
        facts=(s.Fact("name", "Name", "Anna M••••••", "name", True), s.Fact("city", "City", "Aarhus", "city")),
        open_items=s.Page((open_item(),), 1),
        accounts=s.Page(
            (
                s.AccountLine(ACCOUNT, None, (balance("12431.17", "849.00"),)),
                s.AccountLine(SAVINGS, None, (balance("84000.00", "0.00"),)),
            ),
            2,
        ),
        payments=s.Page(
            (
                payment("Card payment", "Netto, Aarhus", "held", "plain", "-349.00", None),
                payment("Transfer", "Mette H••••••", "delayed", "held", "-500.00", None),
                payment("Salary", "Kommune 751", "completed", "ok", "24118.00", "12431.17"),
                payment("Transfer, reversed", "Own account A-8810", "reversed", "ok", "0.00", "-11686.83"),
            ),
            1204, next="older",
        ),
        others=(), findings=s.Page((), 0), complete=True, not_understood=(), newest="7",
    )  # fmt: skip
    return s.CustomerPage(**{**made, **changes})  # type: ignore[arg-type]


def statement_row(number: int) -> s.StatementLine:
    return s.StatementLine(
        event(number), START - timedelta(days=number), START - timedelta(days=number), "Transfer",
        f"Transfer number {number}",
        "Mette H••••••", TRANSFER, dkk("-100.00"), dkk(f"{12000 + 100 * number}.00"), dkk("0.00"),
        START if number == 2 else None, True, (), f"c{number}",
    )  # fmt: skip


def account(**changes: object) -> s.AccountPage:
    made = dict(
        subject=ACCOUNT, at=NOW, model=MODEL,
        answer="11,582.17 DKK is available; 849.00 DKK of 12,431.17 DKK is held.",
        customers=(CUSTOMER,), states=(state("open"),), balances=(balance("12431.17", "849.00"),),
        can_hold=True, on_its_way=(CLEARING,), story=s.Page((), 0),
        holds=s.Page(
            (s.HoldLine(TRANSFER, "Transfer to Mette H••••••", "late", "held", dkk("500.00"), START, event(1), None),),
            1,
        ),
        statement=s.Page(tuple(statement_row(number) for number in range(1, 21)), None, next="older"),
        chart=tuple(
            s.ChartPoint(date(2026, 10, 1) + timedelta(days=day), dkk(f"{9000 + 137 * (day % 9) - 60 * day}"))
            for day in range(50)
        ),
        facts=(s.Fact("product", "Product", "everyday", "product"),), others=(), findings=s.Page((), 0), complete=False,
        not_understood=(event(8),), newest="7",
    )  # fmt: skip
    return s.AccountPage(**{**made, **changes})  # type: ignore[arg-type]


def source(name: str, kind: str, sealed: int, lag: float, *held_by: str) -> s.SourceLine:
    return s.SourceLine(name, kind, sealed + 7, 3, 1, 0, sealed, START, lag, True, held_by, None, None, START, 2)


def rule() -> s.RuleLine:
    return s.RuleLine("stuck", "Clearing never answered", "high", 48, 3, START, (dkk("312000.00"),))


def total(kind: str, title: str, amount: str, flows: int | None = None) -> s.PlaceTotal:
    return s.PlaceTotal(
        "ledger", "What the bank says each account holds", kind, title, dkk(amount), 10, Certainty.KNOWN, flows,
        START if flows else None, 48 if flows else None,
    )  # fmt: skip


def overview(**changes: object) -> s.Overview:
    made = dict(
        at=NOW, model=MODEL, model_name="demo-bank", position=1141666,
        places=(
            total("available", "Available to customers", "812400118.22"),
            total("reserved", "Reserved", "9182004.50", 1204),
            total("outside", "Outside the bank", "-821582122.72"),
        ),
        rules=(rule(),),
        sources=(source("core", "postgresql", 1141666, 0.3), source("dk-adapter", "postgresql", 9120, 240, "pid 4711")),
        subjects={"customer": 2000, "account": 3400}, kinds={"customer": "Customers", "account": "Accounts"},
        explained=s.Explained(Decimal("0.99998"), Decimal("0.9991"), Decimal("0.99998")),
        open_flows=s.Page((open_item(),), 1),
        sealed=s.Sealed(1141666, 1141504, 1141660, START, 0, None, None, False),
    )  # fmt: skip
    return s.Overview(**{**made, **changes})  # type: ignore[arg-type]
