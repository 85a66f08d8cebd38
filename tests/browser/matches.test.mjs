// Usability test 6: a review of matches with the keyboard alone. 17 pairs, four of them one person, three traps (sisters,
// namesakes of one village, twins). No wrong merge, a reason with each decision, one merge taken back.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { desk, test } from './lib.mjs';
import { tabTo } from './focus.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = process.env.SIGAP_BIN ? path.resolve(process.env.SIGAP_BIN) : path.join(root, 'build/sigap');

const one = (nama, tgl_lahir, nama_ibu) => ({ nama, tgl_lahir, nama_ibu, jk: 'P' });
const same = [
  [one('Marselina Ujikibor Nahak', '1999-04-17', 'Rosalinda Tkela'), one('Marsalina Ujikibor Nahak', '1999-04-17', 'Rosalinda Tkela')],
  [one('Yuliana Ujipapan Kase', '2003-08-21', 'Dortia Kaseuki'), one('Juliana Ujipapan Kase', '1998-08-21', 'Dortia Kaseuki')],
  [one('Kornelia Ujitombol Benu', '1996-02-11', 'Martha Sanam'), one('Cornelia Ujitombol Benu', '1996-11-02', 'Martha Sanam')],
  [one('Fransina Ujihuruf Liu', '2001-12-05', 'Adolfina Liunokas'), one('Fransina Ujihuruf', '2001-12-05', 'Adolfina Liunokas')]];
const traps = [
  [one('Agnes Ujisuster Tamelan', '1995-03-14', 'Ludgardis Ujisuster'), one('Agnes Ujisuster Tamelan', '1997-03-24', 'Ludgardis Ujisuster')],
  [one('Elisabet Ujidesa Manek', '1990', 'Regina Fahik'), one('Elisabet Ujidesa Manek', '1991', 'Bernadeta Luan')],
  [one('Maria Ujikembar Seran', '2000-06-30', 'Theodora Ujikembar'), one('Marta Ujikembar Seran', '2000-06-30', 'Theodora Ujikembar')]];
const unclear = Array.from({ length: 10 }, (_, i) => {
  const name = `Ujisamar${'abcdefghij'[i]} Takbernama${'klmnopqrst'[i]}`;
  return [one(name, '', ''), one(name, `${1980 + i}`, '')];
});

async function record(page, person) {
  await page.goto('/orang/baru');
  for (const [name, value] of Object.entries(person)) {
    const control = page.locator(`main form [name="${name}"]`).first();
    if (await control.evaluate((e) => e.type === 'radio')) await page.check(`main form [name="${name}"][value="${value}"]`);
    else if (await control.evaluate((e) => e.tagName === 'SELECT')) await control.selectOption(value);
    else await control.fill(value);
  }
  await page.locator('main form.isi button[type=submit], main form.isi button.utama').first().click();
  const sure = page.locator('button[name=yakin]');
  if (await sure.count()) await sure.first().click();
  return page.url().match(/orang\/([0-9a-f-]{36})/)[1];
}

// Which pair the page shows: its two persons by their links.
async function shown(page) {
  return page.locator('.banding thead a').evaluateAll((links) => links.map((a) => a.href.match(/orang\/([0-9a-f-]+)/)[1]).sort().join());
}

async function decide(page, key, reason) {
  await tabTo(page, 'input[name=langkah]');
  for (let i = 1; i < key; i++) await page.keyboard.press('ArrowDown');
  if (key === 1) await page.keyboard.press('Space');
  await tabTo(page, 'form input[name="-alasan"]');
  await page.keyboard.type(reason);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

// Whether one of the two is linked to the other.
async function linked(page, pair) {
  const texts = await Promise.all(pair.split(',').map(async (uid) => (await page.request.get(`/orang/${uid}`)).text()));
  return texts.some((html) => /Digabung ke[^]{0,200}href="\/orang\//.test(html));
}

async function undo(page, [candidate, pair]) {
  if (!await linked(page, pair)) throw new Error('a merge is no link');
  await page.goto(candidate);
  await tabTo(page, 'details:has(form[action$="/pisah"]) > summary');
  await page.keyboard.press('Enter');
  await tabTo(page, 'form[action$="/pisah"] textarea');
  await page.keyboard.type('Ternyata dua orang.');
  await tabTo(page, 'form[action$="/pisah"] button');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  if (await linked(page, pair)) throw new Error('the link is still there');
}

test('matches are reviewed by keys alone', async (t) => {
  const page = await t.login('ppt', { view: desk });
  const kinds = new Map();
  for (const [kind, pairs] of [['same', same], ['trap', traps], ['unclear', unclear]]) {
    for (const pair of pairs) kinds.set([await record(page, pair[0]), await record(page, pair[1])].sort().join(), kind);
  }
  execFileSync(program, ['match', 'refresh', '--data', t.server.data], { cwd: root });
  const seen = { same: 0, trap: 0, unclear: 0 }, merged = [];
  const plan = { same: [1, 'Nama ibu sama, beda ejaan.'], trap: [2, 'Dua orang: saudara atau senama.'], unclear: [3, 'Perlu dokumen lain.'] };
  await page.goto('/kecocokan');
  await t.axe(page);
  await page.setViewportSize({ width: 320, height: 740 });
  await t.axe(page);
  await t.fits(page);
  await page.setViewportSize(desk);
  for (let at = 1; ;) {
    const pair = await shown(page), kind = kinds.get(pair);
    if (!pair) break;
    if (kind && !(kind === 'unclear' && await page.locator('input[name=langkah]').count() < 3)) {
      if (kind === 'same') merged.push([await page.locator('main a[href^="/kandidat/"]').first().getAttribute('href'), pair]);
      await decide(page, ...plan[kind]);
      seen[kind]++;
      if (await page.locator('.galat').count()) throw new Error(await page.locator('.galat').first().innerText());
    } else {
      at++;
    }
    await page.goto(`/kecocokan?ke=${at}`);
    if (at > 1 && !(await page.locator('main').innerText()).includes(`Pasangan ${at} dari`)) break;
  }
  if (seen.same !== 4 || seen.unclear !== 10) throw new Error(`decided ${JSON.stringify(seen)}`);
  if (seen.trap !== 3) console.log(`# ${3 - seen.trap} traps were not even proposed`);
  await undo(page, merged[0]);
}, { seconds: 600 });
