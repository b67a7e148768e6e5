"""The tables of the Merkle log: subtrees of its tree, its checkpoints, and what others signed of them."""

from django.db import models


class TreeNode(models.Model):
    """The hash of the full subtree of 2^level leaves number n; kept for levels 8, 16, 24 …"""

    pk = models.CompositePrimaryKey("level", "n")
    level = models.SmallIntegerField()
    n = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        app_label = "store"
        db_table = "tree_node"


class CheckpointRow(models.Model):
    """A note that the log's key signed."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "store"
        db_table = "checkpoint"


class AttestationRow(models.Model):
    """What somebody else says of a checkpoint: a timestamp token (by "tsa"), a cosignature (by the witness's name)."""

    pk = models.CompositePrimaryKey("size", "by")
    size = models.BigIntegerField()
    by = models.CharField(max_length=200)
    data = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        app_label = "store"
        db_table = "attestation"
