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
