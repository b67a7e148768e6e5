"""The tables of the messages to other systems: where they go, and how the last ones fared."""

from django.db import models


class WebhookRow(models.Model):
    """An endpoint; its address and secrets are sealed."""

    id = models.CharField(max_length=64, primary_key=True)
    made_at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "store"
        db_table = "webhook"


class WebhookAttemptRow(models.Model):
    """One try to hand a message over."""

    endpoint = models.CharField(max_length=64)
    message = models.CharField(max_length=100)
    at = models.DateTimeField(db_index=True)
    status = models.SmallIntegerField()
    error = models.CharField(max_length=200)

    class Meta:
        app_label = "store"
        db_table = "webhook_attempt"
        indexes = (models.Index(fields=("endpoint", "-id"), name="webhook_attempt_newest"),)
