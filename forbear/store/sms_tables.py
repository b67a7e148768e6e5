"""The tables of text messages: what carriers took and said of it, what came from them, parts that wait for others."""

from django.db import models


class TextOutRow(models.Model):
    """A part that a carrier took, by the carrier's id, made by the first to tell of it: we (`thing`: the notice,
    message or code, `attempt`: the first id of its parts) or the carrier (`fate`, `code`: its receipt).
    """

    carrier = models.CharField(max_length=120, primary_key=True)
    case_id = models.CharField(max_length=64, default="")
    thing = models.CharField(max_length=64, default="", db_index=True)
    attempt = models.CharField(max_length=120, default="")
    fate = models.CharField(max_length=12, default="")
    code = models.CharField(max_length=60, default="")
    at = models.DateTimeField()

    class Meta:
        app_label = "store"
        db_table = "text_out"


class TextInRow(models.Model):
    """A text message that came: number and words sealed. `why`: what keeps it from a case, "" once it has its place."""

    id = models.CharField(max_length=120, primary_key=True)
    sealed = models.BinaryField()
    came_at = models.DateTimeField()
    case_id = models.CharField(max_length=64)
    why = models.CharField(max_length=12)

    class Meta:
        app_label = "store"
        db_table = "text_in"
        indexes = (models.Index(fields=("came_at",), condition=~models.Q(why=""), name="text_in_strays"),)


class TextPieceRow(models.Model):
    """A part of a longer message that came, number and words sealed, beside the others until all `parts` are here."""

    joint = models.CharField(max_length=120)
    part = models.SmallIntegerField()
    parts = models.SmallIntegerField()
    sealed = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "store"
        db_table = "text_piece"
        constraints = (models.UniqueConstraint(fields=("joint", "part"), name="text_piece_once"),)
