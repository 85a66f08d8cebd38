// Every page of the walk, judged by axe (WCAG 2.2 A/AA and best practice, nothing allowed) and for scrolling
// sideways: by phone and desk, light and dark, in both languages. Each run takes half of the pages, each in one of
// the eight combinations; a counter in build/test/ turns with every run, so that after RUNS runs on one machine every
// page was judged in every combination. A fresh checkout begins at the day, so that machines do not all begin alike.
// Of rows and choices that repeat it judges the first few, in the dark what colours change: the elements are those
// of the light, and colours, which take most of the time, once for each make of element (below).
// ./test --full takes every page in every way, whole, by all rules.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { axeSource, test } from './lib.mjs';
import { combinations, numberOf, walk, windowOf } from './pages.mjs';

const full = process.env.SIGAP_FULL === '1';
const lanes = 2; // windows at work at the same time
const repeats = ['tbody tr:nth-child(n+4)', '.kisi > :nth-child(n+4)', '.saring li:nth-child(n+4)', '.laci .kelompok:nth-child(n+3)'];
const ofColour = ['color-contrast', 'link-in-text-block'];
const RUNS = 2 * combinations.length; // CONTRIBUTING.md names the number

function nextRun() {
  const home = process.env.SIGAP_TEST_HOME ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '../../build/test');
  const file = path.join(home, 'every_page.run');
  const run = existsSync(file) ? Number(readFileSync(file, 'utf8')) + 1 : Math.floor(Date.now() / 86400000);
  mkdirSync(home, { recursive: true });
  writeFileSync(file, String(run));
  return run;
}

const run = full ? 0 : nextRun();

function isDue(page, turn, at = run) {
  return full || (numberOf(page.route + page.of + page.tab) + at) % RUNS === turn;
}

// What the contrast of words depends on: the element they stand in, all around it, and what the style sheet makes of both.
// Marks the first of each make that is to be seen on the page and tells the makes in the order of their marks.
function makesOfWords() {
  const makes = new Map();
  const says = (e) => e.checkVisibility({ visibilityProperty: true }) && (e.matches('input, select, textarea') || [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim()));
  const visit = (e, around) => {
    const style = getComputedStyle(e);
    const make = `${around} ${e.localName} ${e.className} ${style.color} ${style.backgroundColor} ${style.backgroundImage} ${style.opacity} ${style.fontSize} ${style.fontWeight} ${style.textDecorationLine}`;
    if (says(e) && !makes.has(make)) {
      e.dataset.make = makes.size;
      makes.set(make);
    }
    for (const inner of e.children) visit(inner, make);
  };
  visit(document.documentElement, '');
  return [...makes.keys()];
}

// Where words stand in a make that no page before showed in this combination.
async function unseenWords(page, seen) {
  const makes = await page.evaluate(makesOfWords);
  const unseen = makes.flatMap((make, n) => (seen.has(make) ? [] : [`[data-make="${n}"]`]));
  makes.forEach((make) => seen.add(make));
  return unseen;
}

async function colours(t, page, seen) {
  const parts = await unseenWords(page, seen);
  if (parts.length) await t.axe(page, { rules: ofColour, parts });
}

function checks(t, page, combination, seen) {
  if (full) return [() => t.axe(page), () => t.fits(page)];
  const elements = combination.scheme === 'light' ? [() => t.axe(page, { repeats, without: ofColour })] : [];
  return [...elements, () => colours(t, page, seen), () => t.fits(page)];
}

async function judge(t, page, path, combination, seen) {
  const answer = await page.goto(path);
  if (answer.status() !== 200) return [`${path} answers ${answer.status()}`];
  const faults = [];
  for (const check of checks(t, page, combination, seen)) await check().catch((e) => faults.push(e.message));
  return faults;
}

// Takes pages from the list until it is empty, one window a person.
async function lane(t, combination, due, seen, faults) {
  const windows = new Map();
  for (let p = due.pop(); p; p = due.pop()) {
    if (!windows.has(p.login)) {
      windows.set(p.login, await windowOf(t, combination, p.login));
      if (full || combination.scheme === 'light') await windows.get(p.login).addInitScript(axeSource); // else seldom wanted
    }
    faults.push(...await judge(t, windows.get(p.login), p.path, combination, seen));
  }
  for (const w of windows.values()) await w.context().close();
}

test('every page comes in every combination', async (t) => {
  const pages = walk(t.server).pages, missed = [];
  for (const page of pages)
    for (let turn = 0; turn < combinations.length; turn++)
      if (!Array.from({ length: RUNS }, (_, n) => n).some((n) => isDue(page, turn, run + n))) missed.push(`${page.path} ${turn}`);
  if (!pages.length || missed.length) throw new Error(`${missed.length} never come, as ${missed.slice(0, 5)}`);
});

combinations.forEach((combination, turn) => {
  const name = `every page at ${combination.width} px, ${combination.scheme}, ${combination.lang}`;
  test(name, async (t) => {
    const due = walk(t.server).pages.filter((p) => isDue(p, turn));
    if (due.length < 10) throw new Error(`only ${due.length} pages to look at`);
    due.sort((a, b) => (a.login < b.login ? -1 : 1));
    const faults = [], seen = new Set();
    await Promise.all(Array.from({ length: lanes }, () => lane(t, combination, due, seen, faults)));
    if (faults.length) throw new Error(`${faults.length} faults: ${[...new Set(faults)].join(' || ')}`);
  }, { seconds: full ? 1800 : 300 });
});
