"""The tables that papers need beside the record; they stand apart so that store/models.py can gather every table."""

from django.db import models


class PaperMark(models.Model):
    """By what a file (page 0) or a page is known again, keyed: `mark` finds candidates, `hash` of a picture tells how
    alike they are (32 bytes under a pad of the installation: it keeps distances, and says nothing without the key).
    """

    mark = models.BinaryField(db_index=True)
    case_id = models.CharField(max_length=64)
    borrower_id = models.CharField(max_length=64)
    paper = models.CharField(max_length=64, db_index=True)
    page = models.SmallIntegerField()
    hash = models.BinaryField(default=b"")

    class Meta:
        app_label = "store"
        db_table = "paper_mark"
