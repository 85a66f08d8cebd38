// Pictures of what each role sees first, into docs/img/peran-ROLE.png, taken from a running practice server.
// usage: build/sigap serve --data data/latihan --port 8391 &
//        node tools/role_pictures.mjs http://127.0.0.1:8391     (after ./test, which installs playwright-core)
// Needs pngquant (Debian) and fails when a picture is larger than 60 KB.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '../tests/browser/lib.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [url] = process.argv.slice(2);
const view = { width: 1280, height: 800 };
const tallest = 1040;
const largest = 60 * 1024;

// The first practice user of each role, as [role, log-in].
function people() {
  const [, ...rows] = readFileSync(path.join(root, 'domain/practice/users.tsv'), 'utf8').trim().split('\n')
    .map((row) => row.split('\t'));
  const first = new Map();
  for (const [login, , role] of rows) if (!first.has(role)) first.set(role, login);
  return first;
}

async function picture(browser, role, login) {
  const context = await browser.newContext({ baseURL: url, viewport: view, locale: 'id-ID', colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto('/masuk');
  const row = page.locator('tr', { has: page.getByText(login, { exact: true }) });
  await Promise.all([page.waitForURL((u) => !u.pathname.startsWith('/masuk')), row.getByRole('button').click()]);
  await page.goto('/');
  await page.mouse.move(view.width - 1, view.height - 1); // nothing looks pointed at
  const file = path.join(root, `docs/img/peran-${role}.png`);
  const height = Math.min(tallest, await page.evaluate(() => document.documentElement.scrollHeight));
  await page.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 0, width: view.width, height } });
  execFileSync('pngquant', ['--force', '--strip', '--output', file, '48', file]);
  await context.close();
  return statSync(file).size;
}

const browser = await openBrowser();
let tooLarge = 0;
for (const [role, login] of people()) {
  const size = await picture(browser, role, login);
  if (size > largest) tooLarge++;
  console.log(`${role} ${size}${size > largest ? ' is too large' : ''}`);
}
await browser.close();
process.exitCode = tooLarge ? 1 : 0;
