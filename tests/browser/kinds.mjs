// One page of each kind for the tests that look closer than axe: where focus goes, what zoom and wide spacing do.
import { walk, windowOf } from './pages.mjs';

const kinds = [
  ['home', '/', ''], ['list', '/{reg}', 'kasus'], ['record', '/{reg}/{uid}', 'kasus'], ['form', '/{reg}/baru', 'kasus'],
  ['history', '/{reg}/{uid}/riwayat', 'kasus'], ['queue', '/antrean/{name}', ''], ['import', '/impor/{name}', ''],
  ['run', '/impor/jalan/{uid}', ''], ['search', '/cari', ''], ['table', '/tabel/{name}', ''], ['settings', '/setelan', ''],
  ['audit', '/audit', ''], ['account', '/akun', ''], ['login', '/masuk', '']];

// [{kind, path, login}]: a kind that no page of the walk belongs to is an error.
export function pageOfEachKind(server) {
  const { pages } = walk(server);
  return kinds.map(([kind, route, of]) => {
    const found = pages.find((p) => p.route === route && (!of || p.of === of));
    if (!found) throw new Error(`no page of the kind ${kind} in the walk`);
    return { kind, login: found.login, path: kind === 'search' ? '/cari?q=kupang' : found.path };
  });
}

// Opens one page of each kind in a window made by `look` and gathers what `judge` finds wrong with it.
export async function eachKind(t, look, judge) {
  const faults = [];
  for (const { kind, path, login } of pageOfEachKind(t.server)) {
    const page = await windowOf(t, { width: 1280, scheme: 'light', lang: 'id', ...look }, login);
    const answer = await page.goto(path);
    if (answer.status() !== 200) faults.push(`${kind} ${path} answers ${answer.status()}`);
    else faults.push(...(await judge(page, kind)).map((fault) => `${kind} ${path}: ${fault}`));
    await page.context().close();
  }
  if (faults.length) throw new Error(`${faults.length} faults: ${faults.join(' || ')}`);
}
