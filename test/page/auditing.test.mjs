// Audits as an operator sees them: also of several nodes behind one address, and of nodes that end.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bench } from './bench.mjs';
import * as posse from './shop.mjs';

// Of other nodes, until the page doubts that the one that audits lives; audit_watch.svelte.ts.
const others_max = 10;

describe('auditing', { timeout: 120_000 }, () => {
  const set = bench();

  const start = Date.now();
  const at = (s) => new Date(start + s * 1000).toISOString();
  const started_at = at(0);
  const running = (node, done) => {
    return { state: 'running', phase: 'entries', done, total: 5000, node, started_at };
  };
  const ended = (node, more) => ({
    state: 'done', sound: true, findings_total: 0, findings: [], text: 'sound', at: at(1), node,
    started_at, ...more,
  });
  const none = (node) => ({ state: 'none', node });

  /** A window whose looks are answered with `answers` in turn, and starts by `start`. */
  const watch = async (...answers) => {
    const page = await set.open();
    let looks = 0;
    page.answers = answers;
    page.start = (route) => route.fulfill({ status: 202, json: running('n1', 0) });
    await page.route('**/v1/audit', async (route) => {
      if (route.request().method() === 'POST') return page.start(route);
      const answer = page.answers[looks++ % page.answers.length];
      return answer ? route.fulfill({ json: answer }) : route.abort();
    });
    page.looks = async (count) => {
      const until = looks + count;
      while (looks < until) await page.waitForTimeout(100);
    };
    await posse.enter(page, 'root', { path: '/log-in?to=/operator' });
    return page;
  };
  const button = (page) => page.getByRole('button', { name: 'Audit the books' });

  test('an operator audits the books', async () => {
    const page = await set.open();
    await posse.enter(page, 'root', { path: '/log-in?to=/operator' });
    await button(page).click();
    await page.locator('[data-audit="done"]').getByText('The books are sound').waitFor();
    await page.getByText('The whole report').click();
    await page.getByText('the books are sound', { exact: false }).last().waitFor();
    const root = posse.bearer(set.root);
    const { node } = await posse.ask(set.node, 200, 'GET', '/v1/audit', undefined, root);
    let json = running(node, 1200);
    await page.route('**/v1/audit', (route) => route.fulfill({ json }));
    await page.getByText(`1,200 of about 5,000 documents, by ${node}`).waitFor();
    await page.getByRole('progressbar').waitFor();
    assert.ok(await button(page).isDisabled());
    const finding = { code: 'I4', keys: ['account/zoe'], sentence: 'zoe has money of nobody' };
    json = ended(node, { sound: false, findings_total: 1, findings: [finding], text: 'UNSOUND' });
    await page.locator('[data-audit="done"]').getByText('I4: zoe has money of nobody').waitFor();
    await page.getByText(`1 findings by ${node}`).waitFor();
  });

  test('the answers of other nodes do not disturb the audit that was started', async () => {
    const page = await watch(ended('n2', { at: at(2) }));
    await page.getByText(/Proved by n2/).waitFor();
    page.answers = [running('n1', 7), none('n2'), ended('n3', { at: at(60) })];
    await button(page).click();
    await page.getByText('7 of about 5,000 documents, by n1').waitFor();
    for (let look = 0; look < 5; ++look) {
      await page.looks(1);
      assert.equal(await page.getByText('documents, by n1').count(), 1);
    }
    page.answers = [none('n2'), ended('n3', { at: at(60) }), ended('n1')];
    await page.getByText(/Proved by n1/).waitFor();
    await page.looks(3);
    assert.equal(await page.getByText(/Proved by n3/).count(), 0);
  });

  test('whoever starts none sees the newest of all nodes', async () => {
    const page = await watch(none('n1'), ended('n2'), ended('n3', { at: at(60) }));
    await page.getByText(/Proved by n3/).waitFor();
    await page.looks(4);
    assert.equal(await page.getByText(/Proved by n3/).count(), 1);
    page.answers.push(running('n1', 5));
    await page.getByText('5 of about 5,000 documents, by n1').waitFor();
  });

  test('an audit that ended with its node says nothing of the books', async () => {
    const page = await watch(running('n1', 5));
    await page.getByText('documents, by n1').waitFor();
    page.answers = [undefined];
    await page.getByText('What stands here is old').waitFor();
    page.answers = [none('n1')];
    await page.getByRole('status').getByText('The audit ended with its node').waitFor();
    assert.equal(await page.getByText('What stands here is old').count(), 0);
    assert.equal(await page.getByRole('progressbar').count(), 0);
    page.answers = [running('n1', 6)];
    await button(page).click();
    await page.getByText('6 of about 5,000 documents').waitFor();
    assert.equal(await page.getByText('The audit ended with its node').count(), 0);
  });

  test('an audit whose node is not heard of any more is doubted, until it is', async () => {
    const page = await watch(running('n1', 5));
    await page.getByText('documents, by n1').waitFor();
    page.answers = [none('n2')];
    await page.looks(others_max - 2);
    assert.equal(await page.getByText('Nothing more is heard').count(), 0);
    await page.getByText('Nothing more is heard of the audit').waitFor();
    assert.ok(await button(page).isEnabled());
    page.answers = [none('n2'), running('n1', 6)];
    await page.getByText('6 of about 5,000 documents, by n1').waitFor();
    assert.equal(await page.getByText('Nothing more is heard').count(), 0);
  });

  test('a start that is refused stays so until the next one', async () => {
    const page = await watch(none('n1'));
    const detail = 'this node is about to end';
    const json = { status: 503, code: 'unavailable', detail };
    page.start = (route) => route.fulfill({ status: 503, json });
    await button(page).click();
    await page.getByText('Not started').waitFor();
    await page.looks(3);
    assert.equal(await page.getByText('This node is about to end.').count(), 1);
    page.start = (route) => route.abort();
    await button(page).click();
    await page.getByText('Not known whether it started').waitFor();
    assert.equal(await page.getByText('Not started').count(), 0);
    page.start = (route) => route.fulfill({ status: 202, json: running('n1', 0) });
    page.answers = [running('n1', 8)];
    await button(page).click();
    await page.getByText('8 of about 5,000 documents').waitFor();
    assert.equal(await page.getByText('Not known whether').count(), 0);
  });

  test('an answer to a look before the start is dropped', async () => {
    const page = await watch(none('n1'));
    await page.looks(1);
    let held;
    await page.route('**/v1/audit', (route) => {
      if (held || route.request().method() === 'POST') return route.fallback();
      held = route;
    });
    while (!held) await page.waitForTimeout(50);
    await button(page).click();
    await page.getByText('0 of about 5,000 documents').waitFor();
    page.answers = [running('n1', 9)];
    await held.fulfill({ json: none('n1') });
    await page.getByText('9 of about 5,000 documents').waitFor();
    assert.equal(await page.getByText('The audit ended with its node').count(), 0);
  });
});
