set role lobby_owner;
grant usage on schema lobby to lobby_desk, lobby_report, lobby_admin;

grant execute on function
  lobby.heads(text, jsonb), lobby.read(text, jsonb), lobby.append(text, jsonb),
  lobby.claim(text, jsonb), lobby.customers(text, jsonb), lobby.customer(text, jsonb),
  lobby.roster(text, jsonb), lobby.bundle(text, jsonb), lobby.enrol(text, jsonb)
  to lobby_desk;

-- Administration. Events, heads and claims are read, never written: not even an administrator
-- makes history.
grant select on lobby.centre, lobby.branch, lobby.desk, lobby.desk_seen, lobby.enrolment,
  lobby.log_head, lobby.branch_mark, lobby.log_day, lobby.event, lobby.quarantine, lobby.ticket,
  lobby.centre_log, lobby.claim, lobby.reference_head, lobby.customer, lobby.customer_token, lobby.audit,
  lobby.reader
  to lobby_admin;
grant insert, update on lobby.branch, lobby.centre to lobby_admin;
grant update (revoked_at, min_version, relay_address, name) on lobby.desk to lobby_admin;
grant insert, delete on lobby.enrolment to lobby_admin;
grant insert, update, delete on lobby.reference_head, lobby.customer, lobby.customer_token,
  lobby.reader to lobby_admin;
grant insert on lobby.audit to lobby_admin;
grant execute on function
  lobby.keep_up(date), lobby.renew_incarnation(), lobby.today(), lobby.incarnation(),
  lobby.partition_days(text), lobby.note(integer, integer, text, jsonb)
  to lobby_admin;

-- Reports: rows of the branch set for the transaction (set_config('lobby.branch', …, true)), if
-- the one who logged in is entered as its reader. The setting alone would be a request, no fence.
create function lobby.report_branch() returns integer
language sql stable security definer set search_path = pg_catalog, lobby, pg_temp as $$
  select r.branch_id from lobby.reader r
  where r.branch_id = nullif(current_setting('lobby.branch', true), '')::integer
    and r.role_name = session_user
$$;
grant execute on function lobby.report_branch() to lobby_report;
grant select on lobby.branch, lobby.event, lobby.ticket, lobby.claim, lobby.quarantine,
  lobby.log_head, lobby.log_day, lobby.desk_seen, lobby.audit to lobby_report;
grant select (branch_id, desk_id, slot, kind, name, relay_address, min_version, enrolled_at,
  revoked_at) on lobby.desk to lobby_report;

do $$
declare
  t text;
begin
  foreach t in array array['branch', 'desk', 'desk_seen', 'enrolment', 'log_head', 'branch_mark',
    'log_day', 'event', 'quarantine', 'ticket', 'centre_log', 'claim', 'reference_head', 'customer',
    'customer_token', 'audit', 'reader'] loop
    execute format('alter table lobby.%I enable row level security', t);
    execute format('create policy administration on lobby.%I to lobby_admin using (true)'
                   ' with check (true)', t);
    execute format('create policy own_branch on lobby.%I for select to lobby_report'
                   ' using (branch_id = (select lobby.report_branch()))', t);
  end loop;
end $$;
reset role;
alter table lobby.alembic_version owner to lobby_owner;
grant select on lobby.alembic_version to lobby_admin;
