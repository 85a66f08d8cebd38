// What a machine shared at a post keeps after log-out: the browser's own profile, history and form memory included.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { launchArgs, test } from './lib.mjs';

const word = 'Ujijejakperamban';
// With windows, as people have it: the browser without them keeps no profile that could tell.
const executablePath = process.env.SIGAP_CHROMIUM ?? '/usr/bin/chromium';

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) yield* files(file);
    else if (statSync(file, { throwIfNoEntry: false })?.isFile()) yield file;
  }
}

// As it is, as two-byte letters, and unpacked where a stored answer begins.
function holds(bytes, text) {
  if (bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le'))) return true;
  for (let at = bytes.indexOf('\x1f\x8b\x08', 0, 'latin1'); at >= 0; at = bytes.indexOf('\x1f\x8b\x08', at + 1, 'latin1')) {
    try {
      if (gunzipSync(bytes.subarray(at), { finishFlush: 2 }).includes(text)) return true;
    } catch { /* not the beginning of one */ }
  }
  return false;
}

test('a browser keeps nothing of what was looked for, typed or read', async (t) => {
  const profile = mkdtempSync(path.join(tmpdir(), 'sigap-profile-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: launchArgs, baseURL: t.server.url, locale: 'id-ID' });
  try {
    context.setDefaultTimeout(90000);
    const page = await context.newPage();
    await page.goto('/masuk');
    await page.fill('form input[type=text][name=masuk]', 'ppt');
    await page.fill('form input[type=password][name=sandi]', t.server.people.ppt[0]);
    await Promise.all([page.waitForURL((u) => !u.pathname.startsWith('/masuk')), page.press('form input[type=password][name=sandi]', 'Enter')]);
    await page.goto('/kasus/baru');
    await page.fill('main form.isi input[name=judul]', `${word} di kapal`);
    await page.fill('main form.isi textarea[name=kronologi]', `${word} menangis`);
    await page.click('main form.isi button.utama');
    await page.waitForLoadState();
    await page.goto('/cari');
    await page.fill('#cari-semua', word);
    await Promise.all([page.waitForURL(/\/cari\?/), page.press('#cari-semua', 'Enter')]);
    await page.goto('/kasus');
    await page.fill('main form[role=search] input[type=search]', word);
    await Promise.all([page.waitForURL(/\/kasus\?/), page.press('main form[role=search] input[type=search]', 'Enter')]);
    if (page.url().includes(word)) throw new Error(`what was looked for stands in the address: ${page.url()}`);
    await page.locator('summary', { hasText: 'Petugas' }).click();
    await page.getByRole('button', { name: 'Keluar' }).click();
    await page.waitForURL(/masuk/);
    const left = await page.evaluate(async () => [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie,
      (await indexedDB.databases()).length, (await caches?.keys?.() ?? []).length].join(' '));
    if (left.includes(word)) throw new Error(`in the page's own stores: ${left}`);
  } finally {
    await context.close();
  }
  const read = [...files(profile)];
  const told = read.filter((file) => holds(readFileSync(file), word));
  const visited = read.filter((file) => path.basename(file) === 'History' && holds(readFileSync(file), '/kasus'));
  rmSync(profile, { recursive: true, force: true });
  if (told.length) throw new Error(`${word} stands in ${told.map((f) => path.relative(profile, f)).join(', ')}`);
  if (!visited.length) throw new Error(`no history was kept at all in ${read.length} files: the look proves nothing`);
  console.log(`# ${read.length} files of the profile read`);
});
