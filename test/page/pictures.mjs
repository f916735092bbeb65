// Takes a picture of each page, on a phone and on a desk, light and dark, into the folder that is
// named: `node test/page/pictures.mjs build/pictures`.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fill } from './sample.mjs';
import * as posse from './shop.mjs';

const folder = process.argv[2] ?? 'build/pictures';
const pages = {
  campaigns: '/',
  campaign: '/campaigns/front-page',
  wall: '/campaigns/wall',
  account: '/account',
  sell: '/sell',
  open: '/sell/new',
  operate: '/operator',
  embed: '/embed/front-page',
  enter: '/log-in',
};
const sizes = { phone: { width: 390, height: 1000 }, desk: { width: 1200, height: 860 } };

const shop = new posse.Shop();
const browser = await posse.open_browser();
try {
  mkdirSync(folder, { recursive: true });
  const node = await shop.node();
  await fill(node, await posse.operator(shop, node));
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await posse.open_window(browser, node, { viewport, colorScheme });
      const take = async (name) => {
        const path = join(folder, `${name}-${size}-${colorScheme}.png`);
        await page.screenshot({ path });
      };
      const show = async (name) => {
        await page.goto(pages[name]);
        await page.waitForTimeout(900);
        await take(name);
      };
      await show('enter');
      await posse.enter(page, 'anna');
      for (const name of ['campaigns', 'wall', 'campaign', 'account']) await show(name);
      await page.setViewportSize({ width: 390, height: 240 });
      await show('embed');
      await page.setViewportSize(viewport);
      await page.goto(pages.wall);
      await page.getByRole('button', { name: /^Buy for/ }).click();
      await page.getByText('is yours').waitFor();
      await page.waitForTimeout(2500);
      await take('sold');
      await page.context().clearCookies();
      await posse.enter(page, 'town-hall');
      for (const name of ['sell', 'open']) await show(name);
      await page.context().clearCookies();
      await posse.enter(page, 'root');
      await show('operate');
      await page.context().close();
    }
  }
} finally {
  await browser.close();
  await shop.close();
}
