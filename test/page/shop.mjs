// What the tests of the page share: real nodes on a store of their own, people, and browsers.
// SPDX-License-Identifier: Apache-2.0
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const posse = new URL('../../build/release/posse', import.meta.url).pathname;
export const password = 'correct horse';
const run = promisify(execFile);

/** A store in a folder of its own, and the nodes that serve it. */
export class Shop {
  #folder = mkdtempSync(join(tmpdir(), 'posse-page-'));
  #nodes = new Set();
  store = `lmdb:${join(this.#folder, 'shop')}`;

  /** Starts a node; at a free port unless told where. */
  async node(listen = '127.0.0.1:0') {
    const words = ['node', '--json', '--store', this.store, '--listen', listen];
    const child = spawn(posse, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#nodes.add(child);
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { url } = JSON.parse(line);
    return { child, url, address: url.replace('http://', '') };
  }

  async kill({ child }, signal = 'SIGKILL') {
    this.#nodes.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** A command of the program on this store. */
  async command(...words) {
    return (await run(posse, [...words, '--store', this.store])).stdout;
  }

  async close() {
    for (const child of [...this.#nodes]) await this.kill({ child });
    rmSync(this.#folder, { recursive: true });
  }
}

/** One request to the API; the answer must have `status`. */
export async function ask(node, status, method, path, body, headers = {}) {
  const init = { method, headers: { ...headers } };
  if (body !== undefined) {
    init.headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const answer = await fetch(node.url + path, init);
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

export const bearer = (token) => ({ Authorization: `Bearer ${token}` });

/** Signs `name` up over the API; the token of a session. */
export async function person(node, name) {
  await ask(node, 201, 'POST', '/v1/accounts', { name, password });
  return log_in(node, name);
}

export async function log_in(node, name) {
  return (await ask(node, 201, 'POST', '/v1/sessions', { name, password })).token;
}

/** An operator, who is made on the command line. */
export async function operator(shop, node, name = 'root') {
  await person(node, name);
  await shop.command('account', 'role', name, 'operator');
  return log_in(node, name);
}

let payments = 0;
export async function deposit(node, root, account, amount) {
  const reference = `payment-${++payments}`;
  await ask(node, 201, 'POST', '/v1/deposits', { account, amount, reference }, bearer(root));
}

/** Opens a campaign; at 40 each unless told otherwise. */
export async function campaign(node, token, id, more = {}) {
  const terms = { id, pricing: { kind: 'fixed', price: 40 }, ...more };
  await ask(node, 201, 'POST', '/v1/campaigns', terms, bearer(token));
}

export async function open_browser() {
  return chromium.launch({
    executablePath: process.env.POSSE_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** A window of somebody else; `page.wrong` gathers what no page may do. */
export async function open_window(browser, node, options = {}) {
  const context = await browser.newContext({ baseURL: node.url, ...options });
  const page = await context.newPage();
  page.wrong = [];
  page.on('pageerror', (error) => page.wrong.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    const is_ours = host === node.address || protocol === 'data:';
    if (!is_ours) page.wrong.push(`a request to another host: ${request.url()}`);
  });
  await page.addInitScript(() => {
    globalThis.violations = [];
    addEventListener('securitypolicyviolation', (event) => {
      globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  page.on('console', (message) => {
    const is_policy = /Content Security Policy|TrustedHTML/.test(message.text());
    if (is_policy) page.wrong.push(`policy: ${message.text()}`);
  });
  return page;
}

/** Logs in as a person does. */
export async function enter(page, name, { path = '/log-in' } = {}) {
  await page.goto(path);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  const action = path.startsWith('/sign-up') ? 'Sign up' : 'Log in';
  await page.getByRole('main').getByRole('button', { name: action }).click();
  await page.getByRole('banner').getByRole('link', { name }).waitFor();
}
