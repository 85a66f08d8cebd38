// Browser tests: Chromium on a practice server of its own, as a person sees it.
// A file NAME.test.mjs calls test('name', async t => ...); run.mjs runs it. `t` is a Bench (below).
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
export const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// Without windows of its own a page takes half the work of the processor.
const executablePath = process.env.SIGAP_CHROMIUM ?? ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((p) => existsSync(p));
export const shots = process.env.SIGAP_SHOTS ?? path.join(root, 'build/test/shots');
export const phone = { width: 360, height: 740 };
export const desk = { width: 1280, height: 800 };

export const launchArgs = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--js-flags=--single-threaded'];

export const tests = [];
// `seconds`: how long it may take before it counts as hanging.
export function test(name, run, { seconds = 180 } = {}) {
  tests.push({ name, run, seconds });
}

// A folder that goes when the run ends.
export function passingFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'sigap-browser-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Waits until the page of an import's run no longer says that work is going on.
export async function settled(page) {
  for (let i = 0; i < 200; i++) {
    if (!await page.locator('#kerja').count()) return;
    await page.waitForTimeout(700);
    await page.goto(page.url());
  }
  throw new Error('the import did not come to rest');
}

// A browser without background traffic, with a profile that is thrown away.
export async function openBrowser() {
  if (!executablePath || !existsSync(executablePath)) throw new Error(`no browser${executablePath ? ` at ${executablePath}` : ''}`);
  const profile = mkdtempSync(path.join(tmpdir(), 'sigap-chromium-'));
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
    args: launchArgs,
  });
  browser.on('disconnected', () => rmSync(profile, { recursive: true, force: true }));
  return browser;
}

// A practice server from tests/harness/sigap.py: {url, people, stop()}. stop() fails when a
// sanitizer spoke or the server did not end well.
export async function lendServer(kind = 'walked') {
  const child = spawn('/usr/bin/python3', [path.join(here, '../harness/sigap.py'), 'serve', kind],
    { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '', err = '';
  child.stderr.on('data', (d) => { err += d; });
  const ended = new Promise((done) => child.on('close', done));
  const line = await new Promise((done, fail) => {
    child.stdout.on('data', (d) => {
      out += d;
      if (out.includes('\n')) done(out);
    });
    ended.then((status) => fail(new Error(`server ended with ${status}: ${err.slice(-3000)}`)));
  });
  return {
    ...JSON.parse(line),
    async stop() {
      child.stdin.end();
      const status = await ended;
      if (status !== 0) throw new Error(`server ended with ${status}: ${err.slice(-3000)}`);
    },
  };
}

// What one test works with: pages, people, pictures. Closes what it opened.
export class Bench {
  constructor(browser, server, name) {
    Object.assign(this, { browser, server, name, contexts: [], faults: [], scriptless: new Set() });
  }

  // A page of a new, empty browser window. Script errors and blocked content fail the test.
  async page({ view = desk, js = true, lang = 'id-ID', ...rest } = {}) {
    const context = await this.browser.newContext(
      { baseURL: this.server.url, viewport: view, javaScriptEnabled: js, locale: lang, ...rest });
    context.setDefaultTimeout(90000);
    this.contexts.push(context);
    const page = await context.newPage();
    if (!js) this.scriptless.add(page);
    page.on('pageerror', (e) => this.faults.push(`script error: ${e.message}`));
    page.on('console', (m) => {
      if (m.type() === 'error' && !/status of [45]\d\d/.test(m.text())) this.faults.push(`console: ${m.text()}`);
    });
    return page;
  }

  // A page on which this practice person has logged in, by typing.
  async login(name, options = {}) {
    const who = this.server.people[name];
    if (!who) throw new Error(`no practice person ${name}`);
    const page = await this.page(options);
    await page.goto('/masuk');
    await page.fill('form input[type=text][name=masuk]', name);
    await page.fill('form input[type=password][name=sandi]', who[0]);
    await Promise.all([page.waitForURL((u) => !u.pathname.startsWith('/masuk')),
      page.press('form input[type=password][name=sandi]', 'Enter')]);
    return page;
  }

  // Whole-page picture; where it is.
  async shot(page, name) {
    mkdirSync(shots, { recursive: true });
    const file = path.join(shots, `${name}.png`);
    await page.screenshot({ path: file, fullPage: true });
    return file;
  }

  // Fails on any WCAG 2.2 A/AA fault that axe finds. `without`: rules left out, said with a reason
  // where it is called; `repeats`: parts left out because others of the same make stand beside them;
  // `rules`, `parts`: these alone. axe is a script and never answers on a page opened with js: false.
  async axe(page, { without = [], repeats = [], rules = null, parts = ['html'] } = {}) {
    if (this.scriptless.has(page)) throw new Error('axe needs a page with scripts');
    if (await page.evaluate('typeof axe').catch(() => 'undefined') === 'undefined') await page.evaluate(axeSource);
    const { violations } = await page.evaluate(async ({ off, include, exclude, only }) => globalThis.axe.run({ include, exclude }, {
      resultTypes: ['violations'],
      runOnly: only ?? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: Object.fromEntries(off.map((id) => [id, { enabled: false }])),
    }), { off: without, include: parts.map((p) => [p]), exclude: repeats.map((r) => [r]), only: rules && { type: 'rule', values: rules } });
    if (violations.length) {
      throw new Error(`axe on ${page.url()}: ` + violations.map((v) =>
        `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(', ')}`).join('; '));
    }
  }

  // Fails when the page is wider than the window (people scroll down, not sideways).
  async fits(page) {
    const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    if (wide > view) throw new Error(`${page.url()} is ${wide} px wide in a window of ${view}`);
  }

  async close() {
    for (const c of this.contexts) await c.close();
    if (this.faults.length) throw new Error([...new Set(this.faults)].join('; '));
  }
}
