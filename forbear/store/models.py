"""The tables. A page never sees one: the ports hand out plain values.

`event` and `secret` are the record and only ever grow (migration 0002 has the database refuse anything else);
`case_line` can be made anew from it; the rest is what has to be looked up or done at a time.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from forbear.store.chat_tables import ChatPresence as ChatPresence
from forbear.store.chat_tables import ChatRoom as ChatRoom
from forbear.store.chat_tables import HandoverTaken as HandoverTaken
from forbear.store.contact_budget_tables import ContactCaseRow as ContactCaseRow
from forbear.store.contact_budget_tables import ContactRow as ContactRow
from forbear.store.conversation_tables import CannedReplyRow as CannedReplyRow
from forbear.store.conversation_tables import DraftRow as DraftRow
from forbear.store.conversation_tables import MessageMark as MessageMark
from forbear.store.leaving_tables import LookRow as LookRow
from forbear.store.loan_tables import BorrowerRow as BorrowerRow
from forbear.store.loan_tables import LoanRow as LoanRow
from forbear.store.log_tables import AttestationRow as AttestationRow
from forbear.store.log_tables import CheckpointRow as CheckpointRow
from forbear.store.log_tables import TreeNode as TreeNode
from forbear.store.mail_tables import MailIn as MailIn
from forbear.store.paper_tables import PaperMark as PaperMark
from forbear.store.sms_tables import TextInRow as TextInRow
from forbear.store.sms_tables import TextOutRow as TextOutRow
from forbear.store.sms_tables import TextPieceRow as TextPieceRow
from forbear.store.telephone_tables import CallCount as CallCount
from forbear.store.telephone_tables import CallRequest as CallRequest
from forbear.store.telephone_tables import CallRow as CallRow
from forbear.store.telephone_tables import Extension as Extension
from forbear.store.upload_tables import UploadLinkRow as UploadLinkRow
from forbear.store.upload_tables import UploadRow as UploadRow
from forbear.store.webhook_tables import WebhookAttemptRow as WebhookAttemptRow
from forbear.store.webhook_tables import WebhookRow as WebhookRow


class Event(models.Model):
    """One fact, as the exact bytes that were hashed; `leaf` counts all events from 0 without a gap."""

    leaf = models.BigIntegerField(primary_key=True)
    case_id = models.CharField(max_length=64)
    seq = models.IntegerField()
    type = models.CharField(max_length=64)
    body = models.BinaryField()
    leaf_hash = models.BinaryField()

    class Meta:
        db_table = "event"
        constraints = (
            models.UniqueConstraint(fields=("case_id", "seq"), name="event_case_seq"),
            models.CheckConstraint(condition=Q(leaf__gte=0), name="event_leaf_from_0"),
            models.CheckConstraint(condition=Q(seq__gte=0), name="event_seq_from_0"),
            models.CheckConstraint(condition=Exact(Length("leaf_hash"), 32), name="event_hash_32"),
        )


class Secret(models.Model):
    """A disclosure of an event, sealed under a data key with leaf hash and `n`: it opens in its own place only."""

    pk = models.CompositePrimaryKey("leaf", "n")
    leaf = models.BigIntegerField()
    n = models.SmallIntegerField()
    name = models.CharField(max_length=64)
    key_id = models.CharField(max_length=40, db_index=True)
    ct = models.BinaryField()

    class Meta:
        db_table = "secret"


class DataKey(models.Model):
    """The key of a (case, retention class), wrapped; NULL once destroyed, by the event at `destroyed_leaf`."""

    key_id = models.CharField(max_length=40, primary_key=True)
    case_id = models.CharField(max_length=64)
    retention = models.CharField(max_length=16, db_column="class")
    wrapped = models.BinaryField(null=True)
    destroyed_leaf = models.BigIntegerField(null=True)

    class Meta:
        db_table = "data_key"
        constraints = (
            models.UniqueConstraint(
                fields=("case_id", "retention"), condition=Q(destroyed_leaf=None), name="data_key_one_live"
            ),
        )


class Blob(models.Model):
    """An encrypted file of the vault; `path` is relative to the vault's directory."""

    blob_id = models.CharField(max_length=40, primary_key=True)
    key_id = models.CharField(max_length=40, db_index=True)
    size = models.BigIntegerField()
    path = models.CharField(max_length=200)

    class Meta:
        db_table = "blob"


class Command(models.Model):
    """What an idempotency key did: `count` events from `leaf` on, for the request with this hash."""

    key = models.CharField(max_length=200, primary_key=True)
    req_hash = models.BinaryField()
    leaf = models.BigIntegerField()
    count = models.IntegerField()

    class Meta:
        db_table = "command"


class Head(models.Model):
    """One row: the log's size, last time and Merkle frontier. Locking it makes one writer at a time."""

    one = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    frontier = models.BinaryField(default=b"")

    class Meta:
        db_table = "head"
        constraints = (models.CheckConstraint(condition=Q(one=1), name="head_one_row"),)


class CaseRow(models.Model):
    """The queue's line of a case. `contract` and `name` are sealed under the case's identity key."""

    case_id = models.CharField(max_length=64, primary_key=True)
    loan_id = models.CharField(max_length=64, db_index=True)
    borrower_id = models.CharField(max_length=64, db_index=True)
    key_id = models.CharField(max_length=40)
    contract = models.BinaryField()
    contract_index = models.BinaryField(db_index=True)
    name = models.BinaryField()
    name_index = models.BinaryField(db_index=True)
    stage = models.CharField(max_length=32)
    standing = models.CharField(max_length=32)
    waits_for = models.CharField(max_length=16)
    open = models.BooleanField()
    watch_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    due_what = models.CharField(max_length=64)
    agent = models.CharField(max_length=64)
    reviewer = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    seq = models.IntegerField()

    class Meta:
        db_table = "case_line"
        indexes = (
            models.Index(fields=("due_on", "changed_at", "case_id"), condition=Q(open=True), name="case_line_queue"),
            models.Index(
                fields=("waits_for", "due_on", "changed_at", "case_id"), condition=Q(open=True), name="case_line_waits"
            ),
            models.Index(fields=("waits_for", "stage"), condition=Q(open=True), name="case_line_counts"),
            models.Index(fields=("watch_on",), condition=Q(watch_on__isnull=False), name="case_line_watch"),
        )


class AgendaItem(models.Model):
    """Something due at a time. `state`: due, done, failed (a person's task now), settled (a person did it)."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=32)
    case_id = models.CharField(max_length=64)
    body = models.JSONField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    state = models.CharField(max_length=8, default="due")
    error = models.TextField(default="")

    class Meta:
        db_table = "agenda"
        indexes = (
            models.Index(fields=("due_at", "id"), condition=Q(state="due"), name="agenda_due"),
            models.Index(fields=("id",), condition=Q(state="failed"), name="agenda_failed"),
        )


class ChallengeRow(models.Model):
    """A one-time code asked for; its phone number sealed, its digits nowhere."""

    id = models.CharField(max_length=64, primary_key=True)
    purpose = models.CharField(max_length=120)
    loan_id = models.CharField(max_length=64)
    borrower_id = models.CharField(max_length=64)
    phone = models.BinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    tries = models.IntegerField()
    used = models.BooleanField()

    class Meta:
        db_table = "challenge"


class LimitCount(models.Model):
    """Uses of a key in its current span of time; the key (a number, an address) stands here only as a blind index."""

    key = models.CharField(max_length=64, primary_key=True)
    span = models.BigIntegerField()
    ends_at = models.DateTimeField(db_index=True)
    count = models.IntegerField()

    class Meta:
        db_table = "limit_count"


class DevMessage(models.Model):
    """A message of a development installation, which sends none: sealed, one row a reference."""

    reference = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=16)
    sealed = models.BinaryField()
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "dev_message"
