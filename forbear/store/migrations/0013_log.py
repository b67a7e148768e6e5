"""The Merkle log over all cases: its tables, filled from the events there are, and like the record they only grow."""

from django.db import migrations, models

ONLY_GROWS = "the record only grows"
TABLES = ("tree_node", "checkpoint", "attestation")
KEYS = {"tree_node": ("level", "n"), "checkpoint": ("size",), "attestation": ("size", "by")}


def guard(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "sqlite":
            here = " and ".join(f'"{key}" = new."{key}"' for key in KEYS[table])
            raised = f"begin select raise(abort, '{ONLY_GROWS}'); end"
            there = f"exists (select 1 from {table} where {here})"
            # Of an "insert or ignore" nothing is to be seen, "insert or replace" would delete without asking.
            schema_editor.execute(f"create trigger {table}_no_update before update on {table} {raised}")
            schema_editor.execute(f"create trigger {table}_no_delete before delete on {table} {raised}")
            if table == "tree_node":
                schema_editor.execute(f"create trigger {table}_once before insert on {table} when {there} {raised}")
        else:
            schema_editor.execute(
                f"create trigger {table}_no_update before update or delete on {table} "
                "for each row execute function record_only_grows()"
            )


def unguard(apps, schema_editor):
    on = {"sqlite": ""}
    for table in TABLES:
        where = on.get(schema_editor.connection.vendor, f" on {table}")
        names = [f"{table}_no_update"]
        if schema_editor.connection.vendor == "sqlite":
            names += [f"{table}_no_delete", *([f"{table}_once"] if table == "tree_node" else [])]
        for name in names:
            schema_editor.execute(f"drop trigger {name}{where}")


def fill(apps, schema_editor):
    """The tree over the events that are there already."""
    from forbear.core.log_audit import NODE_LEVELS
    from forbear.core.merkle import Frontier

    using = schema_editor.connection.alias
    node = apps.get_model("store", "TreeNode")
    leaves = apps.get_model("store", "Event").objects.using(using).order_by("leaf").values_list("leaf_hash", flat=True)
    full = []
    frontier = Frontier().plus_all(
        (bytes(leaf_hash) for leaf_hash in leaves.iterator(chunk_size=5000)),
        lambda level, n, made: full.append((level, n, made)) if level and level % NODE_LEVELS == 0 else None,
    )
    node.objects.using(using).bulk_create([node(level=level, n=n, hash=made) for level, n, made in full])
    apps.get_model("store", "Head").objects.using(using).filter(size=frontier.size).update(frontier=frontier.packed)


class Migration(migrations.Migration):
    dependencies = [("store", "0012_telephone")]

    operations = [
        migrations.CreateModel(
            name="TreeNode",
            fields=[
                ("pk", models.CompositePrimaryKey("level", "n", blank=True, editable=False, primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("n", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={"db_table": "tree_node"},
        ),
        migrations.CreateModel(
            name="CheckpointRow",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "checkpoint"},
        ),
        migrations.CreateModel(
            name="AttestationRow",
            fields=[
                ("pk", models.CompositePrimaryKey("size", "by", blank=True, editable=False, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("by", models.CharField(max_length=200)),
                ("data", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "attestation"},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
