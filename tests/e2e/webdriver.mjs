// A stock Firefox, driven through geckodriver by the W3C's WebDriver protocol: the little of it that the way through the site needs. Knows no
// page. FIREFOX and GECKODRIVER name the two programs.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { eventually } from './eventually.mjs';

const START_MS_MAX = 60_000;

/** A port that is free now. */
const freePort = () =>
  new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

/** Asks the driver; throws what it complains of. */
async function ask(address, method, body) {
  const response = await fetch(address, { method, body: body === undefined ? undefined : JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${method} ${address}: ${value.error}: ${value.message}`);
  return value;
}

/** Runs in the page: the middle of the first visible element of that selector whose name is, or fits, `name`; scrolled to, if need be. */
function middle(selector, name, isPattern) {
  const nameOf = (one) => (one.getAttribute('aria-label') ?? one.textContent).trim();
  const fits = (one) => name === null || (isPattern ? new RegExp(name).test(nameOf(one)) : nameOf(one) === name);
  const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== 'hidden';
  const found = [...document.querySelectorAll(selector)].find((one) => shown(one) && fits(one));
  if (!found) return null;
  const inside = ({ top, bottom }) => top >= 0 && bottom <= innerHeight;
  // What is clipped at the side, as one of many tabs, is scrolled to as well.
  found.scrollIntoView({ block: inside(found.getBoundingClientRect()) ? 'nearest' : 'center', inline: 'nearest', behavior: 'instant' });
  const { x, y, width, height } = found.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
}

/** A page of Firefox in a fresh profile, after `goto`. */
class Page {
  constructor(driver, session) {
    this.driver = driver;
    this.session = session;
  }

  goto(url) {
    return ask(`${this.session}/url`, 'POST', { url });
  }

  /** Runs a function in the page, with arguments that are data. */
  evaluate(run, ...args) {
    return ask(`${this.session}/execute/sync`, 'POST', { script: `return (${run})(...arguments)`, args });
  }

  /** Waits until something shows, and clicks its middle as a hand does: whatever lies over it takes the click. */
  async click(selector, name) {
    const isPattern = name instanceof RegExp;
    let at;
    await eventually(`${selector} ${name ?? ''} can be clicked`, async () => {
      at = await this.evaluate(middle, selector, isPattern ? name.source : (name ?? null), isPattern);
      return at !== null;
    });
    await this.drag(at, at);
  }

  /** Presses the mouse at one point, and lets it go at another. */
  async drag(from, to) {
    const move = ({ x, y }, duration) => ({ type: 'pointerMove', duration, origin: 'viewport', x: Math.round(x), y: Math.round(y) });
    const way = [move(from, 0), { type: 'pointerDown', button: 0 }, move(to, from === to ? 0 : 200), { type: 'pointerUp', button: 0 }];
    await ask(`${this.session}/actions`, 'POST', { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions: way }] });
  }

  async close() {
    await ask(this.session, 'DELETE').catch(() => undefined);
    this.driver.kill();
  }
}

/** A Firefox of its own, in a fresh profile, with one page. (A driver drives one browser.) */
export async function openFirefox({ firefox = process.env.FIREFOX, geckodriver = process.env.GECKODRIVER, width = 1440, height = 1000 } = {}) {
  const port = await freePort();
  const driver = spawn(geckodriver, ['--host', '127.0.0.1', '--port', String(port), '--websocket-port', '0'], { stdio: 'ignore' });
  try {
    const address = `http://127.0.0.1:${port}`;
    await eventually('geckodriver is ready', async () => (await ask(`${address}/status`, 'GET')).ready, START_MS_MAX);
    const alwaysMatch = { 'moz:firefoxOptions': { binary: firefox, args: ['-headless', `--width=${width}`, `--height=${height}`] } };
    const { sessionId } = await ask(`${address}/session`, 'POST', { capabilities: { alwaysMatch } });
    return new Page(driver, `${address}/session/${sessionId}`);
  } catch (error) {
    driver.kill();
    throw error;
  }
}
