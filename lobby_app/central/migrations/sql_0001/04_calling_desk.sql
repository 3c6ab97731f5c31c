set role lobby_owner;

create function lobby.today() returns date language sql stable as
$$ select (clock_timestamp() at time zone 'UTC')::date $$;

create function lobby.now_ms() returns bigint language sql volatile as
$$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

-- Who calls: the desk of a token. Every function of the wire asks this first.
create function lobby.calling_desk(token text, document jsonb) returns lobby.desk
language plpgsql stable set search_path = pg_catalog, lobby, pg_temp as $$
declare
  caller lobby.desk;
begin
  select * into caller from lobby.desk d where d.token_hash = sha256(convert_to(token, 'UTF8'));
  if not found or caller.revoked_at is not null then
    raise exception 'not enrolled' using errcode = 'LB001';
  end if;
  if jsonb_typeof(document) is distinct from 'object' then
    raise exception 'no document' using errcode = 'LB003';
  end if;
  if (document->>'version')::integer < caller.min_version then
    raise exception 'too old' using errcode = 'LB004';
  end if;
  return caller;
end $$;

-- Which incarnation of the server this is: another one after a fail-over, a restore to a point in
-- time, a restored dump, or copied files that an administrator said were copied. The timeline is
-- that of the log being written: a checkpoint's would lag behind a promotion. What a dump makes on
-- the same server is told by the numbers of the database and of a table.
create function lobby.incarnation() returns text language sql stable as $$
  select s.system_identifier::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
         || '/' || d.oid::text || '.' || 'lobby.centre'::regclass::oid::text
         || '/' || c.renewals::text
  from pg_control_system() s, lobby.centre c, pg_database d
  where d.datname = current_database()
$$;

create function lobby.note(the_branch integer, the_desk integer, what text, how jsonb)
returns void language sql volatile as $$
  insert into lobby.audit (branch_id, desk_id, action, detail)
  values (the_branch, the_desk, what, how)
$$;
reset role;
