// Payloads that would run if a page let them be markup, in every text field of every register, shown by the browser with the
// content security policy switched off, so that escaping alone has to hold: nothing runs, no element comes of them, and
// they are on the pages as text. 24 of them here, all of them (some 300) with SIGAP_FULL=1.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { desk, test } from './lib.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const full = process.env.SIGAP_FULL === '1';
const strange = 'script:not([src]), iframe, object, embed, base, marquee, math, animate, video, audio, svg [onload], [onerror], [onload], [onfocus], [ontoggle], [onstart], [onbegin], a[href^="javascript"], #klik';

async function pageOf(t, cookies) {
  const context = await t.browser.newContext({ baseURL: t.server.url, viewport: desk, bypassCSP: true });
  t.contexts.push(context);
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: t.server.url })));
  const page = await context.newPage();
  page.on('dialog', (d) => d.dismiss());
  return page;
}

// Opens the address and says what ran or became an element; counts where payloads stand as text.
async function look(page, address, seen) {
  const answer = await page.goto(address);
  if (answer.status() >= 500) return [`${address} answers ${answer.status()}`];
  await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
  const told = await page.evaluate((css) => ({
    ran: window.ter, odd: [...document.querySelectorAll(css)].map((e) => e.outerHTML.slice(0, 120)),
    text: document.body.innerText.includes('ter=1') || [...document.querySelectorAll('input, textarea')].some((e) => e.value.includes('ter=1')),
  }), strange);
  seen.pages += 1;
  seen.shown += told.text ? 1 : 0;
  return [...(told.ran ? [`${address}: a payload ran`] : []), ...told.odd.map((o) => `${address}: became an element: ${o}`)];
}

test('payloads stay text', async (t) => {
  const { planted, payloads, all, cookies } = JSON.parse(execFileSync('/usr/bin/python3',
    [path.join(here, '../harness/plant.py'), t.server.url, t.server.data, full ? '0' : String(new Date().getDate() * 9), full ? '1000' : '24'],
    { maxBuffer: 1 << 26, encoding: 'utf8' }));
  if (all < 300 || payloads < 24 || planted.length < 35) throw new Error(`only ${payloads} of ${all} payloads on ${planted.length} records`);
  const pages = Object.fromEntries(await Promise.all(Object.entries(cookies).map(async ([who, c]) => [who, await pageOf(t, c)])));
  const seen = { pages: 0, shown: 0 };
  const faults = [];
  for (const [n, { path: record, login, reg }] of planted.entries()) {
    const page = pages[login];
    const ways = [record, `${record}/ubah`, `${record}/riwayat`, `/${reg}`, `${record}/pembaca`];
    for (const address of full ? ways : [ways[0], ways[1 + (n % 4)]]) faults.push(...await look(page, address, seen));
  }
  for (const query of ['/cari?q=', '/kasus?q=', '/masuk?lanjut=', '/kasus?urut='])
    faults.push(...await look(pages.sekretaris ?? Object.values(pages)[0], query + encodeURIComponent('"\'><img src=x onerror=window.ter=1>'), seen));
  if (faults.length) throw new Error(`${faults.length} faults: ${faults.slice(0, 8).join(' || ')}`);
  if (seen.shown < seen.pages / 3) throw new Error(`payloads are on ${seen.shown} of ${seen.pages} pages only`);
  console.log(`${payloads} payloads in ${planted.reduce((n, p) => n + p.fields.length, 0)} fields of ${planted.length} records: ${seen.pages} pages, on ${seen.shown} of them as text, none ran`);
}, { seconds: full ? 3600 : 180 });
