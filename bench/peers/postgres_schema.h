/// The shop as one writes it on PostgreSQL, and as an expert does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace posse::bench {

/// The campaign's row is locked first, so that everything behind it happens one by one.
inline constexpr const char* lock_first = R"(
create table account (name text primary key, balance bigint not null check (balance >= 0));
create table campaign (id text primary key, price bigint not null, sold bigint not null default 0);
create table purchase (
  key uuid primary key,
  campaign text not null references campaign,
  slot bigint not null,
  buyer text not null references account,
  price bigint not null,
  sold_at timestamptz not null default now(),
  unique (campaign, slot));

create function buy(with_key uuid, who text, from_campaign text, max_price bigint,
                    out refusal text, out slot bigint, out price bigint, out repeated boolean)
language plpgsql as $$
begin
  repeated := false;
  select c.price, c.sold + 1 into price, slot from campaign c where id = from_campaign for update;
  if not found then refusal := 'unknown_campaign'; return; end if;
  if exists (select from purchase p where p.key = with_key) then
    select p.slot, p.price, true into slot, price, repeated from purchase p where p.key = with_key;
    return;
  end if;
  if price > max_price then refusal := 'price_moved'; return; end if;
  update account a set balance = a.balance - buy.price where name = who and a.balance >= buy.price;
  if not found then refusal := 'insufficient_funds'; return; end if;
  update campaign set sold = buy.slot where id = from_campaign;
  insert into purchase (key, campaign, slot, buyer, price)
    values (with_key, from_campaign, buy.slot, who, buy.price);
end $$;
)";

/// The campaign's row is touched last: what is locked for the others is the insert and the commit.
/// No foreign keys, which lock rows of their own; room in the pages, so that rows stay where they
/// are. A price that has moved meanwhile undoes the debit by an error: the caller asks again.
inline constexpr const char* lock_last = R"(
create table account (name text primary key, balance bigint not null check (balance >= 0))
  with (fillfactor = 70);
create table campaign (id text primary key, price bigint not null, sold bigint not null default 0)
  with (fillfactor = 10);
create table purchase (
  key uuid primary key,
  campaign text not null,
  slot bigint not null,
  buyer text not null,
  price bigint not null,
  sold_at timestamptz not null default now(),
  unique (campaign, slot));

create function buy(with_key uuid, who text, from_campaign text, max_price bigint,
                    out refusal text, out slot bigint, out price bigint, out repeated boolean)
language plpgsql as $$
declare
  price_then bigint;
begin
  repeated := false;
  select p.slot, p.price, true into slot, price, repeated from purchase p where p.key = with_key;
  if found then return; end if;
  repeated := false;
  select c.price into price from campaign c where id = from_campaign;
  if not found then refusal := 'unknown_campaign'; return; end if;
  if price > max_price then refusal := 'price_moved'; return; end if;
  update account a set balance = a.balance - buy.price where name = who and a.balance >= buy.price;
  if not found then refusal := 'insufficient_funds'; return; end if;
  with moved as (
    update campaign c set sold = c.sold + 1 where id = from_campaign returning c.sold, c.price)
  insert into purchase (key, campaign, slot, buyer, price)
    select with_key, from_campaign, moved.sold, who, moved.price from moved
    returning purchase.slot, purchase.price into slot, price_then;
  if price_then <> price then
    raise exception using errcode = 'serialization_failure', message = 'the price has moved';
  end if;
end $$;
)";

}  // namespace posse::bench
