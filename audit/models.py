"""The console's own records, kept by the ORM: rights, open doors, and what everyone did (append-only)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Right(models.Model):
    """That a role may do an action."""

    role = models.TextField()
    action = models.TextField()

    class Meta:
        db_table = "access_right"
        constraints = [models.UniqueConstraint(fields=["role", "action"], name="access_right_once")]

    def __str__(self) -> str:
        return f"{self.role} may {self.action}"


class OpenDoor(models.Model):
    """One customer, opened for one session, with a reason, until a time. Fields opened inside it have their own end."""

    actor = models.TextField()
    role = models.TextField()
    session = models.TextField()
    subject = models.TextField()
    reason_code = models.TextField()
    ticket = models.TextField(default="")
    caller_identified = models.TextField(default="")
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    unmasked = models.JSONField(default=dict)
    is_broken = models.BooleanField(default=False)  # glass was broken for it: a restricted customer shows behind it

    class Meta:
        db_table = "open_door"
        indexes = [
            models.Index(fields=["session", "actor", "subject", "closes_at"], name="open_door_session"),
            models.Index(fields=["actor", "closes_at"], name="open_door_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} until {self.closes_at:%H:%M}"


class Restricted(models.Model):
    """A customer whom nobody may know of but those named: imported as the owner, never written by the console."""

    kind = models.TextField()
    key = models.TextField()
    ground = models.TextField()  # staff, household, protected
    may_open = models.JSONField(default=list)  # users' names, and roles as role:NAME

    class Meta:
        db_table = "restricted"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="restricted_once")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}: {self.ground}"


class AuditRecord(models.Model):
    """What somebody did, written before they see the outcome. The table refuses every change (migration 0002)."""

    kind = models.TextField()  # one of audit.access.looks.KINDS, or of the console itself audit.log.own_records.OwnKind
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.TextField()
    role = models.TextField(default="")
    session = models.TextField(default="")
    address = models.TextField(default="")
    subjects = models.JSONField(default=list)
    page = models.TextField(default="")
    unmasked = models.JSONField(default=list)
    moment = models.TextField(default="")
    reason_code = models.TextField(default="")
    ticket = models.TextField(default="")
    caller_identified = models.TextField(default="")
    outcome = models.TextField(default="")
    duration_ms = models.IntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_record"
        indexes = [
            models.Index(fields=["-recorded_at", "-id"], name="audit_record_newest"),
            models.Index(fields=["actor", "-recorded_at"], name="audit_record_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.kind} {self.page}"


class Export(models.Model):
    """A trail that somebody asked for. A worker moves it from waiting over working to done or failed."""

    subject = models.TextField()
    moment = models.TextField(default="")  # RFC 3339; "" means now
    clock = models.TextField(default="recorded")
    actor = models.TextField()
    role = models.TextField(default="")
    session = models.TextField(default="")
    door_subject = models.TextField(default="")
    reason_code = models.TextField(default="")
    ticket = models.TextField(default="")
    caller_identified = models.TextField(default="")
    asked_at = models.DateTimeField(db_default=Now())
    state = models.TextField(default="waiting")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    trouble = models.TextField(default="")
    file = models.TextField(default="")  # its name in the exports' folder, once done
    finished_at = models.DateTimeField(null=True)
    since = models.TextField(default="")  # RFC 3339; the range of time ends at the moment
    accounts = models.JSONField(default=list)  # chosen ones; none: all
    side = models.TextField(default="")  # of a flow: whose events are shown; "": everybody's
    approval = models.BigIntegerField(null=True)  # the second person's leave, where it needs one
    recipient = models.TextField(default="")  # the public key that all files are encrypted to
    language = models.TextField(default="en")  # of who asked, for the table
    manifest = models.TextField(default="")  # SHA-256 of manifest.json, which names the trail
    expires_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    sealed_anew = models.BigIntegerField(default=0)  # the last record of that kind when its making began

    class Meta:
        db_table = "export"

    def __str__(self) -> str:
        return f"export {self.pk} of {self.subject}: {self.state}"


class KeptText(models.Model):
    """What somebody wrote about subjects, sealed under a key of its own; erasing takes key, salt and text."""

    subjects = models.JSONField(default=list)
    wrapped = models.BinaryField(null=True)
    salt = models.BinaryField(null=True)
    nonce = models.BinaryField(null=True)
    ciphertext = models.BinaryField(null=True)
    commitment = models.BinaryField()
    written_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kept_text"

    def __str__(self) -> str:
        return f"text {self.pk}"


class Approval(models.Model):
    """That somebody asks for something that needs two people. A trigger guards its way (migration 0004)."""

    kind = models.TextField()
    what = models.TextField()
    why = models.ForeignKey(KeptText, on_delete=models.PROTECT)
    details = models.JSONField(default=dict)
    requester = models.TextField()
    requester_role = models.TextField(default="")
    asked_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_default=Now())
    state = models.TextField(default="pending")  # then approved, refused or expired; approved, then used or expired
    approver = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "approval"
        constraints = [
            models.CheckConstraint(condition=~models.Q(requester=""), name="approval_has_requester"),
            models.CheckConstraint(
                condition=models.Q(approver="") & models.Q(state__in=("pending", "expired"))
                | ~models.Q(approver="") & ~models.Q(approver__iexact=models.F("requester")),
                name="approval_of_another_person",
            ),
            models.UniqueConstraint(
                fields=["kind", "what"],
                condition=models.Q(state="pending") & ~models.Q(kind__in=("list_export", "bulk_unmask")),
                name="approval_asked_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "what", "requester"],
                condition=models.Q(state="pending"),
                name="approval_asked_once_by_one",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="approval_state")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.what}: {self.state}"


class Case(models.Model):
    """An investigation. Everything that is known of it stands in its entries."""

    opened_at = models.DateTimeField(db_default=Now())
    opened_by = models.TextField()
    is_secret = models.BooleanField(default=False)  # only for those with the right `secrecy`

    class Meta:
        db_table = "investigation"

    def __str__(self) -> str:
        return f"case {self.pk}"


class CaseEntry(models.Model):
    """One thing that was added to a case; the table refuses every change (migration 0005)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    kind = models.TextField()  # one of audit.cases.entries.KINDS
    added_at = models.DateTimeField(db_default=Now())
    added_by = models.TextField()
    role = models.TextField(default="")
    subject = models.TextField(default="")  # whom a pin is about
    customers = models.JSONField(default=list)  # whose that is: their erasure takes what was written in the case
    reference = models.TextField(default="")  # an event, a finding, a question, another case or a subject
    position = models.BigIntegerField(null=True)  # of an event in our log
    value = models.TextField(default="")  # of a status or a verdict
    # what somebody wrote, or a pinned finding or answer as it was then, everything personal masked (JSON)
    text = models.ForeignKey(KeptText, on_delete=models.PROTECT, null=True)
    digest = models.TextField()  # of all this; the record in the log has it too

    class Meta:
        db_table = "case_entry"
        indexes = [models.Index(fields=["case", "id"], name="case_entry_case")]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"


class Retention(models.Model):
    """How long a class of record is kept, and on which ground; the newest row of a class is in force (append-only)."""

    record_class = models.TextField(db_column="class")
    days = models.PositiveIntegerField()
    begins = models.TextField()  # what the days are counted from
    ground = models.TextField()
    set_by = models.TextField()
    set_at = models.DateTimeField(db_default=Now())
    approval = models.ForeignKey(Approval, null=True, on_delete=models.PROTECT)  # where it became shorter

    class Meta:
        db_table = "retention"

    def __str__(self) -> str:
        return f"{self.record_class}: {self.days} days"


class LegalHold(models.Model):
    """That nothing of a subject may be erased, until it is lifted."""

    subject = models.TextField()
    why = models.ForeignKey(KeptText, on_delete=models.PROTECT)
    placed_by = models.TextField()
    placed_at = models.DateTimeField(db_default=Now())
    lifted_by = models.TextField(default="")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "legal_hold"
        indexes = [models.Index(fields=["subject"], name="legal_hold_subject")]
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=models.Q(lifted_at=None), name="legal_hold_once")
        ]

    def __str__(self) -> str:
        return f"hold on {self.subject}"


class Mute(models.Model):
    """That a rule's findings (of one subject, or "" of all) are shown as muted until a day (append-only)."""

    what = models.TextField()  # as it was approved
    rule = models.TextField()
    subject = models.TextField(default="")
    until = models.DateField()
    muted_by = models.TextField()
    muted_at = models.DateTimeField(db_default=Now())
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT)

    class Meta:
        db_table = "mute"
        indexes = [models.Index(fields=["rule", "until"], name="mute_rule")]

    def __str__(self) -> str:
        return self.what


class CorrectionNote(models.Model):
    """What was put right by hand outside, said of a subject and perhaps of a finding of it (append-only)."""

    what = models.TextField()  # as it was approved
    subject = models.TextField()
    finding = models.TextField(default="")
    text = models.ForeignKey(KeptText, on_delete=models.PROTECT)
    written_by = models.TextField()
    written_at = models.DateTimeField(db_default=Now())
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT)

    class Meta:
        db_table = "correction_note"
        indexes = [
            models.Index(fields=["subject"], name="correction_note_subject"),
            models.Index(fields=["finding"], name="correction_note_finding"),
        ]

    def __str__(self) -> str:
        return self.what
