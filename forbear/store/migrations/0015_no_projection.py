"""How far the lines were made is not kept any more: they are written in the transaction of their events."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0014_leaving'),
    ]

    operations = [
        migrations.DeleteModel(name='Projection'),
    ]
