// Without a mouse: Tab follows what one reads and is never caught, focus is always seen, Esc and Enter do what people
// expect, and a case is entered, saved and found again by keys alone.
import { desk, phone, test } from './lib.mjs';
import { eachKind } from './kinds.mjs';
import { screenOrder, tabThrough, tabTo } from './focus.mjs';

test('Tab goes through every kind of page in reading order', (t) => eachKind(t, {},
  async (page) => [...await screenOrder(page), ...await tabThrough(page)]), { seconds: 900 });

test('focus shows in the dark', (t) => eachKind(t, { scheme: 'dark', width: 360 },
  (page) => tabThrough(page)), { seconds: 900 });

test('the walk with Tab finds what is wrong', async (t) => {
  const page = await t.page({ bypassCSP: true });
  const broken = {
    'comes after': '<main><a href="#a" tabindex="2">a</a><a href="#b" tabindex="1">b</a></main>',
    'does not show': '<main><a href="#a" style="outline:0">a</a></main>',
    'lies under': '<main><a href="#a">a</a></main><div style="position:fixed;inset:0;background:#fff">x</div>',
    'does not reach': '<main><a href="#a">a</a><button onfocus="this.blur()">b</button></main>',
    trap: '<main><a href="#a">a</a><a href="#b" id="b">b</a><script>b.onkeydown=(e)=>e.key==="Tab"&&e.preventDefault()</script></main>',
    'stands above': '<main style="display:flex;flex-direction:column-reverse"><a href="#a">a</a><a href="#b">b</a></main>' };
  for (const [fault, html] of Object.entries(broken)) {
    await page.setContent(`<!doctype html><title>x</title>${html}`);
    const found = [...await screenOrder(page), ...await tabThrough(page)].join();
    if (!found.includes(fault)) throw new Error(`not found: ${fault}, but ${found || 'nothing'}`);
  }
});

test('the skip link leads to the content', (t) => eachKind(t, {}, async (page) => {
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => {
    const box = document.activeElement.getBoundingClientRect();
    return { skip: document.activeElement.matches('.lompat'), seen: box.left >= 0 && box.top >= 0 && box.width > 20 };
  });
  if (!first.skip || !first.seen) return ['the first Tab does not show the skip link'];
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const inside = await page.evaluate(() => !!document.activeElement.closest('main, footer'));
  return inside ? [] : ['Tab after the skip link is not in the content'];
}), { seconds: 300 });

async function menusOpenAndClose(t, view) {
  const page = await t.login('sekretaris', { view });
  const menus = await page.locator('.menu > summary').count();
  if (menus < 2) throw new Error(`only ${menus} menus in the head`);
  for (let i = 0; i < menus; i++) {
    await page.goto('/?beranda=1');
    const menu = page.locator('.menu').nth(i);
    while (!await menu.locator('> summary').evaluate((e) => e === document.activeElement)) await tabTo(page, '.menu > summary');
    await page.keyboard.press('Enter');
    if (!await menu.evaluate((e) => e.open)) throw new Error('Enter does not open a menu');
    await page.keyboard.press('Tab');
    if (!await menu.evaluate((e) => e.contains(document.activeElement))) throw new Error('Tab does not go into an open menu');
    await page.keyboard.press('Escape');
    if (await menu.evaluate((e) => e.open)) throw new Error('Esc does not close a menu');
    if (!await menu.locator('> summary').evaluate((e) => e === document.activeElement)) throw new Error('focus is lost when a menu closes');
  }
}
test('Enter opens the menus, Esc closes them, on a desk', (t) => menusOpenAndClose(t, desk));
test('Enter opens the menus, Esc closes them, on a phone', (t) => menusOpenAndClose(t, phone));

async function enterToRecord(page) {
  await Promise.all([page.waitForURL(/\/kasus\/[0-9a-f-]{36}/), page.keyboard.press('Enter')]);
}

test('a case is entered, saved and found again by keys alone', async (t) => {
  const page = await t.login('sekretaris'); // by typing, and Enter
  const title = `Perekrutan lewat papan ketik ${Date.now()}`;
  await tabTo(page, 'a[href^="/kasus/baru"]');
  await Promise.all([page.waitForURL(/\/kasus\/baru/), page.keyboard.press('Enter')]);
  await tabTo(page, '[name="judul"]');
  await page.keyboard.type(title);
  await tabTo(page, '[name="asal_kab.cari"]');
  await page.keyboard.type('belu');
  await page.waitForSelector('#f-asal_kab-usul:not([hidden]) li');
  await page.keyboard.press('Escape');
  if (await page.locator('#f-asal_kab-usul').isVisible()) throw new Error('Esc does not close the suggestions');
  if (await page.inputValue('[name="asal_kab.cari"]') !== 'belu') throw new Error('Esc takes away what was typed');
  await page.keyboard.press('Backspace');
  await page.waitForSelector('#f-asal_kab-usul:not([hidden]) li');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  if (!await page.locator('input[name=asal_kab]:checked').count()) throw new Error('Enter does not take the suggestion');
  await tabTo(page, 'main form.isi button.utama');
  await enterToRecord(page);
  await page.keyboard.press('/');
  if (!await page.evaluate(() => document.activeElement.matches('[data-cari]'))) throw new Error('"/" does not go to the search');
  await page.keyboard.type(title);
  await Promise.all([page.waitForURL(/\/cari\?/), page.keyboard.press('Enter')]);
  await tabTo(page, 'main a[href^="/kasus/"]');
  await enterToRecord(page);
  const words = await page.locator('main').innerText();
  if (!words.includes(title) || !/Belu/.test(words)) throw new Error('the record found again is another one');
});
