// What the next slot costs at a moment, as src/shop/pricing.cc has it.
// SPDX-License-Identifier: Apache-2.0
import type { Campaign, SoldSlot } from '../api/types';

export interface Offer {
  price: number | null;
  refusal: Campaign['refusal'];
}

type Last = Pick<SoldSlot, 'price' | 'sold_at' | 'ends_at'>;

/** When a doubled price has fallen to the floor. */
export function floor_reached_at(campaign: Campaign, last: Last): number {
  const sold = Date.parse(last.sold_at);
  const ends = Date.parse(last.ends_at);
  if (ends > sold) return ends;
  return campaign.pricing.kind === 'doubling'
    ? sold + campaign.pricing.cooldown_seconds * 1000
    : sold;
}

export function price_at(campaign: Campaign, last: Last | undefined, time: number): number {
  const { pricing } = campaign;
  if (pricing.kind === 'fixed') return pricing.price;
  if (!last) return pricing.floor;
  const sold = Date.parse(last.sold_at);
  const reached = floor_reached_at(campaign, last);
  const left = reached - Math.max(time, sold);
  if (left <= 0) return pricing.floor;
  const top = Math.max(2 * last.price, pricing.floor);
  return pricing.floor + Math.ceil(((top - pricing.floor) * left) / (reached - sold));
}

/** `last` is the campaign's last sale if it is known; without it the node's own price stands. */
export function offer_at(campaign: Campaign, last: SoldSlot | undefined, time: number): Offer {
  if (campaign.refusal === 'sold_out') return { price: null, refusal: 'sold_out' };
  if (campaign.opens_at && time < Date.parse(campaign.opens_at)) {
    return { price: null, refusal: 'not_open' };
  }
  if (campaign.closes_at && time >= Date.parse(campaign.closes_at)) {
    return { price: null, refusal: 'closed' };
  }
  const is_known = campaign.head.slot === (last?.slot ?? 0);
  if (!is_known && campaign.price !== null) return { price: campaign.price, refusal: null };
  return { price: price_at(campaign, last, time), refusal: null };
}
