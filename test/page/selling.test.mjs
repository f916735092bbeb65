// Sellers, operators, and pages of others that show what is on show.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { bench } from './bench.mjs';
import { buy } from './sample.mjs';
import * as posse from './shop.mjs';

describe('selling and operating', { timeout: 120_000 }, () => {
  const set = bench();

  test('a seller opens a campaign, changes it, and is paid', async () => {
    const page = await set.open();
    await posse.enter(page, 'sara', { path: '/sign-up?to=/sell' });
    await page.getByRole('link', { name: 'Open a campaign' }).click();
    await page.getByLabel('Name in addresses').fill('tea');
    await page.getByLabel('Title').fill('Tea at five');
    await page.getByLabel('Price', { exact: true }).fill('1,200');
    await page.getByLabel('A slot lasts', { exact: true }).fill('2');
    await page.getByLabel('How many slots').fill('10');
    await page.getByRole('button', { name: 'Open the campaign' }).click();
    await page.getByRole('heading', { name: 'Tea at five' }).waitFor();
    await page.locator('[data-price="1200"]').waitFor();
    const made = await posse.ask(set.node, 200, 'GET', '/v1/campaigns/tea');
    assert.equal(made.slot_seconds, 7200);
    assert.equal(made.capacity, 10);

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Doubles at each sale').check();
    await page.getByLabel('Lowest price').fill('500');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-price="500"]').waitFor();
    const pricing = { kind: 'doubling', floor: 500, cooldown_seconds: 3600 };
    const changed = await posse.ask(set.node, 200, 'GET', '/v1/campaigns/tea');
    assert.deepEqual(changed.pricing, pricing);
    assert.equal(changed.title, 'Tea at five');

    const token = await posse.person(set.node, 'tom');
    await posse.deposit(set.node, set.root, 'tom', 1000);
    await buy(set.node, token, 'tea', 500);
    await page.locator('[data-slot="1"]').waitFor();
    await page.getByRole('link', { name: 'Sell' }).click();
    await page.locator('[data-due="500"]').getByText('500 to be paid').waitFor();
    await page.getByRole('button', { name: 'Pay me now' }).click();
    await page.getByText('500 from tea').waitFor();
    await page.locator('[data-due="0"]').waitFor();
    await page.getByRole('button', { name: 'Pay me now' }).click();
    await page.getByText('Everything was paid already').waitFor();
  });

  test('earnings are renewed, and are those of the newest look', async () => {
    const page = await set.open();
    const token = await posse.person(set.node, 'rita');
    await posse.campaign(set.node, token, 'soap');
    await posse.deposit(set.node, set.root, 'root', 1000);
    await buy(set.node, set.root, 'soap', 40);
    let told = { status: 503, json: { status: 503, code: 'unavailable', detail: 'not now' } };
    await page.route('**/v1/me/earnings', (route) => {
      return told ? route.fulfill(told) : route.continue();
    });
    await page.clock.install();
    await posse.enter(page, 'rita', { path: '/log-in?to=/sell' });
    await page.getByText('Not now.').waitFor();
    told = undefined;
    await page.clock.fastForward(30_000);
    await page.locator('[data-due="40"]').getByText('As of').waitFor();
    assert.equal(await page.getByText('Not now.').count(), 0);
    told = { status: 503, json: { status: 503, code: 'unavailable', detail: 'not now' } };
    await page.clock.fastForward(30_000);
    await page.getByText('What stands above is old').waitFor();
    await page.locator('[data-due="40"]').waitFor();

    let held;
    await page.route('**/v1/me/earnings', (route) => {
      if (held) return route.continue();
      held = route;
    });
    // As when somebody comes back to it.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    while (!held) await page.waitForTimeout(50);
    await page.getByRole('button', { name: 'Pay me now' }).click();
    await page.getByText('40 from soap').waitFor();
    await page.locator('[data-due="0"]').waitFor();
    await held.fulfill({ json: { earnings: { soap: 40 }, complete: true } });
    await page.waitForTimeout(200);
    await page.locator('[data-due="0"]').waitFor();
    assert.equal(await page.getByText('What stands above is old').count(), 0);
  });

  test('a name that is taken is refused in words', async () => {
    const page = await set.open();
    await posse.campaign(set.node, set.root, 'taken');
    await posse.enter(page, 'ulf', { path: '/sign-up?to=/sell/new' });
    await page.getByLabel('Name in addresses').fill('taken');
    await page.getByLabel('Price', { exact: true }).fill('1');
    await page.getByRole('button', { name: 'Open the campaign' }).click();
    await page.getByRole('alert').getByText('taken').waitFor();
  });

  test('a key is shown once, works, and ends', async () => {
    const page = await set.open();
    await posse.enter(page, 'vera', { path: '/sign-up?to=/account' });
    await page.getByRole('button', { name: 'Make a key' }).click();
    const key = await page.locator('code').textContent();
    await posse.ask(set.node, 200, 'GET', '/v1/me', undefined, posse.bearer(key));
    await page.reload();
    await page.getByRole('button', { name: /^Delete/ }).waitFor();
    assert.equal(await page.locator('code').count(), 0);
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByRole('button', { name: /^Delete/ }).waitFor({ state: 'detached' });
    await page.waitForTimeout(150);
    await posse.ask(set.node, 401, 'GET', '/v1/me', undefined, posse.bearer(key));
  });

  test('an operator books a deposit once for each reference, and takes money out', async () => {
    await posse.person(set.node, 'willi');
    const page = await set.open();
    await posse.enter(page, 'root', { path: '/log-in?to=/operator' });
    await page.getByText('Nodes alive').waitFor();
    await page.locator('[data-measure="patrol_members"]').getByText('1').waitFor();
    const send = async (amount, reference, button) => {
      await page.getByLabel('Account', { exact: true }).fill('willi');
      await page.getByLabel('Amount').fill(amount);
      await page.getByLabel('Reference').fill(reference);
      await page.getByRole('button', { name: button }).click();
    };
    await send('1,000', 'invoice-7', 'Put in');
    await page.getByText('1,000 for willi, reference invoice-7.').waitFor();
    await page.getByRole('button', { name: 'Put in' }).click();
    await page.getByText('Booked before').waitFor();
    await send('5', 'invoice-7', 'Put in');
    await page.getByText('Not booked').waitFor();
    await page.getByLabel('Withdrawal').check();
    await send('400', 'payout-1', 'Take out');
    await page.getByText('400 for willi, reference payout-1.').waitFor();
    assert.match(await set.shop.command('account', 'show', 'willi'), /balance 600/);
  });

  test('who is no operator cannot book', async () => {
    const page = await set.open();
    await posse.enter(page, 'xenia', { path: '/sign-up?to=/operator' });
    await page.getByText('Only operators may do this').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Operate' }).count(), 0);
  });

  test('another site shows what is on show in a frame, and no other page of ours', async () => {
    await posse.campaign(set.node, set.root, 'front', { slot_seconds: 3600, title: 'Front' });
    const token = await posse.person(set.node, 'yara');
    await posse.deposit(set.node, set.root, 'yara', 1000);
    const shop = await set.open();
    await shop.goto('/campaigns/front');
    await shop.getByText('Show this on another site').click();
    const snippet = await shop.getByLabel('HTML for an embedded view').inputValue();

    const framed = (path) => snippet.replace('/embed/front', path);
    const site = createServer((request, answer) => {
      answer.setHeader('Content-Type', 'text/html');
      answer.end(request.url === '/embed' ? snippet : framed('/campaigns/front'));
    });
    await new Promise((done) => site.listen(0, '127.0.0.1', done));
    try {
      const page = await set.browser.newPage();
      await page.goto(`http://127.0.0.1:${site.address().port}/embed`);
      const frame = page.frameLocator('iframe');
      await frame.getByText('Nothing is on show').waitFor();
      await buy(set.node, token, 'front', 40, 'Hello, town!');
      await frame.getByText('Hello, town!').waitFor();
      await page.goto(`http://127.0.0.1:${site.address().port}/other`);
      await page.waitForTimeout(500);
      assert.equal(await frame.getByText('Hello, town!').count(), 0);
      await page.close();
    } finally {
      site.close();
    }
  });
});
