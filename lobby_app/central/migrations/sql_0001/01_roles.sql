-- Roles belong to the whole server: another database of it may have made them already.
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values ('lobby_owner', 'nologin'), ('lobby_admin', 'nologin'),
                          ('lobby_report', 'nologin'), ('lobby_desk', 'login')) r(name, may_log_in)
  loop
    begin
      execute format('create role %I %s nosuperuser nocreatedb nocreaterole noinherit noreplication',
                     wanted.name, wanted.may_log_in);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end $$;

-- A desk that hangs must not hold a lock of its branch for longer than it would wait itself.
alter role lobby_desk set statement_timeout = '10s';
alter role lobby_desk set lock_timeout = '5s';
alter role lobby_desk set idle_in_transaction_session_timeout = '10s';
alter role lobby_desk set timezone = 'UTC';

alter schema lobby owner to lobby_owner;
alter default privileges for role lobby_owner revoke execute on functions from public;
alter default privileges for role lobby_owner revoke usage on types from public;

-- What anybody may do in a fresh database and no desk needs: temporary tables, large objects, code,
-- ending the sessions of other desks (all share one role).
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to lobby_desk, lobby_report, lobby_admin',
                 current_database());
end $$;
revoke all on schema public from public;
revoke usage on language plpgsql from public;
grant usage on language plpgsql to lobby_owner;
revoke execute on function
  lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea), lo_open(oid, integer),
  lo_put(oid, bigint, bytea), lo_unlink(oid),
  pg_terminate_backend(integer, bigint), pg_cancel_backend(integer),
  pg_notify(text, text)
  from public;
