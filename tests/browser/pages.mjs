// Every page of the program for the browser tests: the walk of tests/harness/pages.py, made once a run,
// and windows in which its people are logged in already.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const walker = path.join(path.dirname(fileURLToPath(import.meta.url)), '../harness/pages.py');
const known = new Map();

// {pages: [{route, of, tab, path, login}], cookies: {login: {name: value}}} of a lent server.
export function walk(server) {
  if (!known.has(server.url)) {
    known.set(server.url, JSON.parse(execFileSync('/usr/bin/python3', [walker, server.url, server.data],
      { maxBuffer: 1 << 26, encoding: 'utf8' })));
  }
  return known.get(server.url);
}

// What makes one page look different for a machine that reads it.
export const combinations = [320, 1280].flatMap((width) => ['light', 'dark'].flatMap((scheme) =>
  ['id', 'en'].map((lang) => ({ width, scheme, lang }))));

// Stable number of a text, for taking turns.
export function numberOf(text) {
  let n = 0;
  for (const c of text) n = (n * 31 + c.codePointAt(0)) >>> 0;
  return n;
}

// A window of one combination with the sign of this person, or of nobody.
export async function windowOf(t, { width, scheme, lang, ...rest }, login) {
  const page = await t.page({ view: { width, height: 800 }, colorScheme: scheme, bypassCSP: true, ...rest });
  const cookies = { ...(walk(t.server).cookies[login] ?? {}), bahasa: lang };
  await page.context().addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: t.server.url })));
  return page;
}
