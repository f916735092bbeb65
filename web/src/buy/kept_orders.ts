// Orders whose outcome is not known, or not read yet, where a reload finds them again.
// SPDX-License-Identifier: Apache-2.0
import type { Sale } from '../api/types';

const prefix = 'posse.order.';

export interface KeptOrder {
  key: string;
  account: string;
  campaign: string;
  max_price: number;
  content: string;
  sale?: Sale;
}

export function keep(order: KeptOrder) {
  localStorage.setItem(prefix + order.key, JSON.stringify(order));
}

export function forget(key: string) {
  localStorage.removeItem(prefix + key);
}

/** The one to go on with: the oldest that is open, else the newest receipt still kept. */
export function kept_order(account: string, campaign: string): KeptOrder | undefined {
  // Keys begin with the time.
  const kept = Object.keys(localStorage)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => JSON.parse(localStorage.getItem(name)!) as KeptOrder)
    .filter((order) => order.account === account && order.campaign === campaign);
  return kept.find((order) => !order.sale) ?? kept.at(-1);
}
