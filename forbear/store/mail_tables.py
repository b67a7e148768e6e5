"""The table of mails that came in; their raw bytes lie in the vault, and what is personal is sealed."""

from django.db import models
from django.db.models import Q


class MailIn(models.Model):
    """A mail. `content`: keyed, what it is known again by, once for all that are no duplicates; `sealed`: what a person
    may read of it, under the key of its `owner`: its case, or itself.
    """

    mail = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField(db_index=True)
    raw_digest = models.BinaryField()
    outcome = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    came_at = models.DateTimeField()
    blob = models.CharField(max_length=40)
    size = models.BigIntegerField()
    owner = models.CharField(max_length=64)
    case_id = models.CharField(max_length=64)
    why = models.CharField(max_length=16)
    settled_by = models.CharField(max_length=64)
    key_id = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        app_label = "store"
        db_table = "mail_in"
        constraints = (
            models.UniqueConstraint(
                fields=("content",), condition=~Q(outcome="duplicate"), name="mail_in_content_once"
            ),
        )
        indexes = (models.Index(fields=("state", "came_at", "mail"), name="mail_in_state"),)
