"""The tables of papers on their way: links by the hash of their secret, and files that are not whole yet."""

from django.db import models


class UploadLinkRow(models.Model):
    """A link to send papers. `token_hash`: SHA-256 of its secret, which is kept nowhere; `wrong`: wrong codes tried."""

    link = models.CharField(max_length=64, primary_key=True)
    token_hash = models.BinaryField(unique=True)
    case_id = models.CharField(max_length=64)
    wrong = models.SmallIntegerField(default=0)

    class Meta:
        app_label = "store"
        db_table = "upload_link"


class UploadRow(models.Model):
    """A file on its way. `received` of `size` bytes are here, in the first `stored` bytes of its file on the disk;
    its name and digest are sealed under the key of its case and class.
    """

    id = models.CharField(max_length=64, primary_key=True)
    case_id = models.CharField(max_length=64, db_index=True)
    item = models.IntegerField()
    size = models.BigIntegerField()
    retention = models.CharField(max_length=16, db_column="class")
    paper = models.CharField(max_length=64)
    key_id = models.CharField(max_length=40)
    sealed = models.BinaryField()
    received = models.BigIntegerField(default=0)
    stored = models.BigIntegerField(default=0)
    touched_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "store"
        db_table = "upload"
