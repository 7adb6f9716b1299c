import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Locator } from 'playwright-core';
import type { Browser } from './chromium.ts';
import { sendGeneratedTrace } from './generated-trace.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

const shots = join(dirname(fileURLToPath(import.meta.url)), '../coverage/screenshots');

let service: Service;
let browser: Browser;

beforeAll(async () => {
  await mkdir(shots, { recursive: true });
  service = await startService();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await service?.close();
});

interface Line {
  readonly offsetMs: number;
  readonly severity: number;
  readonly message: string;
  readonly spanId?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

async function sendLogs(
  traceId: string,
  startTimeMs: number,
  lines: readonly Line[],
  serviceName = 'indexer',
): Promise<void> {
  const logRecords = lines.map(({ offsetMs, severity, message, spanId, fields = {} }) => ({
    traceId,
    ...(spanId !== undefined && { spanId }),
    timeUnixNano: String(BigInt(Math.round((startTimeMs + offsetMs) * 1000)) * 1000n),
    severityNumber: severity,
    body: { stringValue: message },
    attributes: Object.entries(fields).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  }));
  const answer = await fetch(new URL('v1/logs', service.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: serviceName } }] },
          scopeLogs: [{ logRecords }],
        },
      ],
    }),
  });
  expect(answer.status).toBe(200);
}

async function shoot(name: string): Promise<void> {
  const { page } = browser;
  for (const theme of ['light', 'dark'] as const) {
    await page.getByLabel('Theme').selectOption(theme);
    await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
    await page.screenshot({ path: join(shots, `${name}-${theme}.png`) });
  }
}

interface Shown {
  readonly traceId: string;
  readonly startTimeMs: number;
  readonly spanIds: readonly string[];
}

/** A trace of the service, as the page is told of it. */
async function shownTrace(spanCount: number): Promise<Shown> {
  const traceId = await sendGeneratedTrace(service.url, spanCount);
  const answer = await fetch(new URL(`api/traces/${traceId}`, service.url));
  const { summary, spans } = (await answer.json()) as {
    summary: { startTimeMs: number };
    spans: { spanId: string[] };
  };
  return { traceId, startTimeMs: summary.startTimeMs, spanIds: spans.spanId };
}

async function openLogs(traceId: string, parameters = ''): Promise<void> {
  await browser.page.goto(`${service.url}/#/traces/${traceId}/logs${parameters}`);
}

function lines(): Locator {
  return browser.page.locator('.logs .log-line');
}

describe('the logs of a trace', () => {
  it('stand in order of time, lead to their span and back, and appear while the page is open', async () => {
    const { page } = browser;
    const { traceId, startTimeMs, spanIds } = await shownTrace(60);
    const spanId = spanIds[3] as string;
    await openLogs(traceId);
    await page.getByText('Nothing was logged in this trace').waitFor();
    await shoot('trace-logs-empty');

    const stack = 'TypeError: rows is not iterable\n    at parse (parse.ts:12)\n    at run (run.ts:40)';
    await sendLogs(traceId, startTimeMs, [
      { offsetMs: 30.5, severity: 17, message: stack, spanId, fields: { 'exception.type': 'TypeError' } },
      {
        offsetMs: 0.3,
        severity: 9,
        message: 'indexing',
        fields: { documents: '3', 'queue.name': 'nightly' },
      },
      { offsetMs: 2, severity: 5, message: 'cache is cold', spanId, fields: { key: 'doc:1' } },
      { offsetMs: 3.1, severity: 13, message: '\u001b[33mslow\u001b[0m answer', spanId },
      { offsetMs: 40, severity: 21, message: 'giving up' },
      { offsetMs: 1, severity: 1, message: 'entering parse' },
    ]);
    await page.getByText('6 lines').waitFor();
    const texts = await lines().evaluateAll((all) =>
      all.map((line) => [...line.children].map((cell) => cell.textContent?.split('\n', 1)[0]?.trim())),
    );
    expect(texts).toEqual([
      ['0.3', 'info', '', 'indexing documents=3  queue.name=nightly'],
      ['1.0', 'trace', '', 'entering parse'],
      ['2.0', 'debug', 'ask model', 'cache is cold key=doc:1'],
      ['3.1', 'warn', 'ask model', 'slow answer'],
      ['30.5', 'error', 'ask model', 'TypeError: rows is not iterable'],
      ['40.0', 'fatal', '', 'giving up'],
    ]);
    await shoot('trace-logs');

    await lines().filter({ hasText: 'slow answer' }).click();
    const pane = page.locator('.span-logs');
    await pane.getByText('slow answer').waitFor();
    expect(new URL(page.url()).hash).toBe(`#/traces/${traceId}/logs?span=${spanId}`);
    expect(await page.locator('.logs-rows > .is-active').count()).toBe(3);
    expect(await pane.locator('.level').allTextContents()).toEqual(['debug', 'warn', 'error']);
    expect(await pane.textContent()).toContain('at run (run.ts:40)');
    await pane.locator('summary').first().click();
    await pane.locator('.entries').getByText('doc:1').waitFor();
    await shoot('trace-logs-details');

    // A line without a span has nothing to lead to: it opens.
    await lines().filter({ hasText: 'indexing' }).click();
    await page.locator('.log-entries').getByText('nightly').waitFor();
    await page.setViewportSize({ width: 480, height: 800 });
    await shoot('trace-logs-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });

    await sendLogs(traceId, startTimeMs, [
      { offsetMs: 2.5, severity: 9, message: 'late but in its place', spanId },
    ]);
    await page.getByText('7 lines').waitFor();
    expect(await lines().nth(3).textContent()).toContain('late but in its place');
    await pane.getByText('late but in its place').waitFor();

    await page.getByLabel('Only this span').check();
    await page.getByText('4 lines').waitFor();
    await page.getByRole('combobox', { name: 'Lowest level' }).first().selectOption('warn and above');
    await page.getByText('2 lines').waitFor();
    expect(await lines().allTextContents()).toEqual([
      expect.stringContaining('slow answer'),
      expect.stringContaining('rows is not iterable'),
    ]);
    await page.getByLabel('Only this span').uncheck();
    await page.getByText('3 lines').waitFor();
    expect(browser.complaints).toEqual([]);
  });

  it('are walked over, opened, searched and left by keys alone', async () => {
    const { page } = browser;
    const { traceId, startTimeMs, spanIds } = await shownTrace(3);
    const spanId = spanIds[1] as string;
    await sendLogs(
      traceId,
      startTimeMs,
      ['alpha', 'beta needle', 'gamma', 'delta Needle', 'epsilon'].map((message, index) => ({
        offsetMs: index / 10,
        severity: 9,
        message,
        ...(index > 0 && { spanId }),
        fields: { number: String(index) },
      })),
    );
    await openLogs(traceId);
    await page.getByText('5 lines').waitFor();
    const current = page.locator('.logs [aria-current="true"]');
    await page.keyboard.press('j');
    await current.getByText('alpha').waitFor();
    await page.keyboard.press('j');
    await current.getByText('beta').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('beta');
    await page.keyboard.press('o');
    await current.locator('.log-entries').getByText('severity').waitFor();
    await page.keyboard.press('o');
    await page.locator('.log-entries').waitFor({ state: 'detached' });
    await page.keyboard.press('End');
    await current.getByText('epsilon').waitFor();
    await page.keyboard.press('k');
    await current.getByText('delta').waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    await page.getByText('2 of 2').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('1 of 2').waitFor();
    await current.getByText('beta').waitFor();
    expect(new URL(page.url()).hash).toBe(`#/traces/${traceId}/logs?find=needle`);
    expect(await page.locator('.logs mark').allTextContents()).toEqual(['needle', 'Needle']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.locator('.logs mark').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');

    await page.keyboard.press('Enter');
    await page.locator('.pane').getByText('document 0').first().waitFor();
    expect(new URL(page.url()).hash).toBe(`#/traces/${traceId}/logs?span=${spanId}`);
    await page.keyboard.press('w');
    await page.locator('.logs-scroll.is-wrapped').waitFor();
    for (const theme of ['light', 'dark'] as const) {
      await page.getByLabel('Theme').selectOption(theme);
      await expectAccessible(page);
    }
    await page.keyboard.press('Escape');
    await page.locator('.pane').waitFor({ state: 'detached' });
    expect(browser.complaints).toEqual([]);
  });

  it('are asked for span by span, also beyond those that are shown', async () => {
    const { page } = browser;
    const { traceId, spanIds } = await shownTrace(3);
    const [, busy, late] = spanIds as [string, string, string];
    await sendLogs(traceId, Date.now() - 60_000, [
      ...Array.from({ length: 600 }, (_, index) => ({
        offsetMs: index,
        severity: 9,
        message: `busy ${index}`,
        spanId: busy,
      })),
      { offsetMs: 700, severity: 17, message: 'the one that matters', spanId: late },
    ]);
    await page.goto(`${service.url}/#/traces/${traceId}?span=${late}`);
    await page.locator('.span-logs').getByText('the one that matters').waitFor();
    expect(await page.locator('.span-logs .level').count()).toBe(1);

    await page.goto(`${service.url}/#/traces/${traceId}?span=${busy}`);
    const pane = page.locator('.pane');
    await pane.getByText('first 20 lines').waitFor();
    expect(await pane.locator('.span-logs .level').count()).toBe(20);
    await pane.getByRole('button', { name: 'show more' }).click();
    await pane.getByText('first 40 lines').waitFor();
    await pane.getByRole('combobox', { name: 'Lowest level' }).selectOption('error and above');
    await pane.getByText('No line of this level.').waitFor();
    await pane.getByLabel('Also within its children').check();
    await pane.locator('.span-logs').getByText('the one that matters').waitFor();
    expect(browser.complaints).toEqual([]);
  });

  it('say when they could not be loaded, and are loaded when asked again', async () => {
    const { page } = browser;
    const { traceId } = await shownTrace(3);
    await sendLogs(traceId, Date.now(), [{ offsetMs: 1, severity: 9, message: 'hello' }]);
    await page.route('**/logs?*', (route) => route.fulfill({ status: 500, json: {} }));
    await openLogs(traceId);
    const alert = page.locator('.logs').getByRole('alert');
    await alert.getByText('Log lines could not be loaded').waitFor();
    await shoot('trace-logs-failed');
    await page.unroute('**/logs?*');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await lines().getByText('hello').waitFor();
    await alert.waitFor({ state: 'detached' });
    expect(browser.complaints.splice(0)).toEqual([expect.stringContaining('500')]);
  });

  it('name a foreign service, stay readable beside marks of direction, and cut what is long', async () => {
    const { page } = browser;
    const { traceId, startTimeMs, spanIds } = await shownTrace(3);
    const spanId = spanIds[1] as string;
    const own = { offsetMs: 1, severity: 9, message: 'own line', spanId };
    const long = { offsetMs: 3, severity: 9, message: 'x'.repeat(500_000), spanId };
    const turned = {
      offsetMs: 2,
      severity: 17,
      message: 'refund \u202e\u2067',
      spanId,
      fields: { 'user\u202e': 'anna\u202e', role: 'admin' },
    };
    await sendLogs(traceId, startTimeMs, [own, long]);
    await sendLogs(traceId, startTimeMs, [turned], 'billing');
    await openLogs(traceId, `?span=${spanId}`);
    await page.getByText('3 lines').waitFor();
    expect(await lines().locator('.log-service').allTextContents()).toEqual(['billing']);
    const left = await lines()
      .nth(1)
      .locator('.log-text bdi')
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().left));
    expect(left).toHaveLength(6);
    expect(left).toEqual(left.toSorted((a, b) => a - b));
    expect(((await lines().nth(2).textContent()) ?? '').length).toBeLessThan(1_200);

    const pane = page.locator('.span-logs');
    await pane.locator('.log-service').getByText('billing').waitFor();
    expect(((await pane.textContent()) ?? '').length).toBeLessThan(1_500);
    await pane.locator('summary').nth(2).click();
    await pane.getByRole('button', { name: 'show all 500 KB' }).click();
    await pane.getByRole('button', { name: 'show less' }).waitFor();
    expect(((await pane.locator('.text-piece').allTextContents()) ?? []).join('')).toBe(long.message);
    await shoot('trace-logs-hostile');
    expect(browser.complaints).toEqual([]);
  });

  it('show their first 500 lines and more as one scrolls, draw only those in sight, and keep them there', async () => {
    const { page } = browser;
    const { traceId } = await shownTrace(3);
    const startMs = Date.now() - 60_000;
    const many = Array.from({ length: 1200 }, (_, index) => ({
      offsetMs: index,
      severity: 9,
      message: `line ${index}.`,
    }));
    await sendLogs(traceId, startMs, many);
    await openLogs(traceId);
    await page.getByText('first 500 lines').waitFor();
    expect(await lines().count()).toBeLessThan(70);
    const scroller = page.locator('.logs-scroll');
    const toEnd = () => scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await toEnd();
    await page.getByText('first 1,000 lines').waitFor();
    await toEnd();
    await page.getByText('1,200 lines').waitFor();
    await toEnd();
    await page.getByText('line 1199.').waitFor();

    await scroller.evaluate((element) => element.scrollTo(0, 24 * 1100));
    const line = lines().filter({ hasText: 'line 1105.' });
    await line.waitFor();
    const before = await line.boundingBox();
    await sendLogs(traceId, startMs, [
      { offsetMs: 1050.5, severity: 9, message: 'in between' },
      { offsetMs: 1150.5, severity: 9, message: 'further down' },
    ]);
    await page.getByText('1,202 lines').waitFor();
    expect((await line.boundingBox())?.y).toBe(before?.y);
    expect(browser.complaints).toEqual([]);
  });
});
