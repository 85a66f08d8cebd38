// A person's hand on a page: every click and key goes through it and is counted, so that a task has figures. The time is
// the keystroke-level model of Card, Moran and Newell with its usual values for a practised person; it is an estimate
// of the handling alone, without reading and without waiting for the line.
const seconds = { key: 0.28, point: 1.1, press: 0.1, home: 0.4, think: 1.35 };

export class Hand {
  constructor(page) {
    Object.assign(this, { page, clicks: 0, keys: 0, thoughts: 0, moves: 0, pages: 0, onMouse: true });
    page.on('framenavigated', (frame) => { if (frame === page.mainFrame()) this.pages++; });
  }

  #goTo(mouse) {
    if (this.onMouse !== mouse) this.moves++;
    this.onMouse = mouse;
  }

  // Points at something and presses; one thought before each.
  async click(what) {
    this.#goTo(true);
    this.clicks++;
    this.thoughts++;
    await (typeof what === 'string' ? this.page.locator(what).first() : what).click();
  }

  // Types where focus is.
  async type(text) {
    this.#goTo(false);
    this.keys += text.length;
    await this.page.keyboard.type(text);
  }

  async press(key, times = 1) {
    this.#goTo(false);
    this.keys += times;
    for (let i = 0; i < times; i++) await this.page.keyboard.press(key);
  }

  // Takes an entry of a list by its value: a click on the list and one on the entry, or its first letters by keys.
  async choose(selector, value) {
    this.#goTo(true);
    this.clicks += 2;
    this.thoughts++;
    await this.page.locator(selector).first().selectOption(value);
  }

  // Fills a field after a click into it.
  async fill(selector, text) {
    await this.click(selector);
    await this.type(text);
  }

  // Presses what leads to another page and waits for it.
  async follow(what, address) {
    await Promise.all([this.page.waitForURL(address), this.click(what)]);
  }

  figures() {
    const time = this.clicks * (seconds.point + seconds.press) + this.keys * seconds.key + this.thoughts * seconds.think + this.moves * seconds.home;
    return { clicks: this.clicks, keys: this.keys, pages: this.pages, seconds: Math.round(time) };
  }
}

// Fields that a person sees on a page before doing anything.
export function fieldsSeen(page) {
  return page.evaluate(() => {
    const groups = new Set();
    for (const e of document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')) {
      if (e.checkVisibility()) groups.add(e.name.replace(/\.cari$/, '') || e.id);
    }
    return groups.size;
  });
}

// The figures of a task, beside the result of its test.
export function tell(task, figures) {
  console.log(`# ${task}: ${Object.entries(figures).map(([k, v]) => `${k} ${v}`).join(', ')}`);
}
