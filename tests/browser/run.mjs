// Runs tests/browser/*.test.mjs one after the other on one browser and one practice server.
// usage: node tests/browser/run.mjs [WORD ..]   runs the tests whose file or name contains a word
// Prints "ok FILE.NAME" or "not ok FILE.NAME: reason". A missing browser or server is a failure.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bench, lendServer, openBrowser, shots, tests } from './lib.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
let bad = 0;

function say(name, error, started) {
  if (error) bad++;
  const why = error && String(error.stack ?? error).split('\n').slice(0, 3).join(' ')
    .replace(/\x1b\[\d+m/g, '').replace(/\s+/g, ' ').slice(0, 3000);
  console.log(error ? `not ok ${name}: ${why}` : `ok ${name} (${((Date.now() - started) / 1000).toFixed(2)} s)`);
}

async function attempt(name, seconds, run) {
  const started = Date.now();
  let timer;
  try {
    const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`longer than ${seconds} s`)), seconds * 1000); });
    await Promise.race([run(), late]);
    say(name, null, started);
  } catch (error) {
    say(name, error, started);
  } finally {
    clearTimeout(timer);
  }
}

async function one(browser, server, name, run) {
  const bench = new Bench(browser, server, name);
  try {
    await run(bench);
  } catch (error) {
    // What the person saw when it went wrong.
    const page = bench.contexts.at(-1)?.pages().at(-1);
    if (page) await bench.shot(page, `gagal-${name.replace(/\W+/g, '-')}`).catch(() => {});
    await bench.close().catch(() => {});
    throw new Error(`${error.message}${page ? ` [${page.url()}, picture in ${shots}]` : ''}`);
  }
  await bench.close();
}

let browser, server;
try {
  browser = await openBrowser();
  server = await lendServer();
  for (const file of readdirSync(here).filter((f) => f.endsWith('.test.mjs')).sort()) {
    tests.length = 0;
    const short = file.replace('.test.mjs', '');
    try {
      await import(`./${file}`);
    } catch (error) {
      say(short, error);
      continue;
    }
    for (const { name, run, seconds } of [...tests]) {
      const full = `${short}.${name}`;
      if (words.length && !words.some((w) => full.includes(w))) continue;
      await attempt(full, seconds, () => one(browser, server, full, run));
    }
  }
} catch (error) {
  say('browser', error);
}
await browser?.close();
if (server) await server.stop().catch((error) => say('browser.server', error));
process.exit(bad ? 1 : 0);
