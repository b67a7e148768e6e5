"""The table of leaving: when each case is looked at next, whether the time of something kept in it is over."""

from django.db import models


class LookRow(models.Model):
    """`on`: the day on which a case is looked at next. A case that holds nothing any more has no row."""

    case_id = models.CharField(max_length=64, primary_key=True)
    on = models.DateField(db_index=True)

    class Meta:
        app_label = "store"
        db_table = "leaving_look"
