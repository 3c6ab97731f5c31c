set role lobby_owner;

-- Keeps events of one log and folds them: all of them grammatical, or a data exception and none.
-- The fold is the maximum of one total order, the same as domain/ticket.py StateRegister.key():
-- (generation, rank, claim priority, earlier hlc, smaller log id), so order and repetition do not
-- matter. Only days around today are folded: nobody calls a ticket of last week.
-- Two events of one log with the same hlc do not come from a desk; which of them wins here is
-- not defined (in Python their contents decide).
create function lobby.keep(
  the_branch integer, the_desk integer, the_log uuid, today date,
  seqs bigint[], hlcs bigint[], chains bytea[], bodies text[])
returns void language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
#variable_conflict use_column
begin
  with told as materialized (
    select u.seq, u.hlc, u.chain, u.body, e.*
    from unnest(seqs, hlcs, chains, bodies) u(seq, hlc, chain, body),
         lateral lobby.parse_body(u.body) e),
  kept as (
    insert into lobby.event (branch_id, log_id, seq, received_day, hlc, chain, kind, business_day,
                             ticket_id, via_desk, body)
    select the_branch, the_log, seq, today, hlc, chain, kind, business_day, ticket_id, the_desk, body
    from told),
  live as (
    select * from told
    where ticket_id is not null and business_day between today - 2 and today + 2),
  state as (
    select distinct on (business_day, ticket_id) * from live where rank is not null
    order by business_day, ticket_id, generation desc, rank desc, claim_priority desc, hlc),
  birth as (
    select distinct on (business_day, ticket_id) business_day, ticket_id, hlc,
           case when json_typeof(data->'number') = 'string' then data->>'number' end as number
    from live where kind = 'ticket_issued' order by business_day, ticket_id, hlc)
  insert into lobby.ticket as t (
    branch_id, business_day, ticket_id, number, issued_hlc, issued_log_id, generation, rank,
    claim_priority, hlc, log_id, queue, priority, eligible_at, counter, claim_id)
  select the_branch, business_day, ticket_id, b.number, b.hlc,
         case when b.hlc is not null then the_log end, s.generation, s.rank, s.claim_priority,
         s.hlc, case when s.hlc is not null then the_log end, s.queue, s.priority, s.eligible_at,
         s.counter, s.claim_id
  from state s full join birth b using (business_day, ticket_id)
  order by business_day, ticket_id
  on conflict (branch_id, business_day, ticket_id) do update set
    (number, issued_hlc, issued_log_id) = (
      select case when earlier then excluded.number else t.number end,
             case when earlier then excluded.issued_hlc else t.issued_hlc end,
             case when earlier then excluded.issued_log_id else t.issued_log_id end
      from (select coalesce((excluded.issued_hlc, excluded.issued_log_id)
                            < (t.issued_hlc, t.issued_log_id),
                            t.issued_hlc is null) as earlier) x),
    (generation, rank, claim_priority, hlc, log_id, queue, priority, eligible_at, counter,
     claim_id) = (
      select case when wins then excluded.generation else t.generation end,
             case when wins then excluded.rank else t.rank end,
             case when wins then excluded.claim_priority else t.claim_priority end,
             case when wins then excluded.hlc else t.hlc end,
             case when wins then excluded.log_id else t.log_id end,
             case when wins then excluded.queue else t.queue end,
             case when wins then excluded.priority else t.priority end,
             case when wins then excluded.eligible_at else t.eligible_at end,
             case when wins then excluded.counter else t.counter end,
             case when wins then excluded.claim_id else t.claim_id end
      from (select coalesce(
              (excluded.generation, excluded.rank, excluded.claim_priority, t.hlc, t.log_id)
              > (t.generation, t.rank, t.claim_priority, excluded.hlc, excluded.log_id),
              t.generation is null) as wins) x);
end $$;

-- As `keep`, but a poisoned event does not stop the log: its bytes are kept, its fault is named.
create function lobby.keep_each(
  the_branch integer, the_desk integer, the_log uuid, today date,
  seqs bigint[], hlcs bigint[], chains bytea[], bodies text[])
returns void language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
begin
  perform lobby.keep(the_branch, the_desk, the_log, today, seqs, hlcs, chains, bodies);
exception when data_exception then
  for i in 1 .. cardinality(seqs) loop
    if lobby.is_grammatical(bodies[i]) then
      perform lobby.keep(the_branch, the_desk, the_log, today,
                         seqs[i:i], hlcs[i:i], chains[i:i], bodies[i:i]);
    else
      insert into lobby.event (branch_id, log_id, seq, received_day, hlc, chain, via_desk, body)
      values (the_branch, the_log, seqs[i], today, hlcs[i], chains[i], the_desk, bodies[i]);
      insert into lobby.quarantine (branch_id, log_id, seq, received_day, reason)
      values (the_branch, the_log, seqs[i], today, 'grammar');
    end if;
  end loop;
end $$;
reset role;
