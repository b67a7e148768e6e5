"""The tables of the conversation beside the record: words on their way, replies kept, and marks by which words are
found; they stand apart so that store/models.py can gather every table.
"""

from django.db import models


class MessageMark(models.Model):
    """A fact with words in it (`leaf`) has the word of this keyed mark; made anew from the record at will."""

    pk = models.CompositePrimaryKey("mark", "leaf")
    mark = models.BinaryField()
    leaf = models.BigIntegerField()
    case_id = models.CharField(max_length=64, db_index=True)

    class Meta:
        app_label = "store"
        db_table = "message_mark"


class DraftRow(models.Model):
    """What a person of the desk is writing in a case, sealed under the key of the case's messages."""

    pk = models.CompositePrimaryKey("case_id", "staff")
    case_id = models.CharField(max_length=64)
    staff = models.CharField(max_length=150)
    key_id = models.CharField(max_length=40)
    sealed = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        app_label = "store"
        db_table = "draft"


class CannedReplyRow(models.Model):
    """One version of a reply; rows are added and never changed. `text` is about nobody and lies open."""

    pk = models.CompositePrimaryKey("name", "version")
    name = models.CharField(max_length=40)
    version = models.IntegerField()
    language = models.CharField(max_length=2)
    text = models.TextField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        app_label = "store"
        db_table = "canned_reply"
