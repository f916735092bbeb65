// A shop with something on show, as the pictures and the accessibility tests look at it.
// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import * as posse from './shop.mjs';

/** A version 7 UUID, as a buyer makes one. */
function key() {
  const hex = Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
  const digits = `${hex.slice(0, 12)}7${hex.slice(13, 16)}8${hex.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export async function buy(node, token, id, max_price, content = '') {
  const headers = { ...posse.bearer(token), 'Idempotency-Key': key() };
  const path = `/v1/campaigns/${id}/purchases`;
  return posse.ask(node, 201, 'POST', path, { max_price, content }, headers);
}

const sayings = [
  'Happy birthday, Grandma! We have not forgotten.',
  'Fresh bread from six: https://example.org/bakery',
  'The choir meets on Thursdays. Bring a friend.',
  'Looking for a second-hand cargo bike.',
  'Mara & Ilja, since 2016',
];

/** Sellers, buyers and campaigns; `root` is an operator's token; `anna` has money and has bought. */
export async function fill(node, root) {
  const tokens = {};
  for (const name of ['anna', 'ilja', 'mara', 'town-hall']) {
    tokens[name] = await posse.person(node, name);
    await posse.deposit(node, root, name, 250_000);
  }
  const seller = tokens['town-hall'];
  await posse.campaign(node, seller, 'front-page', {
    title: 'The front page, a minute each',
    pricing: { kind: 'doubling', floor: 100, cooldown_seconds: 0 },
    slot_seconds: 60,
  });
  await posse.campaign(node, seller, 'wall', {
    title: 'A line on the wall',
    pricing: { kind: 'doubling', floor: 250, cooldown_seconds: 90 },
  });
  await posse.campaign(node, seller, 'lamps', { title: 'Lamps in the old harbour', capacity: 365 });
  await posse.campaign(node, seller, 'benches', {
    title: 'Benches by the river',
    pricing: { kind: 'fixed', price: 12_500 },
    capacity: 2,
  });
  await posse.campaign(node, seller, 'calendar', {
    title: 'Advent calendar',
    opens_at: new Date(Date.now() + 864e5).toISOString(),
  });
  const names = ['ilja', 'anna', 'mara'];
  for (let at = 0; at < 5; ++at) {
    const token = tokens[names[at % names.length]];
    await buy(node, token, 'wall', 100_000, sayings[at]);
    if (at < 3) await buy(node, token, 'front-page', 100_000, sayings[at]);
    if (at < 2) await buy(node, token, 'benches', 100_000);
    await buy(node, token, 'lamps', 40, at === 0 ? sayings[3] : '');
    await new Promise((done) => setTimeout(done, 700));
  }
  return tokens;
}
