// A campaign as it changes. Says when the connection is gone, and comes back by itself.
// SPDX-License-Identifier: Apache-2.0
import { shop } from '../api/shop';
import type { Campaign } from '../api/types';
import { Sales } from './sales.svelte';
import { follow } from './stream';

/** A node sends a comment every 15 s; what is silent for longer is dead or frozen. */
const silence_ms_max = 20_000;
/** Twenty windows that come back at the same time are no burden to a node. */
const pauses_ms = [200, 500, 1000, 2000];

export type Connection = 'connecting' | 'live' | 'lost' | 'missing';

export class LiveCampaign {
  now = $state.raw<Campaign>();
  connection = $state<Connection>('connecting');
  /** When something was heard last, by our clock. */
  heard_at = $state(Date.now());
  /** How far the node's clock is ahead of ours, in ms. */
  ahead_ms = $state(0);

  readonly id: string;
  readonly sales: Sales;
  #ended = false;
  #reading: AbortController | undefined;
  #failures = 0;

  constructor(id: string) {
    this.id = id;
    this.sales = new Sales(id);
    void this.#run();
  }

  end() {
    this.#ended = true;
    this.#reading?.abort();
  }

  /** Tries again at once. */
  hurry() {
    this.#failures = 0;
    if (this.connection !== 'live') this.#reading?.abort();
  }

  async #run() {
    while (!this.#ended && this.connection !== 'missing') {
      await this.#read();
      if (this.#ended) return;
      const pause = pauses_ms[Math.min(this.#failures++, pauses_ms.length - 1)]!;
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  async #read() {
    const reading = new AbortController();
    this.#reading = reading;
    let silence = setTimeout(() => reading.abort(), silence_ms_max);
    try {
      const status = await follow(shop.events_path(this.id), reading.signal, {
        alive: () => {
          clearTimeout(silence);
          silence = setTimeout(() => reading.abort(), silence_ms_max);
          this.#failures = 0;
          this.heard_at = Date.now();
        },
        event: (name, data) => {
          if (name === 'campaign') this.#take(JSON.parse(data));
        },
      });
      if (status === 404) this.connection = 'missing';
    } catch {
      // The connection broke or was ended by us; what follows is the same as after its end.
    }
    clearTimeout(silence);
    if (this.connection === 'live') this.connection = 'lost';
  }

  #take(campaign: Campaign) {
    this.now = campaign;
    this.connection = 'live';
    this.ahead_ms = Date.parse(campaign.as_of) - Date.now();
    void this.sales.follow(campaign.head.slot);
  }
}
