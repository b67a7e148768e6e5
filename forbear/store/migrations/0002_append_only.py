"""The record only grows: the database itself refuses to change or drop an event, or to leave a gap between leaves.

A disclosure is never changed, and deleted only once its key has been destroyed. This stops accidents and careless
hands; whoever owns the database can drop a trigger, and is found by the chain.
"""

from django.db import migrations

GAP = "the leaves of the record have no gaps"
ONLY_GROWS = "the record only grows"
WITH_ITS_KEY = "a disclosure goes only after its key"

# BEFORE INSERT on both tables, because INSERT OR REPLACE deletes a row without asking a DELETE trigger.
SQLITE = f"""
create trigger event_next_leaf before insert on event
 when new.leaf <> (select coalesce(max(leaf) + 1, 0) from event)
   or exists (select 1 from event where case_id = new.case_id and seq = new.seq)
 begin select raise(abort, '{GAP}'); end;
create trigger event_no_update before update on event begin select raise(abort, '{ONLY_GROWS}'); end;
create trigger event_no_delete before delete on event begin select raise(abort, '{ONLY_GROWS}'); end;
create trigger secret_once before insert on secret
 when exists (select 1 from secret where leaf = new.leaf and n = new.n)
 begin select raise(abort, '{ONLY_GROWS}'); end;
create trigger secret_no_update before update on secret begin select raise(abort, '{ONLY_GROWS}'); end;
create trigger secret_no_delete before delete on secret
 when exists (select 1 from data_key where key_id = old.key_id and wrapped is not null)
 begin select raise(abort, '{WITH_ITS_KEY}'); end;
"""

POSTGRESQL = f"""
create function record_only_grows() returns trigger language plpgsql as $$
begin raise exception '{ONLY_GROWS}' using errcode = 'integrity_constraint_violation'; end $$;
create function event_next_leaf() returns trigger language plpgsql as $$
begin
  if new.leaf <> (select coalesce(max(leaf) + 1, 0) from event) then
    raise exception '{GAP}' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create function secret_after_key() returns trigger language plpgsql as $$
begin
  if exists (select 1 from data_key where key_id = old.key_id and wrapped is not null) then
    raise exception '{WITH_ITS_KEY}' using errcode = 'integrity_constraint_violation';
  end if;
  return old;
end $$;
create trigger event_next_leaf before insert on event for each row execute function event_next_leaf();
create trigger event_no_update before update or delete on event for each row execute function record_only_grows();
create trigger event_no_truncate before truncate on event execute function record_only_grows();
create trigger secret_no_update before update on secret for each row execute function record_only_grows();
create trigger secret_no_delete before delete on secret for each row execute function secret_after_key();
create trigger secret_no_truncate before truncate on secret execute function record_only_grows();
"""

SQLITE_OFF = """
drop trigger event_next_leaf; drop trigger event_no_update; drop trigger event_no_delete;
drop trigger secret_once; drop trigger secret_no_update; drop trigger secret_no_delete;
"""
POSTGRESQL_OFF = """
drop trigger event_next_leaf on event; drop trigger event_no_update on event; drop trigger event_no_truncate on event;
drop trigger secret_no_update on secret; drop trigger secret_no_delete on secret;
drop trigger secret_no_truncate on secret;
drop function record_only_grows(); drop function event_next_leaf(); drop function secret_after_key();
"""


def guard(apps, schema_editor):
    _run({"sqlite": SQLITE, "postgresql": POSTGRESQL}, schema_editor)


def unguard(apps, schema_editor):
    _run({"sqlite": SQLITE_OFF, "postgresql": POSTGRESQL_OFF}, schema_editor)


def _run(scripts, schema_editor):
    script = scripts[schema_editor.connection.vendor]
    if schema_editor.connection.vendor == "sqlite":
        # One statement at a time: sqlite3's executescript would commit the migration's transaction first.
        for statement in _statements(script):
            schema_editor.execute(statement)
    else:
        schema_editor.execute(script)


def _statements(script):
    """Split at the semicolons that end a statement, not at those inside a trigger's body."""
    statement = []
    for line in script.strip().splitlines():
        for part in line.replace("; drop", ";\ndrop").splitlines():
            statement.append(part)
            text = " ".join(statement)
            if part.rstrip().endswith(";") and (" begin " not in text or part.rstrip().endswith("end;")):
                yield text
                statement = []


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
