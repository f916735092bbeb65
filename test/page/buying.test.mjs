// Buying by hand: what a buyer does and is told.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bench } from './bench.mjs';
import { buy } from './sample.mjs';
import * as posse from './shop.mjs';

/** Notes in the page, by the clock that all windows share, when slot 1 was seen and when sold. */
function note_times() {
  const look = () => {
    const now = Date.now();
    if (document.querySelector('[data-slot="1"]')) globalThis.seen_at ??= now;
    if (document.querySelector('[data-outcome="sold"]')) globalThis.sold_at ??= now;
  };
  const all = { attributes: true, childList: true, subtree: true };
  new MutationObserver(look).observe(document, all);
}

describe('buying', { timeout: 120_000 }, () => {
  const set = bench(async ({ node, root }) => {
    await posse.campaign(node, root, 'lamps', { title: 'Lamps' });
    await posse.campaign(node, root, 'benches', { capacity: 1 });
    const pricing = { kind: 'doubling', floor: 100, cooldown_seconds: 3600 };
    for (const id of ['wall', 'race']) await posse.campaign(node, root, id, { pricing });
  });

  /** A window in which `name`, who has money, looks at `campaign`. */
  const buyer = async (name, campaign, amount = 1000) => {
    await posse.person(set.node, name);
    await posse.deposit(set.node, set.root, name, amount);
    const page = await set.open();
    await posse.enter(page, name, { path: `/log-in?to=/campaigns/${campaign}` });
    await page.getByText('You can spend').waitFor();
    return page;
  };
  const bought = async (name) => {
    const token = await posse.log_in(set.node, name);
    const path = '/v1/me/purchases';
    return (await posse.ask(set.node, 200, 'GET', path, undefined, posse.bearer(token))).purchases;
  };

  test('who signs up and is given money buys a slot', async () => {
    const page = await set.open();
    await posse.enter(page, 'anna', { path: '/sign-up' });
    await posse.deposit(set.node, set.root, 'anna', 1000);

    await page.getByRole('link', { name: 'Lamps' }).click();
    await page.getByText('You can spend').waitFor();
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
    const page = await set.open();
    await posse.enter(page, 'paul', { path: '/sign-up?to=/campaigns/lamps' });
    await page.getByRole('button', { name: 'Buy for 40' }).click();
    await page.getByText('Not enough money').waitFor();
    await page.getByText('Your account can spend 0').waitFor();
  });

  test('of two windows one wins, and the other sees it within 250 ms', async () => {
    const pages = [await buyer('carl', 'race'), await buyer('dora', 'race')];
    for (const page of pages) await page.evaluate(note_times);
    await Promise.all(pages.map((page) => page.getByRole('button', { name: /^Buy for/ }).click()));

    const outcomes = await Promise.all(
      pages.map(async (page) => {
        await page.getByText(/is yours|The price has moved/).waitFor();
        return page.locator('[data-outcome]').getAttribute('data-outcome');
      }),
    );
    assert.deepEqual([...outcomes].sort(), ['price_moved', 'sold']);
    const winner = pages[outcomes.indexOf('sold')];
    const loser = pages[outcomes.indexOf('price_moved')];
    await winner.getByText('Slot 1 is yours').waitFor();
    await loser.locator('[data-slot="1"]').waitFor();
    const [seen_at, sold_at] = [() => globalThis.seen_at, () => globalThis.sold_at];
    const behind_ms = (await loser.evaluate(seen_at)) - (await winner.evaluate(sold_at));
    assert.ok(behind_ms <= 250, `the other window saw it ${behind_ms} ms later`);

    // It may buy at the new price, with one more press.
    await loser.getByRole('button', { name: 'Buy for at most' }).click();
    await loser.getByText('Slot 2 is yours').waitFor();
    assert.equal((await bought('carl')).length + (await bought('dora')).length, 2);
  });

  test('a maximum below the price is refused with the new price', async () => {
    const page = await buyer('emil', 'wall');
    await page.getByLabel('Pay at most').fill('99');
    await page.getByRole('button', { name: 'Buy for at most 99' }).click();
    await page.getByText('The price has moved').waitFor();
    await page.getByRole('button', { name: 'Buy for at most 100' }).waitFor();
    assert.deepEqual(await bought('emil'), []);
  });

  test('the last slot of another leaves nothing to press', async () => {
    const page = await buyer('fritz', 'benches');
    const rich = await posse.person(set.node, 'rich');
    await posse.deposit(set.node, set.root, 'rich', 1000);
    await buy(set.node, rich, 'benches', 40);
    const button = page.getByRole('button', { name: 'Sold out' });
    await button.waitFor();
    assert.ok(await button.isDisabled());
  });

  test('a price falls as one watches, in figures and as a curve, and jumps at a sale', async () => {
    const pricing = { kind: 'doubling', floor: 100, cooldown_seconds: 20 };
    await posse.campaign(set.node, set.root, 'falling', { pricing });
    const page = await buyer('gerd', 'falling', 100_000);
    const price = async () => Number(await page.locator('[data-price]').getAttribute('data-price'));
    const picture = () => page.locator('canvas').evaluate((canvas) => canvas.toDataURL());

    await page.getByRole('button', { name: 'Buy for 100' }).click();
    await page.locator('[data-slot="1"]').waitFor();
    await page.locator('[data-price]:not([data-price="100"])').waitFor();
    const [high, before] = [await price(), await picture()];
    assert.ok(high > 150 && high <= 200, `${high}`);
    await page.waitForTimeout(2000);
    const lower = await price();
    assert.ok(lower < high && lower > 100, `${high}, then ${lower}`);
    assert.notEqual(await picture(), before);

    const other = await posse.person(set.node, 'hanna');
    await posse.deposit(set.node, set.root, 'hanna', 100_000);
    await buy(set.node, other, 'falling', 100_000);
    await page.locator('[data-slot="2"]').waitFor();
    await page.waitForFunction(
      (least) => Number(document.querySelector('[data-price]').dataset.price) > least,
      lower * 1.5,
    );
  });

  test('what users write is text, and links only to the web', async () => {
    const page = await buyer('iris', 'lamps', 10_000);
    const evil = [
      '<img src=x onerror="globalThis.hurt=1"><script>globalThis.hurt=1</script>',
      'javascript:globalThis.hurt=1 data:text/html,x ftp://example.org/x',
      'https://user:secret@example.org/ and https://example.org/a"onclick="x',
    ].join('\n');
    await page.getByText('Say something on it').click();
    await page.getByLabel('What stands on your slot').fill(evil);
    await page.getByText('Preview').waitFor();
    await page.getByRole('button', { name: 'Buy for 40' }).click();
    await page.getByText('is yours').waitFor();
    const title = '<b onclick="globalThis.hurt=1">bold</b>';
    await posse.campaign(set.node, set.root, 'bold', { title });

    for (const path of ['/campaigns/lamps', '/embed/lamps', '/account', '/', '/campaigns/bold']) {
      await page.goto(path);
      const is_titled = path === '/' || path.endsWith('bold');
      await page.getByText(is_titled ? title : 'ftp://').first().waitFor();
      const found = await page.evaluate(() => ({
        elements: document.querySelectorAll('main :is(img, script, b[onclick])').length,
        links: [...document.querySelectorAll('main .content a')].map((link) => link.href),
        hurt: globalThis.hurt,
      }));
      assert.equal(found.elements, 0);
      assert.equal(found.hurt, undefined);
      if (path === '/campaigns/lamps') assert.ok(found.links.length > 0);
      for (const link of found.links) assert.equal(link, 'https://example.org/a');
    }
  });

  test('content that is too long is refused before it is sent', async () => {
    const page = await buyer('jan', 'lamps');
    await page.getByText('Say something on it').click();
    await page.getByLabel('What stands on your slot').fill('ü'.repeat(1025));
    await page.getByText('2 bytes too long').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Buy for 40' }).isDisabled());
  });
});
