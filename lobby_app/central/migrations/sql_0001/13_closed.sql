-- What anybody may do in a fresh database and no desk needs: temporary tables, large objects, code,
-- ending the sessions of other desks (all share one role), locks by number: whoever holds that of
-- the upkeep for ever leaves the bank without partitions. `init` does this again, because a restored
-- dump has lost the rights on the database itself.
do $$
declare
  locking regprocedure;
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to lobby_desk, lobby_report, lobby_admin',
                 current_database());
  for locking in select p.oid from pg_catalog.pg_proc p
                 where p.pronamespace = 'pg_catalog'::regnamespace
                   and p.proname ~ '^pg_(try_)?advisory_' loop
    execute format('revoke execute on function %s from public', locking);
  end loop;
end $$;
grant execute on function pg_advisory_xact_lock(bigint), pg_try_advisory_xact_lock(bigint)
  to lobby_owner;
revoke all on schema public from public;
revoke usage on language plpgsql from public;
grant usage on language plpgsql to lobby_owner;
revoke execute on function
  lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea), lo_open(oid, integer),
  lo_put(oid, bigint, bytea), lo_unlink(oid),
  pg_terminate_backend(integer, bigint), pg_cancel_backend(integer),
  pg_notify(text, text)
  from public;
