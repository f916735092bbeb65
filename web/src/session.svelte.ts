// Who is logged in here. The cookie is out of reach for scripts, so a name beside it says whether
// it is worth asking.
// SPDX-License-Identifier: Apache-2.0
import { words_of, type Answer } from './api/ask';
import { shop, type Credentials } from './api/shop';
import type { Me } from './api/types';

const hint = 'posse.account';

class Session {
  /** Null if nobody is; undefined until it is known. */
  me = $state.raw<Me | null>();
  /** What to say to somebody who is logged out without having asked for it. */
  farewell = $state('');

  /** Throws if nobody can tell. `farewell` is for whoever turns out to be logged out. */
  async load(farewell = '') {
    if (!localStorage.getItem(hint)) {
      this.#leave(farewell);
      return;
    }
    const answer = await shop.me();
    if (answer.body) this.#enter(answer.body);
    else if (answer.status === 401) this.#leave(farewell);
    else throw new Error(words_of(answer));
  }

  /** Looks who is logged in once an answer says: nobody, or somebody who may not do this. */
  async heed({ status }: Answer<unknown>, farewell = 'Your session has ended.') {
    if (status !== 401 && status !== 403) return;
    // If nobody can tell, the next answer of this kind asks again.
    await this.load(farewell).catch(() => undefined);
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
    this.farewell = '';
    this.me = me;
  }

  #leave(farewell = '') {
    localStorage.removeItem(hint);
    // Whoever is told already stays told.
    if (this.me !== null || farewell) this.farewell = farewell;
    this.me = null;
  }
}

export const session = new Session();
