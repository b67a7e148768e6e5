"""The tables of the limits on contact: made anew from the record, but for contacts about loans without a case."""

from django.db import models


class ContactRow(models.Model):
    """A contact with a borrower or an attempt at it. `ref`: its case and what names it there, or the key it was
    reported under; `case_id`: "" where the loan has no case; `number`: blind index of the number's last digits.
    """

    ref = models.CharField(max_length=200, unique=True)
    borrower_id = models.CharField(max_length=64)
    loan_id = models.CharField(max_length=64)
    case_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    channel = models.CharField(max_length=16)
    connected = models.BooleanField(null=True)
    purpose = models.CharField(max_length=16)
    number = models.BinaryField(default=b"")

    class Meta:
        app_label = "store"
        db_table = "contact"
        indexes = (models.Index(fields=("borrower_id", "at"), name="contact_of_borrower"),)


class ContactCaseRow(models.Model):
    """What a case says of reaching her; `reach` sealed under the case's identity key, `chosen`: the leaf of it."""

    case_id = models.CharField(max_length=64, primary_key=True)
    borrower_id = models.CharField(max_length=64, db_index=True)
    loan_id = models.CharField(max_length=64)
    rests = models.BooleanField(default=False)
    rests_until_on = models.DateField(null=True)
    key_id = models.CharField(max_length=40, default="")
    reach = models.BinaryField(default=b"")
    chosen = models.BigIntegerField(default=-1)

    class Meta:
        app_label = "store"
        db_table = "contact_case"
