import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Nothing leaves the machine, whatever a page would ask for. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/** The Chromium of this machine, without a window. */
export function openBrowser() {
  return chromium.launch({ executablePath: findChromium(), headless: true, args });
}

/**
 * A page of 1280 × 800 with a cache and a storage of its own. Within it, `painted()` resolves when the next frame is on the
 * screen, and `paintedWhen(condition)` when a frame is for which the condition held; both with the milliseconds since the
 * navigation began.
 */
export async function openPage(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.painted = () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          // Runs when this frame has been handed over.
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener('message', () => resolve(performance.now()), { once: true });
          port1.start();
          port2.postMessage(null);
        });
      });
    globalThis.paintedWhen = async (condition) => {
      while (!condition()) await new Promise(requestAnimationFrame);
      return globalThis.painted();
    };
  });
  return { page, close: () => context.close() };
}

function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const file of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error('No Chromium on the PATH. On Debian: apt-get install -y --no-install-recommends chromium');
}
