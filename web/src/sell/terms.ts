// The terms of a campaign as a form has them, and as the API does.
// SPDX-License-Identifier: Apache-2.0
import type { Campaign, CampaignChange, NewCampaign, Pricing } from '../api/types';
import { read_whole } from '../words/money';

export interface Terms {
  id: string;
  title: string;
  kind: 'fixed' | 'doubling';
  price: string;
  cooldown: string;
  cooldown_unit: string;
  slot: string;
  slot_unit: string;
  capacity: string;
  opens_at: string;
  closes_at: string;
}

/** Seconds of each unit one can choose. */
export const units: [string, string][] = [
  ['1', 'seconds'],
  ['60', 'minutes'],
  ['3600', 'hours'],
  ['86400', 'days'],
];

export const no_terms = (): Terms => ({
  id: '',
  title: '',
  kind: 'fixed',
  price: '',
  cooldown: '1',
  cooldown_unit: '3600',
  slot: '',
  slot_unit: '3600',
  capacity: '',
  opens_at: '',
  closes_at: '',
});

export function terms_of(campaign: Campaign): Terms {
  const { pricing } = campaign;
  const [cooldown, cooldown_unit] = in_units(
    pricing.kind === 'doubling' ? pricing.cooldown_seconds : 3600,
  );
  const [slot, slot_unit] = in_units(campaign.slot_seconds);
  return {
    id: campaign.id,
    title: campaign.title,
    kind: pricing.kind,
    price: String(pricing.kind === 'fixed' ? pricing.price : pricing.floor),
    cooldown,
    cooldown_unit,
    slot: slot === '0' ? '' : slot,
    slot_unit,
    capacity: campaign.capacity === null ? '' : String(campaign.capacity),
    opens_at: local(campaign.opens_at),
    closes_at: local(campaign.closes_at),
  };
}

/** A number of the largest unit that it is a multiple of. */
function in_units(seconds: number): [string, string] {
  const fits = ([size]: [string, string]) => seconds > 0 && seconds % Number(size) === 0;
  const fitting = [...units].reverse().find(fits);
  const size = fitting?.[0] ?? '1';
  return [String(seconds / Number(size)), size];
}

/** A time as an `<input type=datetime-local>` has it: by the clock on the wall. */
function local(time: string | null): string {
  if (time === null) return '';
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const utc = (time: string) => new Date(time).toISOString();

const seconds_of = (count: string, unit: string) => (read_whole(count) ?? 0) * Number(unit);

function pricing_of(terms: Terms): Pricing {
  const price = read_whole(terms.price) ?? 0;
  if (terms.kind === 'fixed') return { kind: 'fixed', price };
  const cooldown_seconds = seconds_of(terms.cooldown, terms.cooldown_unit);
  return { kind: 'doubling', floor: price, cooldown_seconds };
}

export function new_campaign(terms: Terms): NewCampaign {
  const campaign: NewCampaign = {
    id: terms.id.trim(),
    title: terms.title.trim(),
    pricing: pricing_of(terms),
    slot_seconds: seconds_of(terms.slot, terms.slot_unit),
  };
  const capacity = read_whole(terms.capacity, 1);
  if (capacity !== undefined) campaign.capacity = capacity;
  if (terms.opens_at) campaign.opens_at = utc(terms.opens_at);
  if (terms.closes_at) campaign.closes_at = utc(terms.closes_at);
  return campaign;
}

/** What differs: the other terms stay as they are on the node. */
export function change_of(before: Terms, terms: Terms): CampaignChange {
  const change: CampaignChange = {};
  if (terms.title !== before.title) change.title = terms.title.trim();
  const pricing = pricing_of(terms);
  if (JSON.stringify(pricing) !== JSON.stringify(pricing_of(before))) change.pricing = pricing;
  if (terms.capacity !== before.capacity) change.capacity = read_whole(terms.capacity, 1) ?? null;
  if (terms.closes_at !== before.closes_at) {
    change.closes_at = terms.closes_at ? utc(terms.closes_at) : null;
  }
  return change;
}
