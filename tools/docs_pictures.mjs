// Pictures of the documentation, taken from a running practice server.
// usage: build/sigap serve --data data/latihan --port 8391 &
//        node tools/docs_pictures.mjs http://127.0.0.1:8391 BOOK.xlsx     (after ./test, which installs playwright-core)
// BOOK.xlsx is a police book with mistakes in it, e.g. the one CONTRIBUTING describes.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '../tests/browser/lib.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [url, book] = process.argv.slice(2);
const browser = await openBrowser();
const shot = (page, name, height) => page.screenshot({
  path: path.join(root, `docs/img/${name}.png`), fullPage: true, ...(height && { clip: { x: 0, y: 0, width: 1000, height } }) });

async function login(name) {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1000, height: 760 }, locale: 'id-ID' });
  const page = await context.newPage();
  await page.goto('/masuk');
  if (name === 'sekretaris') await shot(page, 'masuk', 760);
  const row = page.locator('tr', { has: page.getByText(name, { exact: true }) });
  await Promise.all([page.waitForURL((u) => !u.pathname.startsWith('/masuk')), row.getByRole('button').click()]);
  return page;
}

// The worked case, as its investigator: opened with a purpose, its process tab.
let page = await login('penyidik');
await page.goto('/kasus?q=Batam');
await Promise.all([page.waitForURL(/kasus\/[0-9a-f-]{36}/), page.getByRole('link', { name: /^KAS-/ }).first().click()]);
if (await page.locator('select[name=guna]').count()) {
  await page.locator('select[name=guna]').selectOption({ index: 1 });
  await page.fill('textarea[name="-alasan"]', 'Menyiapkan gelar perkara');
  await Promise.all([page.waitForNavigation(), page.click('#buka button.utama')]);
}
await Promise.all([page.waitForNavigation(), page.getByRole('link', { name: /^Proses/ }).click()]);
await shot(page, 'kasus', 1240);

page = await login('sekretaris');
await page.goto('/impor/polres_korban');
await page.setInputFiles('input[type=file]', book);
await page.click('form[enctype] button.utama');
await page.waitForURL(/impor\/jalan/);
for (let i = 0; i < 20 && await page.locator('p.info[role=status]').count(); i++) {
  await page.waitForTimeout(1000);
  await page.reload();
}
await shot(page, 'impor');

await page.goto('/tabel/korban_jk_umur');
const period = page.locator('main select').first();
await period.selectOption({ index: 1 });
await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'Tampilkan' }).click()]);
await shot(page, 'tabel');
await browser.close();
