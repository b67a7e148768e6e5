"""The tables of the loan book: sealed rows, found only by blind indexes (see store/loans.py).

They stand apart from the functions that use them so that store/models.py can gather every table of the store.
"""

from django.db import models


class BorrowerRow(models.Model):
    """A person, once for all her loans. `id_index`: blind index of the identity number; `sealed`: the number itself."""

    id = models.CharField(max_length=64, primary_key=True)
    id_index = models.BinaryField(unique=True)
    sealed = models.BinaryField()

    class Meta:
        app_label = "store"
        db_table = "borrower"


class LoanRow(models.Model):
    """A loan. `contract_index`, `phone_index`, `email_index`: blind indexes of the contract number, of her telephone
    number in E.164 and of her address (empty where there is none; the address NULL in a row of before);
    `digest`: keyed, of the row's content, so that an import sees what changed without opening it; `sealed`: everything
    else the lender says of the loan and the person.
    """

    id = models.CharField(max_length=64, primary_key=True)
    borrower = models.ForeignKey(BorrowerRow, on_delete=models.PROTECT, related_name="loans")
    contract_index = models.BinaryField(unique=True)
    phone_index = models.BinaryField(default=b"", db_index=True)
    digest = models.BinaryField()
    sealed = models.BinaryField()
    email_index = models.BinaryField(null=True, db_index=True)

    class Meta:
        app_label = "store"
        db_table = "loan"
