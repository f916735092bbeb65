// How a node serves the page: types, compression, caching, and what browsers are told to forbid.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Shop } from './shop.mjs';

const bundle_bytes_max = 80 * 1024;

describe('serving', { timeout: 60_000 }, () => {
  let shop, node;
  before(async () => {
    shop = new Shop();
    node = await shop.node();
  });
  after(() => shop?.close());

  /** Without what a browser adds or undoes; the path as it is. */
  const get = (path, headers = {}, method = 'GET') =>
    new Promise((done, fail) => {
      const [host, port] = node.address.split(':');
      const asked = request({ host, port, path, method, headers }, async (answer) => {
        const body = Buffer.concat(await answer.toArray());
        done({ status: answer.statusCode, headers: answer.headers, body });
      });
      asked.on('error', fail).end();
    });
  /** What the index names, and the scripts and styles that those load later. */
  const assets = async () => {
    const names = /\/?assets\/[\w.-]+\.(?:js|css|svg)|(?<=["'`]\.\/)[\w.-]+\.js/g;
    const found = new Set();
    const look = async (path) => {
      const text = (await get(path)).body.toString();
      for (const [name] of text.matchAll(names)) {
        const asset = name.includes('assets/') ? name.replace(/^\/?/, '/') : `/assets/${name}`;
        if (found.has(asset)) continue;
        found.add(asset);
        await look(asset);
      }
    };
    await look('/');
    return [...found];
  };

  test('each place of the page gets the index, which is never kept', async () => {
    const places = ['/', '/campaigns/x', '/campaigns/x/edit', '/account', '/sell', '/sell/new'];
    for (const place of [...places, '/operator', '/log-in', '/sign-up', '/embed/x']) {
      const { status, headers, body } = await get(place);
      assert.equal(status, 200, place);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'same-origin');
      assert.match(body.toString(), /<div id="page">/);
      const policy = headers['content-security-policy'];
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.doesNotMatch(policy, /unsafe/);
      const framed_by = place.startsWith('/embed/') ? '*' : "'none'";
      assert.ok(policy.endsWith(`frame-ancestors ${framed_by}`), policy);
    }
  });

  test('the index has no script or style of its own', async () => {
    const index = (await get('/')).body.toString();
    assert.doesNotMatch(index, /<style|style=|<script(?![^>]* src=)| on\w+=/);
  });

  test('assets are kept for ever, and compressed for those who can read it', async () => {
    const found = await assets();
    assert.ok(found.length >= 5, `${found}`);
    let bundle_bytes = 0;
    for (const path of found) {
      const plain = await get(path);
      const small = await get(path, { 'Accept-Encoding': 'br, gzip;q=0.8' });
      assert.equal(plain.status, 200, path);
      assert.equal(plain.headers['content-encoding'], undefined);
      assert.equal(small.headers['content-encoding'], 'gzip');
      assert.deepEqual(gunzipSync(small.body), plain.body);
      assert.equal(small.headers.vary, 'Accept-Encoding');
      assert.equal(small.headers['cache-control'], 'public, max-age=31536000, immutable');
      const again = await get(path, { 'If-None-Match': small.headers.etag });
      assert.equal(again.status, 304);
      bundle_bytes += small.body.length;
    }
    console.log(`the page has ${(bundle_bytes / 1024).toFixed(1)} KiB, compressed`);
    assert.ok(bundle_bytes <= bundle_bytes_max, `${bundle_bytes} bytes`);
  });

  test('who refuses gzip gets none', async () => {
    const [path] = await assets();
    for (const accepted of ['', 'identity', 'gzip;q=0', 'gzip; q=0.000', 'br']) {
      const { headers } = await get(path, { 'Accept-Encoding': accepted });
      assert.equal(headers['content-encoding'], undefined, accepted);
    }
  });

  test('HEAD has no body, another method is refused, an unknown path is a problem', async () => {
    const head = await get('/', {}, 'HEAD');
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    assert.equal((await get('/', {}, 'POST')).status, 405);
    for (const path of ['/assets/nothing.js', '/assets/..', '/nothing', '/index.html']) {
      assert.equal((await get(path)).status, 404, path);
    }
  });
});
