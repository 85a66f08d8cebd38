// People who enlarge, space out, recolour or calm the screen: nothing is cut off, hidden, or moving.
import { test } from './lib.mjs';
import { eachKind } from './kinds.mjs';
import { tabThrough } from './focus.mjs';

// Lets the page have these rules on top of its own, as a reader's own style sheet does.
async function wear(page, css) {
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }, css);
}

const spacing = `* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
  p { margin-bottom: 2em !important }`;

// What is wider than the window, and texts that their box cuts off. Tables scroll in a box of their own.
function cutOff() {
  const faults = [], root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`is ${root.scrollWidth} px wide in a window of ${innerWidth}`);
  for (const e of document.querySelectorAll('body *')) {
    const style = getComputedStyle(e);
    if (!e.checkVisibility() || e.closest('svg, .sembunyi, select') || !e.textContent.trim()) continue;
    const clips = [style.overflowX, style.overflowY].some((v) => v === 'hidden' || v === 'clip');
    const wide = e.scrollWidth > e.clientWidth + 2, high = e.scrollHeight > e.clientHeight + 2;
    const label = e.matches('button, summary, .tombol > a, .lencana');
    if ((clips && (wide || high) && !e.matches('.kerja, .kerja ul')) // words that find no room stand in the menu
      || (label && e.clientWidth && wide)) {
      faults.push(`${e.localName}.${e.className} cuts "${e.textContent.trim().slice(0, 30)}" (${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight})`);
    }
  }
  return faults;
}

const views = [
  ['400 % zoom', { width: 320 }, ''], ['200 % zoom', { width: 640 }, ''],
  ['letters of twice the size', { width: 1280 }, 'html { font-size: 200% }'],
  ['wide spacing on a desk', { width: 1280 }, spacing], ['wide spacing on a phone', { width: 320 }, spacing]];
for (const [name, look, css] of views) {
  test(`nothing is cut off with ${name}`, (t) => eachKind(t, look, async (page) => {
    if (css) await wear(page, css);
    return page.evaluate(cutOff);
  }), { seconds: 600 });
}

test('what is cut off is found', async (t) => {
  const page = await t.page();
  for (const html of ['<p style="width:3000px">wide</p>', '<p style="overflow:hidden;height:1rem">two<br>lines</p>',
    '<button style="width:2rem">Simpan perubahan</button>']) {
    await page.setContent(`<!doctype html><title>x</title><main>${html}</main>`);
    if (!(await page.evaluate(cutOff)).length) throw new Error(`not found: ${html}`);
  }
});

// Controls that can no longer be told from text, once colours and shadows are the reader's own.
function unframed() {
  return [...document.querySelectorAll('button:not(.polos), input:not([type=hidden]), select, textarea')]
    .filter((e) => e.checkVisibility() && !e.matches('[type=radio], [type=checkbox], [type=file]'))
    .filter((e) => ['Top', 'Right', 'Bottom', 'Left'].some((side) =>
      getComputedStyle(e)[`border${side}Style`] === 'none' || parseFloat(getComputedStyle(e)[`border${side}Width`]) < 1))
    .map((e) => `${e.outerHTML.slice(0, 70)} has no border`);
}

// A place that is marked by colour or shadow only is not marked any more.
function unmarked() {
  return [...document.querySelectorAll('[aria-current], [aria-selected=true]')].filter((e) => e.checkVisibility()).filter((e) => {
    const style = getComputedStyle(e);
    return style.fontWeight < 600 && !['borderBottomStyle', 'outlineStyle'].some((s) => style[s] !== 'none');
  }).map((e) => `${e.outerHTML.slice(0, 70)} is marked by colour only`);
}

test('forced colours leave controls, places and focus to be seen', (t) => eachKind(t, { forcedColors: 'active' },
  async (page) => [...await page.evaluate(unframed), ...await page.evaluate(unmarked), ...await tabThrough(page, { forced: true })]),
{ seconds: 900 });

test('nothing moves by itself', (t) => eachKind(t, { reducedMotion: 'reduce' }, (page) => page.evaluate(() => {
  const moving = [...document.querySelectorAll('*')].filter((e) => {
    const style = getComputedStyle(e);
    return style.transitionDuration.split(',').some((d) => parseFloat(d) > 0) || style.scrollBehavior === 'smooth';
  });
  return [...document.getAnimations().map((a) => `animation of ${a.effect?.target?.className}`),
    ...moving.map((e) => `${e.localName}.${e.className} moves`)];
})), { seconds: 300 });
