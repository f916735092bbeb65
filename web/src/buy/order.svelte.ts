// One purchase: kept before it is sent, and asked again with the same key until it is known what
// became of it.
// SPDX-License-Identifier: Apache-2.0
import { NoAnswer, words_of, type Answer } from '../api/ask';
import { shop } from '../api/shop';
import type { Sale } from '../api/types';
import { forget, keep, type KeptOrder } from './kept_orders';
import { uuid7 } from './uuid7';

export type Outcome =
  | { kind: 'sending' }
  | { kind: 'undecided'; words: string }
  | { kind: 'logged_out' }
  | { kind: 'other_login' }
  | { kind: 'sold'; sale: Sale }
  | { kind: 'price_moved'; price: number }
  | { kind: 'insufficient_funds'; spendable: number }
  | { kind: 'sold_out' | 'closed' | 'not_open' }
  | { kind: 'refused'; words: string };

const never_sent: Outcome = { kind: 'refused', words: 'You are logged out.' };

const pauses_s = [0.3, 0.6, 1, 2, 3, 5];

export class Order {
  readonly kept: KeptOrder;
  outcome = $state.raw<Outcome>({ kind: 'sending' });
  #left = false;

  private constructor(kept: KeptOrder, is_new: boolean) {
    this.kept = kept;
    if (kept.sale) this.outcome = { kind: 'sold', sale: kept.sale };
    else void this.#run(is_new);
  }

  /** Whether it may still become a purchase. */
  get is_open(): boolean {
    return ['sending', 'undecided', 'logged_out', 'other_login'].includes(this.outcome.kind);
  }

  /** Makes a new purchase and sends it. */
  static make(terms: Omit<KeptOrder, 'key' | 'sale'>): Order {
    const kept = { ...terms, key: uuid7() };
    keep(kept);
    return new Order(kept, true);
  }

  /** Goes on with one that an earlier life of the page has begun. */
  static resume(kept: KeptOrder): Order {
    return new Order(kept, false);
  }

  /** Its outcome has been read: it is not shown again. */
  dismiss() {
    forget(this.kept.key);
  }

  /** Asks no more from here; whoever resumes it does. */
  leave() {
    this.#left = true;
  }

  async #run(is_new: boolean) {
    for (let tries = 0; !this.#left; ++tries) {
      let pause_s = pauses_s[Math.min(tries, pauses_s.length - 1)]!;
      try {
        const { campaign, max_price, content, key, account: buyer } = this.kept;
        // With its buyer: another window may have logged in as somebody else.
        const answer = await shop.buy(campaign, { max_price, content, buyer }, key);
        let outcome = outcome_of(answer);
        // Nothing was sent before this, so it is known that nothing was bought.
        const is_first = is_new && tries === 0;
        if (is_first && outcome.kind === 'logged_out') outcome = never_sent;
        if (is_first && outcome.kind === 'other_login')
          outcome = { kind: 'refused', words: words_of(answer) };
        this.#reach(outcome);
        if (outcome.kind !== 'undecided') return;
        pause_s = Math.max(pause_s, answer.retry_after_s ?? 0);
      } catch (failure) {
        if (!(failure instanceof NoAnswer)) throw failure;
        this.outcome = { kind: 'undecided', words: failure.message };
      }
      await new Promise((done) => setTimeout(done, pause_s * 1000));
    }
  }

  #reach(outcome: Outcome) {
    if (outcome.kind === 'sold') keep({ ...this.kept, sale: outcome.sale });
    this.outcome = outcome;
    if (outcome.kind !== 'sold' && !this.is_open) forget(this.kept.key);
  }
}

function outcome_of(answer: Answer<Sale>): Outcome {
  if (answer.body) return { kind: 'sold', sale: answer.body };
  const problem = answer.problem;
  switch (problem?.code) {
    case 'price_moved':
      return { kind: 'price_moved', price: problem.price ?? 0 };
    case 'insufficient_funds':
      return { kind: 'insufficient_funds', spendable: problem.spendable ?? 0 };
    case 'sold_out':
    case 'closed':
    case 'not_open':
      return { kind: problem.code };
    case 'unauthorized':
      return { kind: 'logged_out' };
    case 'other_buyer':
      return { kind: 'other_login' };
  }
  const words = words_of(answer);
  const is_known = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
  return { kind: is_known ? 'refused' : 'undecided', words };
}
