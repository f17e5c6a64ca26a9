// The page of protection in a real browser: 500 databases of 90 days, how long a frame takes while one scrolls from its top to its end, and what axe-core finds in each theme.
import axe from 'axe-core';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { protectionOf } from '../../src/core/fleet/status/protection';
import { usualObjectives } from '../../src/core/fleet/status/objectives';
import { protectionPage } from '../../src/report/protection/protectionPage';
import { startChromium } from '../editor/chromium';
import { fleetOf } from './fleetOf';

/** Runs in the page: a part of a screen at a time. As text, since what a bundler makes of a function needs the bundler's own helpers. */
const scrollThrough = `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let before = await frame();
  const all = [];
  for (let top = 0; top < document.documentElement.scrollHeight; top += 600) {
    window.scrollTo(0, top);
    const at = await frame();
    all.push(at - before);
    before = at;
  }
  all.sort((a, b) => a - b);
  return { frames: all.length, longest: all.at(-1), middle: all[Math.floor(all.length / 2)], most: all[Math.floor(all.length * 0.95)] };
})()`;

const folder = join(tmpdir(), 'db-ferry-protection');
const now = new Date();
const problems = [{ place: 'cluster-2/team-4/pg-1', text: 'Nobody answered there.' }];
const prices = new Map([['s3://backups/a', 0.023]]);
await mkdir(folder, { recursive: true });
for (const databases of [12, 500]) {
  const page = protectionPage(protectionOf(fleetOf(databases, 90, now), usualObjectives, now, { prices }), problems);
  await writeFile(join(folder, `${databases}.html`), page);
}
const browser = await startChromium();
try {
  for (const [theme, look] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['high-contrast', { colorScheme: 'dark', forcedColors: 'active', contrast: 'more' }],
  ] as const) {
    const context = await browser.newContext({ ...look, viewport: { width: 1500, height: 950 }, bypassCSP: true });
    const page = await context.newPage();
    for (const databases of [12, 500]) {
      await page.goto(pathToFileURL(join(folder, `${databases}.html`)).href);
      await page.screenshot({ path: join(folder, `${databases}-${theme}.png`), fullPage: databases === 12 });
      const frames =
        databases === 500
          ? await page.evaluate<{ frames: number; longest: number; middle: number; most: number }>(scrollThrough)
          : undefined;
      await page.evaluate(axe.source);
      const violations = await page.evaluate<string[]>(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' x' + nodes.length + ' ' + nodes[0].html.slice(0, 160) + ' ' + (nodes[0].any[0]?.message ?? '')))",
      );
      const scrolled =
        frames &&
        `; ${frames.frames} frames while scrolling, half of them within ${frames.middle.toFixed(0)} ms, 95 % within ${frames.most.toFixed(0)} ms, the longest ${frames.longest.toFixed(0)} ms`;
      process.stdout.write(`${theme}, ${databases} databases: ${violations.length} violations${scrolled ?? ''}\n`);
      for (const violation of violations) process.stdout.write(`  ${violation}\n`);
    }
    await context.close();
  }
} finally {
  await browser.close();
}
process.stdout.write(`pictures: ${folder}\n`);
