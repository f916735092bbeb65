// Buying by hand: what a buyer does and is told.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import * as posse from './shop.mjs';

describe('buying', { timeout: 60_000 }, () => {
  let shop, node, root, browser;
  const windows = [];

  const open = async () => {
    const page = await posse.open_window(browser, node);
    windows.push(page);
    return page;
  };

  before(async () => {
    shop = new posse.Shop();
    node = await shop.node();
    root = await posse.operator(shop, node);
    browser = await posse.open_browser();
    await posse.campaign(node, root, 'lamps', { title: 'Lamps' });
  });

  afterEach(async () => {
    for (const page of windows.splice(0)) {
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    }
  });

  after(async () => {
    await browser?.close();
    await shop?.close();
  });

  test('who signs up and is given money buys a slot', async () => {
    const page = await open();
    await posse.enter(page, 'anna', { path: '/sign-up' });
    await posse.deposit(node, root, 'anna', 1000);

    await page.getByRole('link', { name: 'Lamps' }).click();
    await page.getByText('You can spend').waitFor();
    assert.equal(await page.locator('[data-price]').textContent().then((t) => t.trim()), '40');
    await page.getByRole('button', { name: 'Buy for 40' }).click();
    await page.getByText('Slot 1 is yours').waitFor();
    await page.getByText('campaign/lamps/receipt/000000000001').waitFor();

    // A reload shows the receipt again, and the account has it.
    await page.reload();
    await page.getByText('Slot 1 is yours').waitFor();
    await page.getByRole('banner').getByRole('link', { name: 'anna' }).click();
    await page.locator('[data-balance="960"]').waitFor();
    await page.getByText('campaign/lamps/receipt/000000000001').waitFor();
  });

  test('who has no money is told so and pays nothing', async () => {
    const page = await open();
    await posse.enter(page, 'paul', { path: '/sign-up?to=/campaigns/lamps' });
    await page.getByRole('button', { name: 'Buy for 40' }).click();
    await page.getByText('Not enough money').waitFor();
    await page.getByText('Your account can spend 0').waitFor();
  });
});
