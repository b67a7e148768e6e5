"""The tables of the hotline: the call table, signed requests already answered, counts, whose extension is which.

They stand beside the record, hold what is sealed, and forget after some weeks; store/models.py gathers every table.
"""

from django.db import models


class CallRow(models.Model):
    """A call. `mark`: blind index of the telephone system's id of it; `extensions`: |101|102|, lines of the house;
    `sealed`: the call itself, numbers and all, under the book key.
    """

    call = models.CharField(max_length=64, primary_key=True)
    mark = models.BinaryField(unique=True, null=True)
    case_id = models.CharField(max_length=64, db_index=True, default="")
    extensions = models.CharField(max_length=400, default="")
    first_at = models.DateTimeField(db_index=True)
    version = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "store"
        db_table = "telephone_call"


class CallRequest(models.Model):
    """A signed request that was answered, by a blind index of its id: a repeat is answered the same."""

    mark = models.BinaryField(primary_key=True)
    digest = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "store"
        db_table = "telephone_request"


class CallCount(models.Model):
    """How often something did not go as it should."""

    what = models.CharField(max_length=40, primary_key=True)
    count = models.BigIntegerField()

    class Meta:
        app_label = "store"
        db_table = "telephone_count"


class Extension(models.Model):
    """The line of somebody of the desk."""

    person = models.CharField(max_length=150, primary_key=True)
    extension = models.CharField(max_length=40)

    class Meta:
        app_label = "store"
        db_table = "telephone_extension"
