// Logging in: readable by everyone, on a phone, and without scripts.
import { desk, phone, test } from './lib.mjs';

async function logInPage(t, view, name) {
  const page = await t.page({ view });
  await page.goto('/masuk');
  await t.axe(page);
  await t.fits(page);
  await t.shot(page, name);
}
test('log-in page on a desk', (t) => logInPage(t, desk, 'masuk-desk'));
test('log-in page on a phone', (t) => logInPage(t, phone, 'masuk-phone'));

test('first page after log-in', async (t) => {
  const page = await t.login('ppt', { view: phone });
  await t.axe(page);
  await t.fits(page);
  await t.shot(page, 'beranda-ppt');
});

test('log-in without scripts', async (t) => {
  const page = await t.login('ppt', { js: false });
  await page.locator('summary', { hasText: 'Petugas' }).click();
  await page.getByRole('button', { name: 'Keluar' }).click();
  await page.waitForURL(/masuk/);
});
