#!/usr/bin/env node
// Measures how long pages take on a slow line: node bench/page_load.mjs [--repeats N] [--cpu N]
//
// Chromium with a line of EDGE (200 kbit/s down, 400 ms a round trip) and a telephone's processor (6 times slower, or
// --cpu) on a practice server of the release build. Cold: an empty cache. Warm: the page again, with what the cache
// kept. Time to the load event, median of the repeats, without TLS (which adds two to three round trips once).
// Prints a table and appends JSON lines to bench/results.jsonl. Needs ./run --build-only and npm ci in tests/browser.
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
process.env.SIGAP_BIN ??= path.join(root, 'build/release/src/sigap');
const { Bench, lendServer, openBrowser, phone } = await import('../tests/browser/lib.mjs');

const line = { kbps: 200, roundTrip: 400 };
const repeats = option('--repeats', 3), slower = option('--cpu', 6);
const limits = { public: 3, post: 4, officer: 6, table: 7 }; // seconds

function option(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

// [class, login, path]; a path that ends in "..." stands for the first record of that list.
const pages = [
  ['public', '', '/masuk'], ['post', 'pos', '/?beranda=1'], ['post', 'pos', '/pemeriksaan/baru'], ['post', 'desa', '/?beranda=1'],
  ['post', 'desa', '/mutasi/baru'], ['officer', 'sekretaris', '/?beranda=1'], ['officer', 'sekretaris', '/antrean/tugas_saya'],
  ['officer', 'sekretaris', '/kasus'], ['officer', 'sekretaris', '/kasus/...'], ['officer', 'sekretaris', '/kasus/baru'],
  ['officer', 'sekretaris', '/cari?q=kupang'], ['officer', 'sekretaris', '/impor'],
  ['officer', 'admin', '/setelan'], ['table', 'sekretaris', '/tabel/korban_jk_umur'], ['table', 'sekretaris', '/seri/pmi_ntt_meninggal']];

async function signs(t) {
  const cookies = {};
  for (const login of new Set(pages.map((p) => p[1]).filter(Boolean))) {
    const page = await t.login(login, { view: phone });
    cookies[login] = await page.context().cookies();
    await page.context().close();
  }
  return cookies;
}

// A window on a slow line: {page, bytes()}.
async function slowWindow(t, cookies) {
  const page = await t.page({ view: phone });
  await page.context().addCookies(cookies ?? []);
  page.setDefaultTimeout(120000);
  const wire = await page.context().newCDPSession(page);
  let bytes = 0, requests = 0;
  wire.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; requests++; });
  await wire.send('Network.enable');
  await wire.send('Network.emulateNetworkConditions',
    { offline: false, latency: line.roundTrip, downloadThroughput: line.kbps * 125, uploadThroughput: line.kbps * 60 });
  await wire.send('Emulation.setCPUThrottlingRate', { rate: slower });
  return { page, taken: () => { const was = [bytes, requests]; bytes = 0; requests = 0; return was; } };
}

async function load(page, address) {
  const answer = await page.goto(address, { waitUntil: 'load' });
  if (answer.status() !== 200) throw new Error(`${address} answers ${answer.status()}`);
  return page.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventStart / 1000);
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

async function measure(t, cookies, address) {
  const cold = [], warm = [];
  let weight;
  for (let i = 0; i < repeats; i++) {
    const { page, taken } = await slowWindow(t, cookies);
    cold.push(await load(page, address));
    await page.waitForTimeout(100);
    weight = taken();
    warm.push(await load(page, address));
    await page.context().close();
  }
  return { cold: median(cold), warm: median(warm), bytes: weight[0], requests: weight[1] };
}

async function recordOf(t, cookies, list) {
  const page = await t.page();
  await page.context().addCookies(cookies);
  await page.goto(list);
  const href = await page.locator('main tbody a').first().getAttribute('href');
  await page.context().close();
  return href;
}

function head() {
  const commit = execFileSync('git', ['-C', root, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return { date: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`, commit, machine: `${cpus().length} x ${cpus()[0].model}`,
    load: Number(loadavg()[0].toFixed(1)), repeats };
}

const rows = [], about = head();
const browser = await openBrowser(), server = await lendServer();
try {
  const t = new Bench(browser, server, 'page_load');
  const cookies = await signs(t);
  for (const [kind, login, shown] of pages) {
    const address = shown.endsWith('/...') ? await recordOf(t, cookies[login], shown.slice(0, -4)) : shown;
    rows.push({ kind, shown, ...await measure(t, cookies[login], address) });
    const r = rows.at(-1);
    if (rows.length === 1) console.log('class    page                       cold s  warm s     KB  requests  limit s');
    console.log(`${kind.padEnd(8)} ${shown.padEnd(26)} ${r.cold.toFixed(2).padStart(6)}  ${r.warm.toFixed(2).padStart(6)} `
      + `${(r.bytes / 1000).toFixed(1).padStart(6)}  ${String(r.requests).padStart(8)}  ${limits[kind].toFixed(1).padStart(7)}${r.cold > limits[kind] ? '  OVER' : ''}`);
  }
} finally {
  await browser.close();
  await server.stop();
}
const how = `${line.kbps} kbit/s, ${line.roundTrip} ms a round trip, processor ${slower} times slower, no TLS`;
for (const r of rows) {
  for (const [cache, value] of [['cold', r.cold], ['warm', r.warm]]) {
    appendFileSync(path.join(root, 'bench/results.jsonl'), `${JSON.stringify({ ...about, name: `page load, ${cache}, ${r.kind} ${r.shown}`,
      value: Number(value.toFixed(2)), unit: 's', target: `<= ${limits[r.kind]} s`, met: value <= limits[r.kind], how: `${how}; ${r.bytes} bytes cold in ${r.requests} requests` })}\n`);
  }
}
