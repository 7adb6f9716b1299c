import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { initializeObservability } from '@tta/obs';
import type { Observability } from '@tta/obs';
import { lambda, named } from '@tta/obs-primitives';
import type { WebSocketRoute } from 'playwright-core';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { exampleWorkflow, failingWorkflow } from './example-workflow.ts';
import { runExample } from './examples.ts';
import { sendGeneratedTrace } from './generated-trace.ts';
import { sendRecording } from './recordings.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

let service: Service;
let browser: Browser;
let obs: Observability;

beforeAll(async () => {
  service = await startService();
  browser = await openBrowser();
  await runExample(service.url, 'cost-tracking');
  await sendRecording(service.url, 'langfuse');
  obs = initializeObservability({
    serviceName: 'research',
    enableTtaUi: true,
    ttaUiEndpoint: service.url,
    spoolDirectory: false,
    logLevel: 'silent',
  });
  await exampleWorkflow().execute('observability');
  await failingWorkflow().tryExecute('week 46');
});

afterAll(async () => {
  await obs?.shutdown();
  await browser?.close();
  await service?.close();
});

const names = (): Promise<string[]> => browser.page.locator('.trace-row .col-name a').allTextContents();
const pills = (): Promise<string[]> => browser.page.locator('.pill-text').allTextContents();
const queryOf = (address: string): string | null =>
  new URLSearchParams(new URL(address).hash.split('?')[1] ?? '').get('query');
const query = (): string | null => queryOf(browser.page.url());
const run = (name: string): Promise<unknown> =>
  named(
    name,
    lambda('work', () => 'done'),
  ).execute(undefined);

async function open(hash: string): Promise<void> {
  // Away from the rows: a list that nobody points at shows what is new at once.
  await browser.page.mouse.move(5, 5);
  await browser.page.goto('about:blank');
  await browser.page.goto(`${service.url}/${hash}`);
  await browser.page.getByText('live', { exact: true }).waitFor();
}

async function rowCount(count: number): Promise<void> {
  await browser.page.waitForFunction(
    (wanted) =>
      wanted === 0
        ? document.querySelector('.empty-results') !== null
        : document.querySelector('.trace-scroll')?.getAttribute('aria-rowcount') === String(wanted),
    count,
  );
}

describe('the list of traces', () => {
  it('shows what a run has used', async () => {
    await open('#/traces');
    const { page } = browser;
    const row = page.locator('.trace-row', { hasText: 'ticket of' }).first();
    await row.waitFor();
    expect(await row.locator('.col-tokens').textContent()).toMatch(/^\d+$/);
    expect(await row.locator('.col-cost').textContent()).toMatch(/^≈ \$0\.\d+$/);
    expect(await row.locator('.col-cost').getAttribute('title')).toContain('estimated');
    expect(await row.locator('.col-duration').getAttribute('title')).toMatch(/ m?s$/);
  });

  it('shows a new run at once while nobody is at the rows', async () => {
    await run('first');
    await browser.page.locator('.trace-row', { hasText: 'first' }).waitFor();
    expect((await names())[0]).toBe('first');
    expect(await browser.page.locator('.new-pill').count()).toBe(0);
  });

  it('lets new runs wait while the mouse is over the rows, and moves none of them', async () => {
    const { page } = browser;
    await page.locator('.trace-row').nth(1).hover();
    const before = await names();
    await run('second');
    await run('third');
    await page.getByRole('button', { name: '2 new' }).waitFor();
    expect(await names()).toEqual(before);
    await page.getByRole('button', { name: '2 new' }).click();
    await page.locator('.trace-row', { hasText: 'third' }).waitFor();
    // Both may have begun within one millisecond.
    expect((await names()).slice(0, 2).toSorted()).toEqual(['second', 'third']);
    await run('fourth');
    await page.getByRole('button', { name: '1 new' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.trace-row', { hasText: 'fourth' }).waitFor();
    // The button is gone: the rows have its focus.
    await page.locator('.trace-scroll:focus').waitFor();
    await page.mouse.move(5, 5);
  });

  it('pauses, shows what is new and goes on by key', async () => {
    const { page } = browser;
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Paused', pressed: true }).waitFor();
    await run('fifth');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await page.keyboard.press('n');
    await page.locator('.trace-row', { hasText: 'fifth' }).waitFor();
    await run('sixth');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await page.keyboard.press('p');
    await page.locator('.trace-row', { hasText: 'sixth' }).waitFor();
    await page.getByRole('button', { name: 'Pause', pressed: false }).waitFor();
  });

  it('holds the rows while the keys are at one, and pins that', async () => {
    const { page } = browser;
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const active = page.locator('.trace-row.is-active', { hasText: 'fifth' });
    await active.waitFor();
    await run('seventh');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    await page.keyboard.press('s');
    await active.getByRole('button', { name: 'Pinned: unpin' }).waitFor();
    await page.keyboard.press('s');
    await active.getByRole('button', { name: 'Pin', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.trace-row', { hasText: 'seventh' }).waitFor();
  });

  it('comes back to the row whose trace was opened', async () => {
    const { page } = browser;
    const active = page.locator('.trace-row.is-active', { hasText: 'sixth' });
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await active.waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.waterfall-row').first().waitFor();
    await page.keyboard.press('Escape');
    await active.waitFor();
    await page.keyboard.press('Escape');
  });

  it('is where it was left when one comes back to it', async () => {
    const { page } = browser;
    const scrollTop = () => page.locator('.trace-scroll').evaluate((element) => element.scrollTop);
    await page.setViewportSize({ width: 1280, height: 320 });
    await page.locator('.trace-scroll').evaluate((element) => element.scrollTo({ top: 40 }));
    await page.locator('.trace-row', { hasText: 'seventh' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Config' }).waitFor();
    await page.goBack();
    await page.locator('.trace-row').first().waitFor();
    expect(await scrollTop()).toBe(40);
    await page.locator('.trace-scroll').evaluate((element) => element.scrollTo({ top: 0 }));
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('opens a trace in a tab of its own where a browser does so', async () => {
    const { page } = browser;
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page
        .locator('.trace-row a')
        .first()
        .click({ modifiers: ['ControlOrMeta'] }),
    ]);
    await tab.waitForURL(/#\/traces\/[0-9a-f]{32}/);
    expect(query()).toBeNull();
    await tab.close();
    await page.mouse.move(5, 5);
  });
});

describe('the query', () => {
  it('is written with completion by the keyboard alone', async () => {
    const { page } = browser;
    await open('#/traces');
    await page.locator('.trace-row').first().waitFor();
    await page.keyboard.press('/');
    const field = page.getByRole('combobox', { name: 'Search traces' });
    await page.keyboard.type('trace.sta');
    await page.getByRole('option', { name: 'trace.status:' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.locator('#query-suggestions-0[aria-selected="true"]').waitFor();
    expect(await field.getAttribute('aria-activedescendant')).toBe('query-suggestions-0');
    await page.keyboard.press('Enter');
    expect(await field.inputValue()).toBe('trace.status:');
    await page.keyboard.type('er');
    await page.keyboard.press('Tab');
    expect(await field.inputValue()).toBe('trace.status:error');
    await page.keyboard.press('Enter');
    await rowCount(1);
    expect(query()).toBe('trace.status:error');
    expect(await pills()).toEqual(['trace.status:error']);
    expect(await names()).toEqual(['publish report']);
  });

  it('is followed live', async () => {
    await run('no failure');
    await failingWorkflow().tryExecute('week 47');
    await rowCount(2);
    expect(await names()).toEqual(['publish report', 'publish report']);
  });

  it('misses nothing of what changes while the connection is away', async () => {
    const page = await browser.page.context().newPage();
    const connections: WebSocketRoute[] = [];
    let isAway = false;
    await page.routeWebSocket(/\/ws\/traces/, (connection) => {
      if (isAway) void connection.close();
      else {
        connection.connectToServer();
        connections.push(connection);
      }
    });
    await page.goto(`${service.url}/#/traces?query=trace.status:error`);
    const rows = page.locator('.trace-row', { hasText: 'publish report' });
    await rows.first().waitFor();
    expect(await rows.count()).toBe(2);
    isAway = true;
    for (const connection of connections) await connection.close();
    await page.getByText('reconnecting').first().waitFor();
    await failingWorkflow().tryExecute('week 48');
    isAway = false;
    await rows.nth(2).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    await page.close();
  });

  it('offers the values that are stored', async () => {
    const { page } = browser;
    await page.keyboard.type('service:res');
    const option = page.getByRole('option', { name: 'research' });
    await option.waitFor();
    expect(await option.textContent()).toMatch(/\d+ spans/);
    await option.click();
    await page.waitForFunction(() => document.querySelectorAll('.pill').length === 2);
    expect(query()).toBe('trace.status:error service:research');
  });

  it('goes back and forward with the browser', async () => {
    const { page } = browser;
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('.pill').length === 1);
    expect(await pills()).toEqual(['trace.status:error']);
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('.pill').length === 0);
    await page.locator('.trace-row', { hasText: 'no failure' }).waitFor();
    await page.goForward();
    await rowCount(3);
  });

  it('is changed and taken back pill by pill, by key', async () => {
    const { page } = browser;
    await open('#/traces?query=trace.status:error');
    await page.locator('.trace-row').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    const field = page.getByRole('combobox', { name: 'Change trace.status:error' });
    await field.waitFor();
    expect(await field.inputValue()).toBe('trace.status:error');
    await page.keyboard.type(',timeout');
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      () => document.querySelector('.pill-text')?.textContent === 'trace.status:error,timeout',
    );
    expect(query()).toBe('trace.status:error,timeout');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Delete');
    await page.waitForFunction(() => document.querySelectorAll('.pill').length === 0);
    expect(query()).toBeNull();
  });

  it('tells what is wrong at its place, keeps the list, and mends it', async () => {
    const { page } = browser;
    await open('#/traces');
    await page.locator('.trace-row').first().waitFor();
    const before = await names();
    await page.keyboard.press('/');
    await page.keyboard.type('statsu:error');
    await page.keyboard.press('Enter');
    const problems = page.locator('.query-problem-list');
    await problems.getByText('no field "statsu"').waitFor();
    expect(await page.locator('.problem-marks u').textContent()).toBe('statsu');
    expect(await page.getByRole('combobox', { name: 'Search traces' }).getAttribute('aria-invalid')).toBe(
      'true',
    );
    expect(await names()).toEqual(before);
    await expectAccessible(page);
    await problems.getByRole('button', { name: 'Write status instead' }).click();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.pill') !== null);
    expect(query()).toBe('status:error');
  });

  it('of an address that cannot be understood is shown as it is', async () => {
    const { page } = browser;
    await open('#/traces?query=duration%3Aslow');
    await page.getByText('The query cannot be understood').waitFor();
    expect(await page.getByRole('combobox', { name: 'Search traces' }).inputValue()).toBe('duration:slow');
    expect(await page.locator('.problem-marks u').textContent()).toBe('slow');
    await page.getByRole('link', { name: 'all traces' }).click();
    await page.locator('.trace-row').first().waitFor();
  });

  it('finds a trace by its id, and the fields that hold a word', async () => {
    const { page } = browser;
    const traceId = await sendGeneratedTrace(service.url, 3);
    await page.keyboard.press('/');
    await page.keyboard.insertText(traceId);
    await page.getByRole('option', { name: `Open trace ${traceId}` }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/#/traces/${traceId}`);
    await page.goBack();
    await page.locator('.trace-row').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.insertText('indexer');
    await page.getByRole('option', { name: 'service:indexer' }).click();
    await rowCount(1);
    expect(query()).toBe('service:indexer');
  });

  it('takes a trace away that it does not find any more', async () => {
    const { page } = browser;
    await open('#/traces?query=service:indexer%20trace.spans:%3C5');
    await rowCount(1);
    const traceId = await page.locator('.trace-row').getAttribute('data-trace-id');
    await sendGeneratedTrace(service.url, 4, traceId as string);
    await rowCount(0);
    const empty = page.locator('.empty-results');
    expect(await empty.locator('code').allTextContents()).toEqual(['service:indexer', 'trace.spans:<5']);
    await expectAccessible(page);
    await empty.getByRole('listitem').nth(1).getByRole('link').click();
    await rowCount(1);
    expect(query()).toBe('service:indexer');
  });

  it('is one with the facets', async () => {
    const { page } = browser;
    await open('#/traces');
    const facets = page.getByRole('complementary', { name: 'Filters' });
    await facets.getByRole('checkbox', { name: 'cost-tracking' }).check();
    await page.waitForFunction(() => document.querySelector('.pill') !== null);
    expect(await pills()).toEqual(['service:cost-tracking']);
    await facets.getByRole('checkbox', { name: 'research' }).check();
    await page.waitForFunction(
      () => document.querySelector('.pill-text')?.textContent?.includes(',') === true,
    );
    expect(query()).toBe('service:cost-tracking,research');
    await facets.getByRole('checkbox', { name: 'under 100 ms' }).check();
    await page.waitForFunction(() => document.querySelectorAll('.pill').length === 2);
    await page.getByRole('button', { name: 'Remove service:cost-tracking,research' }).click();
    await facets.getByRole('checkbox', { name: 'cost-tracking', checked: false }).waitFor();
    expect(query()).toBe('trace.duration:<100ms');
  });

  it('says how far back is looked, by choice and by the chart', async () => {
    const { page } = browser;
    await open('#/traces');
    await page.getByLabel('Time', { exact: true }).selectOption('15m');
    await page.waitForFunction(() => document.querySelector('.pill-text')?.textContent === 'since:15m');
    const lane = page.locator('.rate-lane').first();
    const box = (await lane.boundingBox())!;
    expect(await page.locator('.rates figcaption').textContent()).toMatch(
      /^The last hour: \d+ traces, \d+ failed/,
    );
    await page.mouse.move(box.x + box.width - 60, box.y + 10);
    expect(await page.locator('.rate-reading').textContent()).toMatch(/^\d\d:\d\d–\d\d:\d\d: /);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 2, box.y + 10, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => document.querySelectorAll('.pill').length === 2);
    expect(await pills()).toEqual([
      expect.stringMatching(/^trace\.time:>=\d{4}-\d\d-\d\dT/),
      expect.stringMatching(/^trace\.time:<\d{4}-/),
    ]);
    expect(await page.getByLabel('Time', { exact: true }).inputValue()).toBe('other');
    await page.locator('.trace-row', { hasText: 'no failure' }).waitFor();
  });

  it('leads from a session to all of its traces', async () => {
    const { page } = browser;
    await page.setViewportSize({ width: 1600, height: 800 });
    await open('#/traces');
    await page.locator('.col-session a').first().click();
    await page.waitForFunction(() => document.querySelector('.pill') !== null);
    expect(query()).toMatch(/^session:/);
    await page.locator('.trace-row').first().waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});

describe('the list for everyone', () => {
  it('is accessible in light and dark, with its suggestions open', async () => {
    const { page } = browser;
    for (const theme of ['light', 'dark']) {
      await open('#/traces?query=since:24h');
      await page.getByLabel('Theme').selectOption(theme);
      await page.locator('.facet-value').first().waitFor();
      await page.keyboard.press('j');
      await expectAccessible(page);
      await page.keyboard.press('/');
      await page.getByRole('listbox').waitFor();
      await page.keyboard.press('ArrowDown');
      await expectAccessible(page);
    }
    await page.getByLabel('Theme').selectOption('system');
  });

  it.each([641, 721, 960, 1280])(
    'cuts no column off in a window of %d pixels, and tells what failed',
    async (width) => {
      const { page } = browser;
      await page.setViewportSize({ width, height: 700 });
      await open('#/traces?query=since:24h');
      await page.locator('.trace-row').first().waitFor();
      await page.locator('.trace-row .col-failed').first().waitFor();
      const over = await page.evaluate(() => {
        const end = document.querySelector('.trace-scroll')!.getBoundingClientRect().right;
        return [...document.querySelectorAll('.trace-row > *')].filter(
          (cell) => cell.getBoundingClientRect().right > end,
        ).length;
      });
      expect(over).toBe(0);
      await page.setViewportSize({ width: 1280, height: 800 });
    },
  );

  it('fits a side panel of 400 pixels', async () => {
    const { page } = browser;
    await page.setViewportSize({ width: 400, height: 700 });
    await open('#/traces?query=since:24h%20-service:nothing');
    await page.locator('.trace-row').first().waitFor();
    const { wide, rowHeight } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      rowHeight: document.querySelector('.trace-row')!.getBoundingClientRect().height,
    }));
    expect(wide).toBeLessThanOrEqual(400);
    expect(rowHeight).toBe(52);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByRole('checkbox', { name: 'cost-tracking' }).check();
    await page.waitForFunction(() => document.querySelectorAll('.pill').length === 3);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Close' }).focus();
    await page.locator('.trace-row').first().waitFor();
    await page.keyboard.press('j');
    await page.locator('.trace-row.is-active').waitFor();
    // What lies over the page is closed first.
    await page.keyboard.press('Escape');
    await page.getByRole('checkbox', { name: 'cost-tracking' }).waitFor({ state: 'hidden' });
    await page.locator('.trace-row.is-active').waitFor();
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('causes no complaint of the console or the security policy and asks no other host', () => {
    expect(browser.complaints).toEqual([]);
    expect(
      browser.requestsOutside(new URL(service.url).origin).filter((url) => url !== 'about:blank'),
    ).toEqual([]);
  });
});
