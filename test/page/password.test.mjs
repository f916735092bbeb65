// A password that is changed, also when answers get lost.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bench } from './bench.mjs';
import * as posse from './shop.mjs';

const better = 'battery staple';

describe('a password', { timeout: 60_000 }, () => {
  const set = bench();

  const account_of = async (name) => {
    const page = await set.open();
    await posse.enter(page, name, { path: '/sign-up?to=/account' });
    return page;
  };
  const change = async (page, before = posse.password) => {
    await page.getByLabel('The one until now').fill(before);
    await page.getByLabel('The new one').fill(better);
    await page.getByRole('button', { name: 'Change the password' }).click();
  };
  const again = (page) => page.getByRole('button', { name: 'Change the password' }).click();
  const problem = (status, code) => (route) =>
    route.fulfill({ status, json: { status, code, detail: `it is ${code}` } });

  test('that is changed logs other browsers out', async () => {
    const [here, there] = [await account_of('vera'), await set.open()];
    await posse.enter(there, 'vera', { path: '/log-in?to=/account' });
    assert.equal(await here.locator('input[autocomplete="username"]').inputValue(), 'vera');
    await change(here, 'not the password');
    await here.getByText('Not changed').waitFor();
    await there.reload();
    await there.getByRole('heading', { name: 'vera' }).waitFor();
    await change(here);
    await here.getByText('The password is changed').waitFor();
    await here.waitForTimeout(150);
    await there.reload();
    await there.getByText('This page belongs to an account.').waitFor();
    await here.reload();
    await here.getByRole('heading', { name: 'vera' }).waitFor();
    const who = (password) => ({ name: 'vera', password });
    await posse.ask(set.node, 401, 'POST', '/v1/sessions', who(posse.password));
    await posse.ask(set.node, 201, 'POST', '/v1/sessions', who(better));
  });

  test('whose change was not answered counts, and the page says how to go on', async () => {
    const page = await account_of('wanda');
    const token = await posse.log_in(set.node, 'wanda');
    await page.route('**/v1/me/password', async (route) => {
      const body = route.request().postDataJSON();
      await posse.ask(set.node, 200, 'PUT', '/v1/me/password', body, posse.bearer(token));
      await route.abort('connectionreset');
    });
    await change(page);
    await page.getByText('Not known yet').waitFor();
    await page.waitForTimeout(150);
    await page.unroute('**/v1/me/password');
    await again(page);
    await page.getByRole('alert').getByText('the new password counts').waitFor();
    await page.getByText('This page belongs to an account.').waitFor();
    assert.equal(await page.getByText('Not changed').count(), 0);
    await posse.ask(set.node, 201, 'POST', '/v1/sessions', { name: 'wanda', password: better });
  });

  test('is not called unchanged while nobody knows', async () => {
    const page = await account_of('xaver');
    await page.route('**/v1/me/password', problem(429, 'too_many_attempts'));
    await change(page);
    await page.getByText('Not changed').waitFor();
    await page.route('**/v1/me/password', problem(503, 'unavailable'));
    await again(page);
    await page.getByText('It is unavailable. Send it again as it is.').waitFor();
    for (const [status, code] of [[429, 'too_many_attempts'], [401, 'wrong_credentials']]) {
      await page.route('**/v1/me/password', problem(status, code));
      await again(page);
      await page.getByText(`It is ${code}. What was sent before may count`).waitFor();
      await page.getByText('Not known yet').waitFor();
    }
    await page.unroute('**/v1/me/password');
    await again(page);
    await page.getByText('The password is changed').waitFor();
  });
});
