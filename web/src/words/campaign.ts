// A campaign in words.
// SPDX-License-Identifier: Apache-2.0
import type { Campaign } from '../api/types';
import { length_of } from './time';
import { money } from './money';

export function refusal_words(refusal: Campaign['refusal']): string {
  switch (refusal) {
    case 'sold_out':
      return 'Sold out';
    case 'closed':
      return 'Closed';
    case 'not_open':
      return 'Not open yet';
    default:
      return '';
  }
}

export function slots_words({ head, capacity }: Campaign): string {
  const sold = money(head.slot);
  return capacity === null ? `${sold} sold` : `${sold} of ${money(capacity)} sold`;
}

export function terms_words({ pricing, slot_seconds }: Campaign): string {
  const length = slot_seconds > 0 ? ` A slot lasts ${length_of(slot_seconds)}.` : '';
  if (pricing.kind === 'fixed') return `Always the same price.${length}`;
  const cooldown = length_of(pricing.cooldown_seconds);
  const until = slot_seconds > 0 ? 'until the slot ends' : `within ${cooldown}`;
  const floor = money(pricing.floor);
  return `Each sale doubles the price; then it falls to ${floor} ${until}.${length}`;
}
