// Who is logged in here. The cookie is out of reach for scripts, so a name beside it says whether
// it is worth asking.
// SPDX-License-Identifier: Apache-2.0
import { words_of } from './api/ask';
import { shop, type Credentials } from './api/shop';
import type { Me } from './api/types';

const hint = 'posse.account';

class Session {
  /** Null if nobody is; undefined until it is known. */
  me = $state.raw<Me | null>();

  /** Throws if nobody can tell. */
  async load() {
    if (!localStorage.getItem(hint)) {
      this.me = null;
      return;
    }
    const answer = await shop.me();
    if (answer.body) this.#enter(answer.body);
    else if (answer.status === 401) this.#leave();
    else throw new Error(words_of(answer));
  }

  /** What went wrong, in words; nothing if nothing did. */
  async log_in(who: Credentials): Promise<string | undefined> {
    const answer = await shop.log_in(who);
    if (answer.status !== 201) return words_of(answer);
    const me = await shop.me();
    if (!me.body) return words_of(me);
    this.#enter(me.body);
  }

  async sign_up(who: Credentials): Promise<string | undefined> {
    const answer = await shop.sign_up(who);
    // After a 202 a login tells whether the account was made.
    if (answer.status !== 201 && answer.status !== 202) return words_of(answer);
    return this.log_in(who);
  }

  async log_out() {
    const answer = await shop.log_out();
    if (answer.status === 204 || answer.status === 401) this.#leave();
  }

  /** The account as some other call has shown it. */
  show(me: Me) {
    this.#enter(me);
  }

  #enter(me: Me) {
    localStorage.setItem(hint, me.name);
    this.me = me;
  }

  #leave() {
    localStorage.removeItem(hint);
    this.me = null;
  }
}

export const session = new Session();
