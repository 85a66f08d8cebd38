// The main job by a person's hands: two agencies' books go in, one of them faulty at first; a case is
// opened with its time line; the half-year set stands on screen and in files with the same numbers.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { passingFolder, settled, test } from './lib.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const python = '/usr/bin/python3';

function makeBooks() {
  const folder = passingFolder();
  execFileSync(python, [path.join(here, 'workbooks.py'), folder]);
  return folder;
}

function same(got, want, what) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`);
}

async function upload(page, profile, file) {
  await page.goto(`/impor/${profile}`);
  await page.setInputFiles('input[type=file]', file);
  await page.click('main form button');
  await settled(page);
}

async function applyRun(page) {
  const choice = page.locator('main fieldset input[type=radio]').first();
  if (await choice.count()) {
    await choice.check();
    await page.click('main form[action$="/pilih"] button');
    await settled(page);
  }
  await page.click('main form[action$="/terap"] button');
  await settled(page);
}

// Numbers of the table on screen: rows of texts, thousand marks gone.
async function grid(page) {
  const rows = await page.locator('main table.silang tbody tr').all();
  return Promise.all(rows.map(async (row) => (await row.locator('th,td').allInnerTexts()).map((t) => t.trim().replaceAll('.', ''))));
}

async function download(page, label) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('main a', { hasText: label }).click()]);
  return readFileSync(await file.path());
}

// Rows below the heading row of a CSV made by the program.
function csvGrid(text) {
  const lines = text.replace(/^\uFEFF/, '').split('\r\n');
  return lines.slice(lines.indexOf('') + 2).filter(Boolean).map((l) => l.split(','));
}

test('two books, five faults, one set', async (t) => {
  const folder = makeBooks();
  const page = await t.login('sekretaris');
  await upload(page, 'polres_korban', path.join(folder, 'polres-salah.xlsx'));
  const faults = await page.locator('main .galat-daftar li').allInnerTexts();
  for (const place of ['baris 1, kolom Q', 'baris 2, kolom F', 'baris 2, kolom I', 'baris 3, kolom M', 'baris 4, kolom H', 'baris 4, kolom K']) {
    if (!faults.some((f) => f.includes(place))) throw new Error(`no fault told at ${place}: ${faults.join(' | ')}`);
  }
  if (await page.locator('form[action$="/terap"]').count()) throw new Error('a faulty book may be applied');
  await t.shot(page, 'impor-galat');
  await t.axe(page);

  await upload(page, 'polres_korban', path.join(folder, 'polres.xlsx'));
  await applyRun(page);
  await upload(page, 'dinsos_korban', path.join(folder, 'dinsos.xlsx'));
  await t.shot(page, 'impor-tanya');
  await applyRun(page);
  await t.shot(page, 'impor-selesai');
  await upload(page, 'polres_korban', path.join(folder, 'polres.xlsx')); // the same file again
  if (await page.locator('form[action$="/terap"]').count()) throw new Error('the same file may be applied twice');

  await page.goto('/kasus?q=uji+peramban');
  await page.locator('main table a').first().click();
  await t.shot(page, 'kasus');
  await page.goto('/kasus?q=batam');
  await page.locator('main table a').first().click();
  await page.goto(`${page.url()}?tab=proses`);
  await t.shot(page, 'kasus-proses');

  await page.goto('/tabel/korban_jk_umur?masa=2026-S1');
  await t.shot(page, 'tabel');
  await t.axe(page);
  const shown = await grid(page);
  same(csvGrid((await download(page, 'CSV')).toString()), shown, 'CSV against the page');
  const book = path.join(folder, 'unduh.xlsx');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(book, await download(page, 'Excel'));
  const cells = JSON.parse(execFileSync(python, [path.join(here, 'read_book.py'), book]));
  same(cells, shown, 'XLSX against the page');
});

test('a role without the right is refused and on record', async (t) => {
  const page = await t.login('statistik');
  for (const url of ['/kasus', '/korban', '/impor', '/orang']) {
    const answer = await page.goto(url);
    if (answer.status() !== 403) throw new Error(`${url} answers ${answer.status()}`);
  }
  await t.shot(page, 'ditolak');
  const rows = execFileSync(python, ['-c', `import sqlite3,sys; print(sqlite3.connect(sys.argv[1]+"/sigap.db").execute("select count(*) from audit where result='E_DENIED'").fetchone()[0])`, t.server.data]);
  if (Number(rows) < 4) throw new Error(`only ${rows} refusals on record`);
});
