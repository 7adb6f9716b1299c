import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { sendGeneratedTrace } from './generated-trace.ts';
import { sendRecording } from './recordings.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

const TOKEN = 'a-token-of-the-tests-that-is-long';

let service: Service;
let browser: Browser;
let page: Page;
let traceId: string;

beforeAll(async () => {
  service = await startService();
  browser = await openBrowser();
  page = browser.page;
  await sendRecording(service.url, 'ai-sdk-legacy');
  traceId = await sendGeneratedTrace(service.url, 40);
});

afterAll(async () => {
  await browser?.close();
  await service?.close();
});

async function open(hash: string): Promise<void> {
  await page.goto(`${service.url}/#/${hash}`);
  await page.getByText('live', { exact: true }).waitFor();
}

/** What has the focus, as the page has it. */
const focused = (): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.tagName.toLowerCase() ?? 'nothing';
  });

const isFocusInMain = (): Promise<boolean> =>
  page.evaluate(() => document.querySelector('main')?.contains(document.activeElement) ?? false);

describe('the shell', () => {
  it.each([
    ['o', 'Overview'],
    ['s', 'Services'],
    ['e', 'Sessions'],
    ['c', 'Config'],
    ['t', 'Traces'],
  ])('goes to a place by the keys g %s, with the focus, and is called %s', async (key, title) => {
    await open(key === 't' ? 'config' : 'traces');
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.waitForFunction((wanted) => document.title.startsWith(wanted), title);
    expect(await page.locator('.places a[aria-current="page"]').textContent()).toBe(title);
    await page.waitForFunction(() => document.querySelector('main')?.contains(document.activeElement));
    await page
      .locator('[aria-live="polite"]', { hasText: `${title} · TTA observability` })
      .waitFor({ state: 'attached' });
  });

  it('goes to the same places by mouse, and back', async () => {
    await open('traces');
    for (const title of ['Overview', 'Services', 'Sessions', 'Config'])
      await page.locator('.places').getByRole('link', { name: title }).click();
    await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
    await page.goBack();
    await page.waitForFunction(() => document.title.startsWith('Sessions'));
    expect(await page.locator('.places a[aria-current="page"]').textContent()).toBe('Sessions');
  });

  it('lets who uses the keyboard skip what stands on every view', async () => {
    await open('config');
    await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('main');
    await page.keyboard.press('Tab');
    expect(await isFocusInMain()).toBe(true);
  });

  it('lists the keys of the moment, and gives the focus back', async () => {
    await open('traces');
    await page.locator('.trace-row').first().waitFor();
    await page.getByRole('button', { name: 'Find' }).focus();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.getByText('Show all keys').waitFor();
    expect(await dialog.locator('h3').allTextContents()).toEqual(['Go to', 'List', 'Page']);
    expect(
      await dialog.locator('dl > div', { hasText: 'Next trace' }).locator('kbd').allTextContents(),
    ).toEqual(expect.arrayContaining(['↓', 'j']));
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(
      await page.getByRole('button', { name: 'Find' }).evaluate((it) => it === document.activeElement),
    ).toBe(true);
  });

  it('closes a dialog by a click beside it, and by its button', async () => {
    await open('traces');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await page.getByRole('button', { name: 'Keys' }).click();
    await dialog.waitFor();
    await page.mouse.click(5, 5);
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Keys' }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('runs a command that was found by its name', async () => {
    await open('traces');
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Command, trace, or trace id' });
    await field.waitFor();
    await expectAccessible(page);
    await page.keyboard.type('config');
    await page.locator('[role="option"][aria-selected="true"]', { hasText: 'Config' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
    await field.waitFor({ state: 'detached' });
  });

  it('opens a trace by its name, by arrow keys, and tells a screen reader which one', async () => {
    await open('traces');
    await page.locator('.trace-row').nth(1).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('index documents');
    const field = page.getByRole('combobox', { name: 'Command, trace, or trace id' });
    const active = (): Promise<string | null | undefined> =>
      field.evaluate(
        (input) => document.getElementById(input.getAttribute('aria-activedescendant') ?? '')?.textContent,
      );
    expect(await active()).toContain('index documents');
    await page.keyboard.press('ArrowDown');
    expect(await active()).toBe('Search traces for “index documents”');
    await page.keyboard.press('ArrowDown');
    expect(await active()).toContain('index documents');
    await page.keyboard.press('Enter');
    await page.waitForFunction((id) => location.hash.startsWith(`#/traces/${id}`), traceId);
  });

  it('opens a trace whose id was pasted, also as an address', async () => {
    await open('overview');
    await page.keyboard.press('Control+k');
    await page.keyboard.insertText(`${service.url}/#/traces/${traceId.toUpperCase()}?span=1`);
    await page.locator('[role="option"][aria-selected="true"]', { hasText: 'Open the trace' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForFunction((id) => location.hash.startsWith(`#/traces/${id}`), traceId);
    await page.locator('.waterfall-row').first().waitFor();
  });

  it('searches for what was typed, by mouse', async () => {
    await open('overview');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.keyboard.type('status:error');
    await page.getByRole('option', { name: 'Search traces for' }).click();
    await page.waitForFunction(() => location.hash === '#/traces?query=status%3Aerror');
  });

  it('leaves the focus where it was when nothing is chosen', async () => {
    await open('config');
    await page.getByLabel('Theme', { exact: true }).first().focus();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command, trace, or trace id' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe('Theme');
  });

  it.each(['light', 'dark', 'contrast'])('can be used by everybody in the theme %s', async (theme) => {
    await open('config');
    await page.getByLabel('Theme', { exact: true }).first().selectOption(theme);
    await page.waitForFunction(
      (wanted) => document.documentElement.dataset['theme']?.startsWith(wanted),
      theme,
    );
    await page.locator('.client-status').first().waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Show all keys').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByLabel('Theme', { exact: true }).first().selectOption('system');
  });

  it('follows who wants more contrast, or colours of his own', async () => {
    await open('traces');
    const becomes = (theme: string) =>
      page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
    await page.emulateMedia({ contrast: 'more', colorScheme: 'dark' });
    await becomes('contrast-dark');
    await page.emulateMedia({ contrast: 'no-preference', colorScheme: 'light', forcedColors: 'active' });
    await becomes('contrast-light');
    await page.emulateMedia({ contrast: null, colorScheme: 'light', forcedColors: null });
    await becomes('light');
  });

  it.each([320, 400, 720, 2560])('cuts nothing off at a width of %d', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    for (const view of ['traces', 'config']) {
      await open(view);
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('.top-bar a, .top-bar button, .top-bar select, .top-bar span, h1')]
          .filter((element) => !element.closest('.visually-hidden'))
          .map((element) => ({ text: element.textContent, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.left < 0 || box.right > innerWidth))
          .map(({ text }) => text),
      );
      expect(cut).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    const places = page.locator('.places').getByRole('link');
    await places.last().click();
    await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it.each([770, 900, 1020])('keeps its bar on one line at a width of %d', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await open('traces');
    const bar = (await page.locator('.top-bar').boundingBox())!;
    expect(bar.height).toBeLessThanOrEqual(40);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('says of a trace that there is none with its id, until it arrives', async () => {
    const id = 'c0ffee'.padEnd(32, '0');
    await open(`traces/${id}`);
    await page.getByText('There is no such trace').waitFor();
    expect(browser.complaints.splice(0)).toEqual([expect.stringContaining('404')]);
    await expectAccessible(page);
    await sendGeneratedTrace(service.url, 3, id);
    await page.locator('.waterfall-row').first().waitFor();
  });

  it('says that the code of a view could not be loaded, and tries again', async () => {
    await page.route('**/assets/sessions-view-*.js', (route) => route.abort());
    await page.goto(`${service.url}/#/sessions`);
    await page.reload();
    await page.getByRole('heading', { name: 'Could not load the sessions' }).waitFor();
    await expectAccessible(page);
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor();
    expect(browser.complaints.splice(0)).toEqual(
      expect.arrayContaining([expect.stringContaining('net::ERR_FAILED')]),
    );
  });

  it('asks no other host and causes no complaint', () => {
    expect(browser.requestsOutside(service.url)).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });
});

describe('the shell, when the service', () => {
  it('is away, says since when and how to start it, until it is back', async () => {
    await open('config');
    const { port } = new URL(service.url);
    await service.close();
    const banner = page.getByRole('alert').filter({ hasText: 'has not answered since' });
    await banner.waitFor();
    expect(await banner.textContent()).toMatch(
      /has not answered since \d.*What is shown may be old\. This page keeps trying\..*npx tta-obs start/,
    );
    await page.getByText('reconnecting', { exact: true }).waitFor();
    await expectAccessible(page);
    service = await startService({ port: Number(port) });
    await page.getByText('live', { exact: true }).waitFor();
    await banner.waitFor({ state: 'detached' });
  });

  it('has come back with a token, says how to show it', async () => {
    await open('config');
    const { port } = new URL(service.url);
    await service.close();
    service = await startService({ port: Number(port), token: TOKEN });
    const banner = page.getByRole('alert').filter({ hasText: 'The service wants its token.' });
    await banner.waitFor();
    expect(await banner.locator('code').textContent()).toBe(`${service.url}/?token=…`);
    await page.goto(`${service.url}/?token=${TOKEN}`);
    await page.getByText('live', { exact: true }).waitFor();
    expect(page.url()).not.toContain(TOKEN);
    expect(await banner.count()).toBe(0);
  });

  it('fails, says why', async () => {
    const answer = await fetch(new URL('health', service.url), { headers: { 'x-tta-token': TOKEN } });
    const health = {
      ...((await answer.json()) as object),
      status: 'failing',
      problem: 'The disk is <full>.',
    };
    const body = JSON.stringify(health);
    await page.route('**/health', (route) =>
      route.fulfill({ status: 503, contentType: 'application/json', body }),
    );
    await page.reload();
    const banner = page.getByRole('alert').filter({ hasText: 'The service cannot store or read.' });
    await banner.waitFor();
    expect(await banner.textContent()).toContain('The disk is <full>.');
    await page.unrouteAll({ behavior: 'wait' });
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
    expect(await banner.count()).toBe(0);
  });
});
