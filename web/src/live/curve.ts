// The course of a price: straight lines between sales, a jump at each.
// SPDX-License-Identifier: Apache-2.0
import type { Campaign, SoldSlot } from '../api/types';
import { floor_reached_at, price_at } from './offer';

/** Times in seconds, as the chart wants them. */
export interface Curve {
  times: number[];
  /** What a slot cost; nothing in what is still to come. */
  past: (number | null)[];
  /** What it will cost if nobody buys; nothing in what has been. */
  future: (number | null)[];
  /** What was paid, at the moments of sales. */
  paid: (number | null)[];
}

const least_past_ms = 60_000;
const fixed_past_ms = 10 * 60_000;

/** How long a price takes to fall, which is what is worth seeing. */
function fall_ms({ pricing, slot_seconds }: Campaign): number {
  if (pricing.kind === 'fixed') return fixed_past_ms;
  return Math.max(least_past_ms, 1000 * (slot_seconds || pricing.cooldown_seconds));
}

/** `sales` are the newest first. */
export function curve_of(campaign: Campaign, sales: SoldSlot[], now: number): Curve {
  const curve: Curve = { times: [], past: [], future: [], paid: [] };
  const add = (
    time: number,
    past: number | null,
    future: number | null = null,
    paid: number | null = null,
  ) => {
    curve.times.push(time / 1000);
    curve.past.push(past);
    curve.future.push(future);
    curve.paid.push(paid);
  };

  const shown = [...sales].reverse();
  const first_sale = shown[0] ? Date.parse(shown[0].sold_at) : now;
  const start = Math.max(now - fall_ms(campaign), Math.min(first_sale, now - least_past_ms));

  let last: SoldSlot | undefined;
  /** The line from the last sale up to `end`, with its corner. */
  const draw_to = (end: number) => {
    if (!last) return;
    const sold = Date.parse(last.sold_at);
    const corner = floor_reached_at(campaign, last);
    const from = Math.max(sold, start);
    add(from, price_at(campaign, last, from));
    if (corner > from && corner < end) add(corner, price_at(campaign, last, corner));
  };

  for (const sale of shown) {
    const sold = Date.parse(sale.sold_at);
    if (sold >= start) {
      draw_to(sold);
      // Before the first sale there was a price, too.
      const is_first = !last && sold > start && sale.slot === 1;
      if (is_first) add(start, price_at(campaign, undefined, start));
      add(sold, sale.price, null, sale.price);
    }
    last = sale;
  }
  if (!last) add(start, price_at(campaign, undefined, start));
  draw_to(now);
  const price = price_at(campaign, last, now);
  add(now, price, price);

  const corner = last ? floor_reached_at(campaign, last) : now;
  const ahead = now + fall_ms(campaign) / 6;
  if (corner > now && corner < ahead) add(corner, null, price_at(campaign, last, corner));
  add(ahead, null, price_at(campaign, last, ahead));
  return curve;
}
