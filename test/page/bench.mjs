// What each file of tests begins and ends with: a shop, a node, a browser, and windows that must
// not have done anything wrong.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import { Shop, open_browser, open_window, operator } from './shop.mjs';

/** Its `shop`, `node`, `root` and `browser` are there in tests; `prepare` may add to it. */
export function bench(prepare = async () => undefined) {
  const set = { windows: [] };

  set.open = async (options) => {
    const page = await open_window(set.browser, set.node, options);
    set.windows.push(page);
    return page;
  };

  before(async () => {
    set.shop = new Shop();
    set.node = await set.shop.node();
    set.root = await operator(set.shop, set.node, 'root');
    set.browser = await open_browser();
    await prepare(set);
  });

  afterEach(async () => {
    for (const page of set.windows.splice(0)) {
      const violations = await page.evaluate(() => globalThis.violations ?? []).catch(() => []);
      await page.context().close();
      assert.deepEqual([...page.wrong, ...violations], []);
    }
  });

  after(async () => {
    await set.browser?.close();
    await set.shop?.close();
  });
  return set;
}
