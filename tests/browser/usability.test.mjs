// Usability tests of docs/usability.md by script: a practised hand does the task, its clicks and keys are counted, and
// what the task is for is checked. The figures are printed beside the results; only the marks of the task can fail.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tabTo } from './focus.mjs';
import { fieldsSeen, Hand, tell } from './hand.mjs';
import { passingFolder, phone, settled, test } from './lib.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const python = '/usr/bin/python3';

function makeBooks(program) {
  const folder = passingFolder();
  return [folder, execFileSync(python, [path.join(here, program), folder], { encoding: 'utf8' })];
}

async function bring(hand, file) {
  await hand.page.goto('/impor/polres_korban');
  await hand.page.setInputFiles('input[type=file]', file);
  hand.clicks += 3; // the button of the field, the file, the button of the system's window
  await hand.click('main form button');
  await settled(hand.page);
  return hand.page.locator('main .galat-daftar li').allInnerTexts();
}

test('3: twenty passengers at a post', async (t) => {
  const page = await t.login('pos', { view: phone });
  await page.goto('/pemeriksaan/baru');
  const fields = await fieldsSeen(page), hand = new Hand(page), times = [];
  for (let n = 1; n <= 20; n++) {
    const before = hand.figures().seconds; // The time is filled in already: the officer leaves it.
    await hand.choose('[name="alasan_perjalanan"]', n % 2 ? 'kerja' : 'keluarga');
    if (n === 9) await hand.fill('[name="orang.tgl_lahir"]', '12 Maret 2012'); // a child on the way to work
    await hand.fill('[name="orang.nama"]', `Penumpang Ujipos ${'abcdefghijklmnopqrst'[n - 1]}`);
    await hand.choose('[name="dokumen_keadaan"]', n % 6 ? 'lengkap' : 'tidak_lengkap'); // three of them incomplete
    await hand.choose('[name="hasil"]', n % 6 ? 'lanjut' : 'diberi_nasihat');
    const uid = await page.inputValue('[name="idem"]');
    await hand.click('main form.isi button[name="lagi"], main form.isi button.utama');
    await page.waitForFunction((was) => document.readyState === 'complete' && document.querySelector('[name="idem"]')?.value !== was, uid);
    if (await page.locator('#galat').count()) throw new Error(`passenger ${n}: ${await page.locator('#galat').innerText()}`);
    if (!/\/baru/.test(page.url())) await page.goto('/pemeriksaan/baru');
    times.push(hand.figures().seconds - before);
  }
  tell('test 3, twenty passengers', { ...hand.figures(), 'fields seen': fields, 'median seconds a passenger': times.sort((a, b) => a - b)[10] });
  const kept = execFileSync(python, ['-c', 'import sqlite3,sys; print(sqlite3.connect(sys.argv[1]+"/sigap.db").execute("select count(*) from pemeriksaan where batal=0 and tanggal=date(\'now\', \'+8 hours\')").fetchone()[0])', t.server.data], { encoding: 'utf8' });
  if (Number(kept) < 20) throw new Error(`only ${kept} of 20 checks on file`);
  const noticed = execFileSync(python, ['-c', `import sqlite3,sys
db = sqlite3.connect(sys.argv[1] + "/sigap.db")
mine = "from pemeriksaan p where batal=0 and id > (select max(id) from pemeriksaan) - 20"
print(*(db.execute("select count(*) " + mine + " and " + w).fetchone()[0] for w in (
    "dokumen_keadaan='tidak_lengkap'", "anak='ya'",
    "anak='ya' and exists(select 1 from rujukan r where r.induk=p.id and r.induk_reg='pemeriksaan' and r.batal=0)")))`, t.server.data], { encoding: 'utf8' }).trim();
  if (noticed !== '3 1 1') throw new Error(`incomplete papers, children, children referred: ${noticed}`);
}, { seconds: 400 });

test('4: a book with nine faults is mended, brought in, and taken back', async (t) => {
  const [folder, told] = makeBooks('nine_faults.py');
  const page = await t.login('sekretaris'), hand = new Hand(page);
  const swapped = await bring(hand, path.join(folder, 'satu.xlsx'));
  if (!['baris 2, kolom H (Tanggal lahir)', 'baris 2, kolom I (Kabupaten'].every((w) => swapped.some((f) => f.includes(w)))) throw new Error('swapped headings are not told');
  const faults = await bring(hand, path.join(folder, 'dua.xlsx'));
  // One number for two people is told beside what differs between them.
  const missed = Object.entries(JSON.parse(told)).filter(([, place]) => !faults.some((f) => f.includes(place))).map(([kind]) => kind);
  if (missed.length) throw new Error(`not told: ${missed.join(', ')}; told: ${faults.join(' | ')}`);
  if (await page.locator('form[action$="/terap"]').count()) throw new Error('a faulty book may be applied');
  const clean = await bring(hand, path.join(folder, 'tiga.xlsx'));
  if (clean.length) throw new Error(`faults in the clean book: ${clean.join(' | ')}`);
  const choices = page.locator('main form[action$="/pilih"] button');
  if (await choices.count()) throw new Error('the clean book asks about persons');
  await hand.click('main form[action$="/terap"] button');
  await settled(page);
  await hand.click('main form[action$="/urung"] button');
  await settled(page);
  if (await page.locator('form[action$="/urung"]').count()) throw new Error('the book was not taken back');
  tell('test 4, a book with nine faults', { ...hand.figures(), 'faults told': `${Object.keys(JSON.parse(told)).length + 1} kinds` });
}, { seconds: 400 });

test('8: half-year by sex and age, small numbers covered outside', async (t) => {
  const page = await t.login('statistik'), hand = new Hand(page);
  await page.goto('/?beranda=1');
  await hand.follow('main a[href^="/tabel"]', /\/tabel/);
  if (!/\/tabel\/korban_jk_umur/.test(page.url())) await hand.follow('main a[href^="/tabel/korban_jk_umur"]', /korban_jk_umur/);
  await hand.choose('main [name="masa"]', { index: 1 });
  await hand.choose('main [name="untuk"]', await page.locator('main [name="untuk"] option').last().getAttribute('value'));
  await Promise.all([page.waitForNavigation(), hand.click('main form button')]);
  const cells = (await page.locator('main table.silang tbody td').allInnerTexts()).map((c) => c.trim().replaceAll('.', ''));
  const open = cells.filter((c) => /^\d+$/.test(c) && Number(c) > 0 && Number(c) < 5);
  if (!cells.length || open.length) throw new Error(`${open.length} of ${cells.length} cells show a number under five`);
  const [file] = await Promise.all([page.waitForEvent('download'), hand.click(page.locator('main a', { hasText: 'Excel' }))]);
  if (!await file.path()) throw new Error('no workbook');
  tell('test 8, half-year set', { ...hand.figures(), cells: cells.length });
});

// The three answers a leader is asked for, and the sheet she takes along.
test('9: three answers on a telephone, one sheet on paper', async (t) => {
  const page = await t.login('pimpinan', { view: phone });
  const hand = new Hand(page);
  await page.goto('/');
  const screens = async (what) => (await page.locator(what).first().boundingBox()).y / phone.height;
  const victims = page.locator('main .ringkas section').first(), boards = page.locator('main section.papan');
  const [, now, moved] = (await victims.innerText()).split('\n').map((x) => x.trim()).filter(Boolean);
  if (!/^[\d.<]+$/.test(now) || !/^(naik dari|turun dari|sama dengan|<?\d+ pada)/.test(moved)) throw new Error(`how many victims, and more or fewer: ${now} / ${moved}`);
  for (let n = 0; n < 2; n++) {
    const board = boards.nth(n);
    if (!await board.locator('tbody tr').count()) throw new Error(`nothing stands under ${await board.locator('h2').innerText()}`);
  }
  for (const [n, what] of [[0, '.ringkas'], [1, 'section.papan >> nth=0'], [2, 'section.papan >> nth=1']])
    if (await screens('main ' + what) + 0.25 > 3) throw new Error(`answer ${n + 1} stands ${(await screens('main ' + what)).toFixed(1)} screens down`);
  await t.fits(page);
  await t.axe(page);
  const sheet = path.join(passingFolder(), 'lembar.pdf');
  await page.pdf({ path: sheet, width: '215mm', height: '330mm', preferCSSPageSize: true });
  const pdf = readFileSync(sheet, 'latin1'), sheets = pdf.match(/\/Type\s*\/Page\b/g).length;
  const [w, h] = /\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/.exec(pdf).slice(1).map((x) => Math.round(Number(x) / 72 * 25.4));
  if (sheets !== 1 || Math.abs(w - 215) > 1 || Math.abs(h - 330) > 1) throw new Error(`${sheets} sheets of ${w} x ${h} mm, not one of F4`);
  tell("test 9, a leader's page", { ...hand.figures(), sheets, 'lowest answer, screens down': (await screens('main section.papan >> nth=1')).toFixed(1) });
});

async function enterByKeys(page, hand, target, address) {
  hand.keys += await tabTo(page, target);
  await Promise.all([page.waitForURL(address), hand.press('Enter')]);
}

async function leaveByKeys(page, hand) {
  hand.keys += await tabTo(page, '.orang > summary');
  await hand.press('Enter');
  await enterByKeys(page, hand, '.orang form[action="/keluar"] button', /\/masuk/);
}

// From her first screen an officer comes to a referral that waits longer than it may, and accepts it.
async function answerByKeys(t, page) {
  const hand = new Hand(page), step = 'details.langkah:has(form[action$="/terima"])';
  const judge = async () => { await t.axe(page); await t.fits(page); };
  await page.goto('/');
  await judge();
  const waiting = page.locator('main tr', { hasText: 'Dikirim' }).locator('a[href^="/rujukan/"]').first();
  await enterByKeys(page, hand, `main a[href="${await waiting.getAttribute('href')}"]`, /\/rujukan\/[0-9a-f-]{36}/);
  await judge();
  hand.keys += await tabTo(page, `${step} > summary`);
  await hand.press('Enter');
  await enterByKeys(page, hand, `${step} button`, /pesan=/);
  await judge();
  if (await page.locator(step).count()) throw new Error('the referral still waits for its answer');
  await leaveByKeys(page, hand);
  return hand;
}

// Everything by keys, at 400 % zoom and in the dark; each page on the way is judged.
test('10: keys, zoom and darkness', async (t) => {
  const [folder] = makeBooks('workbooks.py');
  const secretary = await t.login('sekretaris');
  await bring(new Hand(secretary), path.join(folder, 'polres.xlsx'));
  for (let i = 0; i < 2 && await secretary.locator('form[action$="/terap"]').count(); i++) {
    await secretary.click('form[action$="/terap"] button');
    await settled(secretary);
  }
  const narrow = { view: { width: 320, height: 640 }, colorScheme: 'dark', bypassCSP: true }; // 1280 at 400 %
  const page = await t.login('sekretaris', narrow);
  const hand = new Hand(page);
  const judge = async () => { await t.axe(page); await t.fits(page); };
  await judge();
  await hand.press('/');
  await hand.type('serafina uji laba'); // as she hears it: the paper has Seravina Ujilaba
  await Promise.all([page.waitForURL(/\/cari\?/), hand.press('Enter')]);
  await judge();
  const person = page.locator('main a[href^="/orang/"], main a[href^="/korban/"]').first();
  if (!await person.count()) throw new Error('a name finds nobody');
  await enterByKeys(page, hand, 'main a[href^="/orang/"], main a[href^="/korban/"]', /\/(orang|korban)\/[0-9a-f-]{36}/);
  await judge();
  await page.goto('/antrean/tugas_saya');
  await judge();
  await leaveByKeys(page, hand);
  await judge();
  tell('test 10, finding and leaving by keys at 320 px in the dark', hand.figures());
  const answered = await answerByKeys(t, await t.login('kesehatan', narrow));
  tell('test 10, a late referral answered by keys', answered.figures());
}, { seconds: 300 });

test('a consent asks once who gave it', async (t) => {
  const page = await t.login('ppt');
  await page.goto('/korban');
  await page.locator('main tbody a[href^="/korban/"]').first().click();
  await page.waitForURL(/korban\/[0-9a-f-]{36}/);
  await page.goto(`/persetujuan/baru?induk=${new URL(page.url()).pathname.slice(1)}`);
  for (const [answer, shown] of [['tidak', 'oleh'], ['ya', 'wakil'], ['tidak', 'oleh']]) {
    await page.locator(`[name=anak][value=${answer}]`).check();
    for (const name of ['oleh', 'wakil'])
      if (await page.locator(`[name=${name}]`).isVisible() !== (name === shown)) throw new Error(`anak = ${answer}: ${name}`);
  }
});
