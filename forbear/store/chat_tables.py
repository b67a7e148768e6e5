"""The tables of the chat: the line of waiting people, who has a page open, and hand-over tokens that were taken.

The first is a projection of the record; the others may be lost without harm to anything in it.
"""

from django.db import models
from django.db.models import Q


class ChatRoom(models.Model):
    """The chat of a case (core/chat.py: Room)."""

    case_id = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(null=True)
    asked = models.BooleanField(default=False)
    person = models.CharField(max_length=150, default="")
    seq = models.IntegerField()

    class Meta:
        app_label = "store"
        db_table = "chat_room"
        indexes = (models.Index(fields=("person", "since"), condition=Q(since__isnull=False), name="chat_room_line"),)


class ChatPresence(models.Model):
    """Who had a chat open last and when, and when they last typed; `who`: "" for the borrower."""

    pk = models.CompositePrimaryKey("case_id", "who")
    case_id = models.CharField(max_length=64)
    who = models.CharField(max_length=150)
    seen_at = models.DateTimeField(db_index=True)
    typed_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        app_label = "store"
        db_table = "chat_presence"


class HandoverTaken(models.Model):
    """A hand-over token that was taken, by the SHA-256 of its own id."""

    once = models.BinaryField(primary_key=True)
    until = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "store"
        db_table = "handover_taken"
