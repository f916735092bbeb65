// How the page is built: one script, one style sheet, their compressed forms beside them.
// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin, type ResolvedConfig } from 'vite';

/** Writes FILE.gz beside each FILE that gets smaller by it. */
function compressed(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'posse-compressed',
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle() {
      const folder = config.build.outDir;
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(html|js|css|svg)$/.test(name)) continue;
        const plain = readFileSync(join(folder, name));
        const small = gzipSync(plain, { level: 9 });
        if (small.length < plain.length) writeFileSync(join(folder, `${name}.gz`), small);
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), compressed()],
  build: {
    target: 'es2022',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // While working on the page: `npm run dev` beside a node at its usual address.
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
});
