// Of several answers to one question, only that to the newest asking counts.
// SPDX-License-Identifier: Apache-2.0

export class Newest {
  #asked = 0;

  /** Begins an asking: what it returns says whether no later one has begun since. */
  begin(): () => boolean {
    const mine = ++this.#asked;
    return () => mine === this.#asked;
  }
}
