import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Blob',
            fields=[
                ('blob_id', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('key_id', models.CharField(db_index=True, max_length=40)),
                ('size', models.BigIntegerField()),
                ('path', models.CharField(max_length=200)),
            ],
            options={
                'db_table': 'blob',
            },
        ),
        migrations.CreateModel(
            name='BorrowerRow',
            fields=[
                ('id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('id_index', models.BinaryField(unique=True)),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'borrower',
            },
        ),
        migrations.CreateModel(
            name='ChallengeRow',
            fields=[
                ('id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=120)),
                ('loan_id', models.CharField(max_length=64)),
                ('borrower_id', models.CharField(max_length=64)),
                ('phone', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('tries', models.IntegerField()),
                ('used', models.BooleanField()),
            ],
            options={
                'db_table': 'challenge',
            },
        ),
        migrations.CreateModel(
            name='Command',
            fields=[
                ('key', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('req_hash', models.BinaryField()),
                ('leaf', models.BigIntegerField()),
                ('count', models.IntegerField()),
            ],
            options={
                'db_table': 'command',
            },
        ),
        migrations.CreateModel(
            name='DevMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=120, unique=True)),
                ('channel', models.CharField(max_length=16)),
                ('sealed', models.BinaryField()),
                ('sent_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'dev_message',
            },
        ),
        migrations.CreateModel(
            name='LimitCount',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('span', models.BigIntegerField()),
                ('ends_at', models.DateTimeField(db_index=True)),
                ('count', models.IntegerField()),
            ],
            options={
                'db_table': 'limit_count',
            },
        ),
        migrations.CreateModel(
            name='Projection',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('leaf', models.BigIntegerField()),
            ],
            options={
                'db_table': 'projection',
            },
        ),
        migrations.CreateModel(
            name='Secret',
            fields=[
                ('pk', models.CompositePrimaryKey('leaf', 'n', blank=True, editable=False, primary_key=True, serialize=False)),
                ('leaf', models.BigIntegerField()),
                ('n', models.SmallIntegerField()),
                ('name', models.CharField(max_length=64)),
                ('key_id', models.CharField(db_index=True, max_length=40)),
                ('ct', models.BinaryField()),
            ],
            options={
                'db_table': 'secret',
            },
        ),
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True)),
                ('kind', models.CharField(max_length=32)),
                ('case_id', models.CharField(max_length=64)),
                ('body', models.JSONField()),
                ('due_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('tries', models.IntegerField(default=0)),
                ('state', models.CharField(default='due', max_length=8)),
                ('error', models.TextField(default='')),
            ],
            options={
                'db_table': 'agenda',
                'indexes': [models.Index(condition=models.Q(('state', 'due')), fields=['due_at', 'id'], name='agenda_due'), models.Index(condition=models.Q(('state', 'failed')), fields=['id'], name='agenda_failed')],
            },
        ),
        migrations.CreateModel(
            name='CaseRow',
            fields=[
                ('case_id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('loan_id', models.CharField(db_index=True, max_length=64)),
                ('borrower_id', models.CharField(db_index=True, max_length=64)),
                ('key_id', models.CharField(max_length=40)),
                ('contract', models.BinaryField()),
                ('contract_index', models.BinaryField(db_index=True)),
                ('name', models.BinaryField()),
                ('name_index', models.BinaryField(db_index=True)),
                ('stage', models.CharField(max_length=32)),
                ('standing', models.CharField(max_length=32)),
                ('waits_for', models.CharField(max_length=16)),
                ('open', models.BooleanField()),
                ('watch_on', models.DateField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('due_what', models.CharField(max_length=64)),
                ('agent', models.CharField(max_length=64)),
                ('reviewer', models.CharField(max_length=64)),
                ('opened_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('seq', models.IntegerField()),
            ],
            options={
                'db_table': 'case_line',
                'indexes': [models.Index(fields=['open', 'due_on', 'changed_at'], name='case_line_queue'), models.Index(fields=['open', 'waits_for', 'due_on'], name='case_line_waits'), models.Index(condition=models.Q(('watch_on__isnull', False)), fields=['watch_on'], name='case_line_watch')],
            },
        ),
        migrations.CreateModel(
            name='DataKey',
            fields=[
                ('key_id', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('case_id', models.CharField(max_length=64)),
                ('retention', models.CharField(db_column='class', max_length=16)),
                ('wrapped', models.BinaryField(null=True)),
                ('destroyed_leaf', models.BigIntegerField(null=True)),
            ],
            options={
                'db_table': 'data_key',
                'constraints': [models.UniqueConstraint(condition=models.Q(('destroyed_leaf', None)), fields=('case_id', 'retention'), name='data_key_one_live')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('leaf', models.BigIntegerField(primary_key=True, serialize=False)),
                ('case_id', models.CharField(max_length=64)),
                ('seq', models.IntegerField()),
                ('type', models.CharField(max_length=64)),
                ('body', models.BinaryField()),
                ('leaf_hash', models.BinaryField()),
            ],
            options={
                'db_table': 'event',
                'constraints': [models.UniqueConstraint(fields=('case_id', 'seq'), name='event_case_seq'), models.CheckConstraint(condition=models.Q(('leaf__gte', 0)), name='event_leaf_from_0'), models.CheckConstraint(condition=models.Q(('seq__gte', 0)), name='event_seq_from_0'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('leaf_hash'), 32), name='event_hash_32')],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('one', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField(default=0)),
                ('last_at', models.DateTimeField(null=True)),
                ('frontier', models.BinaryField(default=b'')),
            ],
            options={
                'db_table': 'head',
                'constraints': [models.CheckConstraint(condition=models.Q(('one', 1)), name='head_one_row')],
            },
        ),
        migrations.CreateModel(
            name='LoanRow',
            fields=[
                ('id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('contract_index', models.BinaryField(unique=True)),
                ('digest', models.BinaryField()),
                ('sealed', models.BinaryField()),
                ('borrower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loans', to='store.borrowerrow')),
            ],
            options={
                'db_table': 'loan',
            },
        ),
    ]
