// Every page, in both themes, on a phone and on a desk: nothing that axe finds fault with, nothing
// that is wider than the window.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { bench } from './bench.mjs';
import { fill } from './sample.mjs';
import * as posse from './shop.mjs';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Each with what is there once all of it is. */
const pages = {
  nobody: {
    '/': 'A line on the wall',
    '/log-in': 'You are new here?',
    '/sign-up': 'You have an account?',
    '/account': 'This page belongs to an account.',
    '/campaigns/wall': 'Log in to buy',
    '/campaigns/nothing': 'There is no campaign',
    '/embed/front-page': 'Next slot:',
    '/embed/wall': 'Next slot:',
  },
  anna: {
    '/campaigns/wall': 'Last sales',
    '/campaigns/front-page': 'yours, if you buy it now',
    '/campaigns/benches': 'Last sales',
    '/campaigns/calendar': 'Nothing is sold yet',
    '/account': 'campaign/wall/receipt/',
    '/sell': 'None yet.',
    '/operator': 'Only operators',
  },
  'town-hall': {
    '/sell': 'Benches by the river',
    '/sell/new': 'Open the campaign',
    '/campaigns/wall/edit': 'Save',
  },
  root: { '/operator': 'Nodes alive' },
};
const sizes = [
  { width: 390, height: 844 },
  { width: 1200, height: 860 },
];

describe('looks', { timeout: 300_000 }, () => {
  const set = bench((made) => fill(made.node, made.root));

  const faults_of = async (page) => {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };
  const overflow_of = (page) =>
    page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of sizes) {
      test(`no fault on any page, ${colorScheme}, ${viewport.width} wide`, async () => {
        for (const [name, paths] of Object.entries(pages)) {
          const page = await set.open({ colorScheme, viewport });
          if (name !== 'nobody') await posse.enter(page, name);
          for (const [path, words] of Object.entries(paths)) {
            await page.goto(path);
            const button = page.getByRole('button', { name: words });
            await page.getByText(words).or(button).first().waitFor();
            for (const details of await page.locator('summary').all()) await details.click();
            assert.deepEqual(await faults_of(page), [], `${path} for ${name}`);
            assert.ok((await overflow_of(page)) <= 0, `${path} is wider than the window`);
          }
        }
      });
    }
  }

  test('each outcome of a purchase is free of faults', async () => {
    const page = await set.open({ colorScheme: 'dark' });
    await posse.enter(page, 'anna', { path: '/log-in?to=/campaigns/wall' });
    const problems = [
      [402, { code: 'insufficient_funds', detail: 'too little', spendable: 1 }],
      [409, { code: 'price_moved', detail: 'dearer', price: 123_456 }],
      [409, { code: 'sold_out', detail: 'all are sold' }],
      [400, { code: 'bad_request', detail: 'wrong' }],
      // The last one: it goes on being asked for.
      [202, { code: 'undecided', detail: 'not known yet' }],
    ];
    for (const [status, json] of problems) {
      await page.route('**/purchases', (route) => route.fulfill({ status, json }));
      await page.reload();
      await page.getByRole('button', { name: /^Buy for/ }).click();
      await page.locator('[data-outcome]:not([data-outcome="sending"])').waitFor();
      assert.deepEqual(await faults_of(page), [], json.code);
      await page.unroute('**/purchases');
      if (status === 202) await page.getByText('is yours').waitFor();
    }
  });

  test('what an operator is told is free of faults, whatever it is', async () => {
    const node = 'n1';
    const at = new Date().toISOString();
    const started_at = at;
    const finding = { code: 'I4', keys: ['account/anna'], sentence: 'anna has money of nobody' };
    const told = { node, started_at, at };
    const states = [
      { state: 'running', phase: 'entries', done: 12_345, total: null, node, started_at },
      { state: 'none', node },
      { state: 'failed', detail: 'the store is silent', ...told },
      { state: 'done', sound: false, findings_total: 1, findings: [finding], text: 'x', ...told },
    ];
    for (const colorScheme of ['light', 'dark']) {
      const page = await set.open({ colorScheme, viewport: sizes[0] });
      let json = states[0];
      await page.route('**/v1/audit', (route) => route.fulfill({ json }));
      await page.route('**/v1/accounts?*', (route) => {
        route.fulfill({ json: { accounts: [{ name: 'a', unreadable: true }], next: 'a' } });
      });
      await page.route('**/v1/nodes', (route) => {
        const self = { oldest_unsettled_ms: 0, recovered: [], clock_ahead_ms: -1234 };
        const alarms = ['the hold of anna is lost'];
        route.fulfill({ json: { nodes: [], self: { node, alarms, ...self } } });
      });
      await posse.enter(page, 'root', { path: '/log-in?to=/operator' });
      await page.getByText('run an audit').waitFor();
      for (json of states) {
        await page.locator(`[data-audit="${json.state}"]`).waitFor();
        assert.deepEqual(await faults_of(page), [], json.state);
        assert.ok((await overflow_of(page)) <= 0, `${json.state} is wider than the window`);
      }
      await page.context().clearCookies();
      await page.unroute('**/v1/nodes');
      await page.getByText('Your session has ended.').waitFor();
      assert.deepEqual(await faults_of(page), []);
    }
  });

  test('all of it goes by keyboard', async () => {
    const page = await set.open();
    await posse.enter(page, 'mara', { path: '/log-in?to=/campaigns/lamps' });
    await page.getByText('You can spend').waitFor();
    await page.getByLabel('Pay at most').focus();
    await page.keyboard.type('40');
    await page.keyboard.press('Enter');
    await page.getByText(/Slot \d+ is yours/).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByLabel('Pay at most').waitFor();
    assert.ok(await page.getByLabel('Pay at most').evaluate((field) => field.matches(':focus')));
  });
});
