// What operators see of accounts and nodes.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bench } from './bench.mjs';
import { buy } from './sample.mjs';
import * as posse from './shop.mjs';

// Accounts that one answer lists; docs/http.md.
const page_size = 100;

describe('operating', { timeout: 120_000 }, () => {
  const set = bench();

  const operate = async () => {
    const page = await set.open();
    await posse.enter(page, 'root', { path: '/log-in?to=/operator' });
    await page.locator('[data-nodes="1"]').waitFor();
    return page;
  };

  test('an operator finds accounts, also those behind the first page', async () => {
    for (let at = 0; at < page_size; ++at) {
      await set.shop.command('account', 'create', `a${String(at).padStart(3, '0')}`);
    }
    await posse.person(set.node, 'walter');
    await posse.deposit(set.node, set.root, 'walter', 1234);
    const page = await operate();
    await page.locator('[data-account="a099"]').waitFor();
    assert.equal(await page.locator('[data-account="walter"]').count(), 0);
    await page.getByText('100 listed. There are more.').waitFor();
    await page.getByRole('button', { name: 'Show more accounts' }).click();
    await page.locator('[data-account="walter"]').getByText('1,234').waitFor();
    assert.equal(await page.locator('[data-account="a000"]').count(), 1);
    await page.getByText(/^10\d listed. These are all.$/).waitFor();
  });

  test('an operator finds names by how they begin, also those that are not listed', async () => {
    const page = await operate();
    const asked = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname === '/v1/accounts') asked.push(url.searchParams.get('prefix'));
    });
    await page.locator('[data-account="a099"]').waitFor();
    const field = page.getByLabel('Find by name');
    await field.pressSequentially('-WÄl ');
    assert.equal(await field.inputValue(), 'wl');
    await page.getByRole('status').getByText('No name begins with “wl”.').waitFor();
    await field.fill('wal');
    await page.locator('[data-account="walter"]').waitFor();
    await page.getByRole('status').getByText('1 listed, beginning with “wal”.').waitFor();
    assert.equal(await page.locator('[data-account]').count(), 1);
    // Nothing is asked while one types.
    assert.deepEqual(asked.slice(-2), ['wl', 'wal']);
    await field.fill('');
    await page.locator('[data-account="a099"]').waitFor();
  });

  test('the answer to what is sought counts, not the one that comes last', async () => {
    const page = await operate();
    await page.locator('[data-account="a099"]').waitFor();
    let held;
    await page.route('**/v1/accounts?*prefix=a', (route) => (held = route));
    await page.getByLabel('Find by name').fill('a');
    while (!held) await page.waitForTimeout(50);
    await page.getByLabel('Find by name').fill('wal');
    await page.locator('[data-account="walter"]').waitFor();
    await held.continue();
    await page.waitForTimeout(300);
    assert.equal(await page.locator('[data-account]').count(), 1);
    assert.ok(await page.getByRole('button', { name: 'Read again' }).isEnabled());
  });

  test('an account that cannot be read does not hide the others', async () => {
    const page = await set.open();
    await page.route('**/v1/accounts?*', async (route) => {
      const json = await (await route.fetch()).json();
      if (json.accounts[9]?.name === 'a009') {
        json.accounts[9] = { name: 'a009', unreadable: true };
      }
      await route.fulfill({ json });
    });
    await posse.enter(page, 'root', { path: '/log-in?to=/operator' });
    await page.locator('[data-account="a009"]').getByText('run an audit').waitFor();
    await page.locator('[data-account="a010"]').getByText('0 booked').waitFor();
    await page.getByRole('button', { name: 'Show more accounts' }).click();
    await page.locator('[data-account="walter"]').waitFor();
    assert.equal(await page.locator('[data-account="a009"]').count(), 1);
  });

  test('an operator sees who is alive and what was finished for the dead', async () => {
    const token = await posse.person(set.node, 'zoe');
    await posse.deposit(set.node, set.root, 'zoe', 1000);
    await posse.campaign(set.node, set.root, 'lamps');
    await buy(set.node, token, 'lamps', 40);
    const page = await operate();
    await page.getByText('Nothing since it started.').waitFor();
    const other = await set.shop.node();
    await page.locator('[data-nodes="2"]').waitFor();
    await set.shop.kill(other, 'SIGTERM');
    await page.locator('[data-nodes="1"]').waitFor();
    await page.route('**/v1/nodes', async (route) => {
      const json = await (await route.fetch()).json();
      json.self.recovered = [{ at: new Date().toISOString(), entries: 3, oldest_ms: 2100 }];
      json.self.clock_ahead_ms = -42;
      await route.fulfill({ json });
    });
    await page.locator('[data-clock]').getByText('42 ms behind').waitFor();
    await page.locator('[data-recovered="3"]').getByText('3 entries, 2.1 s old').waitFor();
    await page.route('**/v1/nodes', (route) => route.abort());
    await page.getByText('What stands below is old').waitFor();
  });

  test('an alarm comes before all else, whichever node answers', async () => {
    const page = await operate();
    let asked = 0;
    await page.route('**/v1/nodes', async (route) => {
      const json = await (await route.fetch()).json();
      json.nodes.push({ ...json.nodes[0], node: 'n2' });
      if (asked++ % 2 === 0) {
        json.self.node = 'n2';
        json.self.alarms = ['the hold of zoe is lost'];
      }
      await route.fulfill({ json });
    });
    const alarm = page.getByRole('alert').getByText('the hold of zoe is lost');
    await alarm.waitFor();
    const top_of = async (place) => (await place.boundingBox()).y;
    assert.ok((await top_of(alarm)) < (await top_of(page.getByLabel('Reference'))));
    for (const until = asked + 3; asked < until; ) {
      await page.waitForTimeout(200);
      assert.equal(await alarm.count(), 1);
    }
  });

  test('an operator whose session ends is told so, and sees no more of the shop', async () => {
    const page = await operate();
    await page.locator('[data-account]').first().waitFor();
    await page.context().clearCookies();
    await page.getByRole('alert').getByText('Your session has ended.').waitFor();
    await page.locator('[data-account]').first().waitFor({ state: 'detached' });
    await posse.enter(page, 'root', { path: '/log-in?to=/operator' });
    await page.locator('[data-account]').first().waitFor();
    await page.goto('/account');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.goto('/operator');
    await page.getByText('This page belongs to an account.').waitFor();
    assert.equal(await page.getByText('Your session has ended.').count(), 0);
  });

  test('who is an operator no more sees no more of the shop', async () => {
    await posse.operator(set.shop, set.node, 'ruth');
    const page = await set.open();
    await posse.enter(page, 'ruth', { path: '/log-in?to=/operator' });
    await page.locator('[data-account]').first().waitFor();
    await set.shop.command('account', 'role', 'ruth', 'person');
    await page.getByText('Only operators may do this').waitFor();
    assert.equal(await page.locator('[data-account]').count(), 0);
  });
});
