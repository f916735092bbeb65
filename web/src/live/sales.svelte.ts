// The last sales of a campaign, and what is on show: kept up with its events.
// SPDX-License-Identifier: Apache-2.0
import { NoAnswer } from '../api/ask';
import { shop } from '../api/shop';
import type { Campaign, SoldSlot } from '../api/types';

/** As many as a page shows. */
export const sales_max = 12;
/** How many of the slots ahead a page names. */
const ahead_max = 5;

export class Sales {
  /** The newest first; without gaps. */
  newest = $state.raw<SoldSlot[]>([]);
  /** Slots with a length that have not ended: the one on show, then some of those behind it. */
  ahead = $state.raw<SoldSlot[]>([]);
  readonly #id: string;
  readonly #slots = new Map<number, SoldSlot>();
  #wanted = 0;
  #is_reading = false;

  constructor(id: string) {
    this.#id = id;
  }

  /** The sale before which all is known, if it is the newest. */
  last_of(campaign: Campaign): SoldSlot | undefined {
    const newest = this.newest[0];
    return newest?.slot === campaign.head.slot ? newest : undefined;
  }

  /** Reads what was sold up to `slot`; whoever calls it meanwhile is served by the same reading. */
  async follow(slot: number) {
    this.#wanted = Math.max(this.#wanted, slot);
    if (this.#is_reading) return;
    this.#is_reading = true;
    try {
      while (this.#wanted !== (this.newest[0]?.slot ?? 0)) await this.#read_to(this.#wanted);
    } catch (failure) {
      if (!(failure instanceof NoAnswer)) throw failure;
      // The next event asks again.
    } finally {
      this.#is_reading = false;
    }
  }

  async #read_to(slot: number) {
    const last = await this.#slot(slot);
    if (!last) throw new NoAnswer();
    // What the price follows from is shown first, the others when they are there.
    const least = Math.max(1, slot - sales_max + 1);
    if (this.newest[0]?.slot === slot - 1) this.#show([last, ...this.newest]);
    const others: (SoldSlot | undefined)[] = [];
    for (let at = slot - 1; at >= least; --at) others.push(await this.#slot(at));
    this.#show([last, ...others.filter((one) => one !== undefined)]);
  }

  #show(sales: SoldSlot[]) {
    this.newest = sales.slice(0, sales_max);
  }

  /** Reads what is on show at `time` and behind it. */
  async look_ahead(time: number) {
    const last = this.newest[0];
    if (!last || Date.parse(last.ends_at) <= time) {
      this.ahead = [];
      return;
    }
    try {
      const current = await this.#current(time);
      const ahead = current ? [current] : [];
      const first = current ? current.slot + 1 : last.slot;
      for (let at = first; at <= last.slot && ahead.length < ahead_max; ++at) {
        const slot = await this.#slot(at);
        if (slot) ahead.push(slot);
      }
      this.ahead = ahead;
    } catch (failure) {
      if (!(failure instanceof NoAnswer)) throw failure;
    }
  }

  async #current(time: number): Promise<SoldSlot | undefined> {
    const is_on_show = ({ starts_at, ends_at }: SoldSlot) =>
      Date.parse(starts_at) <= time && time < Date.parse(ends_at);
    for (const slot of this.#slots.values()) if (is_on_show(slot)) return slot;
    const { body } = await shop.current(this.#id);
    if (body) this.#slots.set(body.slot, body);
    return body;
  }

  /** A slot that is sold stays as it is. */
  async #slot(number: number): Promise<SoldSlot | undefined> {
    const known = this.#slots.get(number);
    if (known) return known;
    const { body } = await shop.slot(this.#id, number);
    if (body) this.#slots.set(number, body);
    return body;
  }
}
