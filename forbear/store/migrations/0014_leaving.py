"""When each case is looked at next; the cases that are there already are looked at from today on."""

from django.db import migrations, models

WATCH = "insert into leaving_look (case_id, \"on\") select case_id, current_date from case_line"


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0013_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='LookRow',
            fields=[
                ('case_id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('on', models.DateField(db_index=True)),
            ],
            options={
                'db_table': 'leaving_look',
            },
        ),
        migrations.RunSQL(WATCH, migrations.RunSQL.noop),
    ]
