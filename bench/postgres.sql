-- The shop as one writes it on PostgreSQL: a function for each purchase, which locks its campaign.
-- SPDX-License-Identifier: Apache-2.0
create table account (name text primary key, balance bigint not null check (balance >= 0));
create table session (token text primary key, account text not null references account);
create table campaign (id text primary key, price bigint not null, sold bigint not null default 0);
create table purchase (
  key uuid primary key,
  campaign text not null references campaign,
  slot bigint not null,
  buyer text not null references account,
  price bigint not null,
  sold_at timestamptz not null default now(),
  unique (campaign, slot));

create function buy(with_token text, with_key uuid, from_campaign text, max_price bigint,
                    out refusal text, out slot bigint, out price bigint, out repeated boolean)
language plpgsql as $$
declare
  who text;
begin
  repeated := false;
  select account into who from session where token = with_token;
  if not found then refusal := 'unauthorized'; return; end if;
  -- From here on one purchase of this campaign at a time; so a key is looked up behind the lock.
  select c.price, c.sold + 1 into price, slot from campaign c where id = from_campaign for update;
  if not found then refusal := 'unknown_campaign'; return; end if;
  select p.slot, p.price, true into slot, price, repeated from purchase p
    where p.key = with_key and p.buyer = who;
  if found then return; end if;
  select c.sold + 1, c.price, false into slot, price, repeated from campaign c
    where id = from_campaign;
  if price > max_price then refusal := 'price_moved'; return; end if;
  update account a set balance = a.balance - buy.price where name = who and a.balance >= buy.price;
  if not found then refusal := 'insufficient_funds'; return; end if;
  update campaign set sold = buy.slot where id = from_campaign;
  insert into purchase (key, campaign, slot, buyer, price)
    values (with_key, from_campaign, buy.slot, who, buy.price);
end $$;
