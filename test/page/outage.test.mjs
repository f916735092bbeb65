// Nodes that die under the page: what it says meanwhile, and that nothing is bought twice.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bench } from './bench.mjs';
import * as posse from './shop.mjs';

describe('an outage', { timeout: 180_000 }, () => {
  const set = bench(async ({ node, root }) => {
    await posse.campaign(node, root, 'lamps');
  });

  const restart = async () => {
    set.node = await set.shop.node(set.node.address);
  };
  const buyer = async (name) => {
    await posse.person(set.node, name);
    await posse.deposit(set.node, set.root, name, 1000);
    const page = await set.open();
    await posse.enter(page, name, { path: '/log-in?to=/campaigns/lamps' });
    await page.getByText('You can spend').waitFor();
    await page.getByRole('button', { name: 'Buy for 40' }).waitFor();
    return page;
  };
  const bought = async (name) => {
    const token = await posse.log_in(set.node, name);
    await posse.ask(set.node, 200, 'POST', '/v1/me/resolve', undefined, posse.bearer(token));
    const path = '/v1/me/purchases';
    return (await posse.ask(set.node, 200, 'GET', path, undefined, posse.bearer(token))).purchases;
  };
  const buy = (page) => page.getByRole('button', { name: 'Buy for 40' }).click();

  test('the page says how old its state is, and comes back by itself', async () => {
    const page = await buyer('anna');
    await page.locator('[data-connection="live"]').waitFor();
    await set.shop.kill(set.node);
    await page.getByText(/Connection lost, showing the state of \d+ s ago/).waitFor();
    await page.getByText('state of 2 s ago').waitFor();
    await restart();
    await page.locator('[data-connection="live"]').waitFor();
  });

  test('a node that is killed before it answers is asked again, after a reload too', async () => {
    const page = await buyer('bert');
    set.node.child.kill('SIGSTOP');
    await buy(page);
    await page.getByText('Sending…').waitFor();
    await set.shop.kill(set.node);
    await page.getByText('Not known yet', { exact: true }).waitFor();
    await restart();
    await page.reload();
    await page.getByText(/Slot \d+ is yours/).waitFor();
    assert.equal((await bought('bert')).length, 1);
  });

  test('a sale whose answer is lost is found again, and is the only one', async () => {
    const page = await buyer('cora');
    let lost = 0;
    await page.route('**/purchases', async (route) => {
      if (route.request().method() === 'POST' && lost++ === 0) {
        await route.fetch();
        await route.abort('connectionreset');
      } else {
        await route.continue();
      }
    });
    await buy(page);
    await page.getByText(/Slot \d+ is yours/).waitFor();
    assert.ok(lost >= 2);
    assert.equal((await bought('cora')).length, 1);
  });

  test('one purchase each, whenever the node is killed while buying', async () => {
    const page = await buyer('dirk');
    const told = [];
    for (const after_ms of [0, 2, 5, 10, 20, 40]) {
      await buy(page);
      await new Promise((done) => setTimeout(done, after_ms));
      await set.shop.kill(set.node);
      await restart();
      await page.reload();
      const words = page.getByText(/Slot \d+ is yours/);
      await words.waitFor();
      told.push(Number(/Slot (\d+)/.exec(await words.textContent())[1]));
      await page.getByRole('button', { name: 'Buy another one' }).click();
    }
    const slots = (await bought('dirk')).map(({ slot }) => slot).sort((one, other) => one - other);
    assert.deepEqual(slots, told);
    assert.match(await set.shop.command('audit'), /the books are sound/);
  });

  test('who is logged out meanwhile learns it after the next login', async () => {
    const page = await buyer('fred');
    let asked = 0;
    await page.route('**/purchases', async (route) => {
      if (route.request().method() !== 'POST' || ++asked > 1) return route.continue();
      await route.fetch();
      await page.context().clearCookies();
      return route.abort('connectionreset');
    });
    await buy(page);
    await page.getByRole('link', { name: 'Log in again' }).click();
    await page.getByLabel('Name').fill('fred');
    await page.getByLabel('Password').fill(posse.password);
    await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
    await page.getByText(/Slot \d+ is yours/).waitFor();
    assert.equal((await bought('fred')).length, 1);
  });

  test('an order does not go on under another login', async () => {
    await posse.person(set.node, 'jona');
    await posse.deposit(set.node, set.root, 'jona', 1000);
    const page = await buyer('ines');
    let asked = 0;
    await page.route('**/purchases', async (route) => {
      if (route.request().method() !== 'POST' || ++asked > 1) return route.continue();
      const other = await page.context().newPage();
      await posse.enter(other, 'jona');
      await other.close();
      return route.abort('connectionreset');
    });
    await buy(page);
    await page.getByText('Somebody else is logged in').waitFor();
    assert.equal(asked, 2);
    await page.getByRole('link', { name: 'Log in as ines' }).click();
    await page.getByLabel('Name').fill('ines');
    await page.getByLabel('Password').fill(posse.password);
    await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
    await page.getByText(/Slot \d+ is yours/).waitFor();
    assert.equal((await bought('ines')).length, 1);
    assert.deepEqual(await bought('jona'), []);
  });

  test('who was logged out before buys nothing by pressing', async () => {
    const page = await buyer('gina');
    await page.context().clearCookies();
    await buy(page);
    await page.getByText('You are logged out').waitFor();
    await posse.enter(page, 'gina', { path: '/log-in?to=/campaigns/lamps' });
    await page.getByRole('button', { name: 'Buy for 40' }).waitFor();
    await page.waitForTimeout(500);
    assert.deepEqual(await bought('gina'), []);
  });

  test('what the account has left undecided is decided at a press', async () => {
    const page = await buyer('hugo');
    await page.route('**/v1/me', async (route) => {
      const json = await (await route.fetch()).json();
      const where = { sequence: 'campaign/lamps', first: 1, last: 8 };
      const intent = 'Xk9xAZ3yQ0eT0uHq5b2vNw';
      json.holds = [{ intent, ...where, reserve: { balance: -40 } }];
      json.pending = '1 order is being decided';
      return route.fulfill({ json });
    });
    await page.getByRole('link', { name: 'hugo' }).click();
    await page.getByText('1 order is being decided').waitFor();
    await page.getByText('40 set aside').waitFor();
    await page.getByRole('button', { name: 'Decide now' }).click();
    await page.getByText('Everything is decided').waitFor();
    await page.getByText('40 set aside').waitFor({ state: 'detached' });
  });

  test('an undecided outcome is asked for until it is known', async () => {
    const page = await buyer('emma');
    let asked = 0;
    await page.route('**/purchases', async (route) => {
      if (route.request().method() !== 'POST' || ++asked > 2) return route.continue();
      const json = { code: 'undecided', detail: 'it is not known yet' };
      const headers = { 'Retry-After': '1' };
      return route.fulfill({ status: 202, headers, json });
    });
    await buy(page);
    await page.getByText('Not known yet', { exact: true }).waitFor();
    await page.getByText(/Slot \d+ is yours/).waitFor();
    assert.equal(asked, 3);
    assert.equal((await bought('emma')).length, 1);
  });
});
