// Walking a page with the Tab key: what gets focus, in which order, and whether a person sees where it is.

// In the page: every control that Tab must reach, in reading order; of a group of radio buttons the chosen one or any.
function controlsInOrder() {
  const all = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
  const groups = new Set();
  return [...all].filter((e) => {
    if (e.disabled || e.type === 'hidden' || e.tabIndex < 0 || !e.checkVisibility({ visibilityProperty: true })) return false;
    if (e.closest('[hidden]') || e.getClientRects().length === 0) return false;
    if (e.type !== 'radio') return true;
    const group = `${e.form?.action} ${e.name}`;
    return !groups.has(group) && groups.add(group);
  });
}

// In the page: what has focus, and what is wrong with how it shows. `forced`: only what forced colours leave counts.
function focusNow(forced) {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const name = `${e.localName}${e.id ? `#${e.id}` : ''}${e.name ? `[${e.name}]` : ''} "${(e.innerText || e.value || '').trim().slice(0, 30)}"`;
  const style = getComputedStyle(e), box = e.getBoundingClientRect(), faults = [];
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const ringed = !forced && style.boxShadow !== 'none';
  const plain = e.localName === 'main' || e.classList.contains('ringkasan');
  if (!outlined && !ringed && !plain) faults.push('focus does not show');
  if (!box.width || !box.height) faults.push('has no size');
  else if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) faults.push('is outside the window');
  else {
    const line = e.getClientRects()[0]; // of a link over two lines, the first
    const x = Math.min(Math.max((line.left + line.right) / 2, 1), innerWidth - 2), y = Math.min(Math.max((line.top + line.bottom) / 2, 1), innerHeight - 2);
    const top = document.elementFromPoint(x, y);
    if (top && top !== e && !e.contains(top) && !top.contains(e)) faults.push(`lies under ${top.localName}.${top.className}`);
  }
  const group = e.type === 'radio' ? `${e.form?.action} ${e.name}` : null;
  const place = globalThis.inOrder.findIndex((c) => c === e || (group && c.type === 'radio' && `${c.form?.action} ${c.name}` === group));
  return { name, place, faults };
}

// Tabs from the top of the page to its end: faults found. A page whose end is never reached is a trap.
export async function tabThrough(page, { forced = false } = {}) {
  const count = await page.evaluate(`globalThis.inOrder = (${controlsInOrder})(); inOrder.length`);
  const faults = [], reached = new Set();
  let before = -1;
  for (let presses = 0; ; presses++) {
    if (presses > count + 40) return [...faults, `trap: ${presses} times Tab and not at the end of ${count} controls`];
    await page.keyboard.press('Tab');
    const now = await page.evaluate(focusNow, forced);
    if (!now || (now.place === 0 && reached.has(0))) break;
    faults.push(...now.faults.map((fault) => `${now.name} ${fault}`));
    if (now.place >= 0 && now.place < before) faults.push(`${now.name} comes after what stands behind it`);
    if (now.place >= 0) { reached.add(now.place); before = now.place; }
  }
  const missed = await page.evaluate((seen) => globalThis.inOrder.filter((_, i) => !seen.includes(i)).map((e) => e.outerHTML.slice(0, 80)), [...reached]);
  return [...faults, ...missed.slice(0, 5).map((m) => `Tab does not reach ${m}`)];
}

// Faults of the order on the screen: a control that stands higher than the one before it, in the same column.
export function screenOrder(page) {
  return page.evaluate(`(${controlsInOrder})()`.replace(/^/, 'globalThis.inOrder = ')).then(() => page.evaluate(() => {
    const boxes = globalThis.inOrder.filter((e) => e.closest('main')).map((e) => [e, e.getBoundingClientRect()]);
    const faults = [];
    for (let i = 1; i < boxes.length; i++) {
      const [[, a], [e, b]] = [boxes[i - 1], boxes[i]];
      const sameColumn = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0;
      if (sameColumn && b.bottom <= a.top + 1) faults.push(`${e.outerHTML.slice(0, 80)} stands above the control before it`);
    }
    return faults;
  }));
}

// Presses Tab until `selector` has focus; a person who cannot get there in `most` presses is lost.
export async function tabTo(page, selector, most = 400) {
  for (let presses = 1; presses <= most; presses++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((s) => !!document.activeElement?.matches(s), selector)) return presses;
  }
  throw new Error(`${most} times Tab on ${page.url()} and no focus on ${selector}`);
}
