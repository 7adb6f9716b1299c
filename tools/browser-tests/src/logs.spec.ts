import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBrowser } from './chromium.ts';
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

describe('the logs of a trace', () => {
  it('stand in order of time, lead to their span and back, and appear while the page is open', async () => {
    const { page } = browser;
    const traceId = await sendGeneratedTrace(service.url, 60);
    await page.goto(`${service.url}/#/traces/${traceId}`);
    await page.getByText('60 rows').waitFor();
    expect(await page.locator('.logs').count()).toBe(0);

    const trace = await fetch(new URL(`api/traces/${traceId}`, service.url));
    const { summary, spans } = (await trace.json()) as {
      summary: { startTimeMs: number };
      spans: { spanId: string[] };
    };
    const spanId = spans.spanId[3] as string;
    const stack = 'TypeError: rows is not iterable\n    at parse (parse.ts:12)\n    at run (run.ts:40)';
    await sendLogs(traceId, summary.startTimeMs, [
      { offsetMs: 30.5, severity: 17, message: stack, spanId, fields: { 'exception.type': 'TypeError' } },
      {
        offsetMs: 0.3,
        severity: 9,
        message: 'indexing',
        fields: { documents: '3', 'queue.name': 'nightly' },
      },
      { offsetMs: 2, severity: 5, message: 'cache is cold', spanId, fields: { key: 'doc:1' } },
      { offsetMs: 3.1, severity: 13, message: 'slow answer', spanId },
      { offsetMs: 40, severity: 21, message: 'giving up' },
      { offsetMs: 1, severity: 1, message: 'entering parse' },
    ]);
    const lines = page.locator('.log-line');
    await page.getByText('6 lines').waitFor();
    const texts = await lines.evaluateAll((all) =>
      all.map((line) => [...line.children].map((cell) => cell.textContent?.split('\n', 1)[0]?.trim())),
    );
    expect(texts).toEqual([
      ['0.3', 'info', 'indexing documents=3  queue.name=nightly'],
      ['1.0', 'trace', 'entering parse'],
      ['2.0', 'debug', 'cache is cold key=doc:1'],
      ['3.1', 'warn', 'slow answer'],
      ['30.5', 'error', 'TypeError: rows is not iterable'],
      ['40.0', 'fatal', 'giving up'],
    ]);
    await shoot('trace-logs');

    await lines.filter({ hasText: 'slow answer' }).click();
    await page.locator('.span-logs').waitFor();
    expect(new URL(page.url()).hash).toBe(`#/traces/${traceId}?span=${spanId}`);
    expect(await page.locator('.waterfall-row.is-active').getAttribute('id')).toBe(`span-${spanId}`);
    expect(await page.locator('.logs .is-active').count()).toBe(3);
    expect(await page.locator('.span-logs .level').allTextContents()).toEqual(['debug', 'warn', 'error']);
    expect(await page.locator('.span-logs').textContent()).toContain('at run (run.ts:40)');
    await page.locator('.span-logs summary').first().click();
    await page.locator('.span-logs .entries').getByText('doc:1').waitFor();
    await shoot('trace-logs-details');
    await page.setViewportSize({ width: 480, height: 800 });
    await shoot('trace-logs-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });

    // A line without a span leads nowhere.
    expect(await lines.filter({ hasText: 'giving up' }).isDisabled()).toBe(true);

    await sendLogs(traceId, summary.startTimeMs, [
      { offsetMs: 2.5, severity: 9, message: 'late but in its place', spanId },
    ]);
    await page.getByText('7 lines').waitFor();
    expect(await lines.nth(3).textContent()).toContain('late but in its place');
    expect(await page.locator('.span-logs .level').count()).toBe(4);

    await page.getByRole('button', { name: 'Logs', exact: true }).click();
    await lines.first().waitFor({ state: 'hidden' });
    expect(browser.complaints).toEqual([]);
  });

  it('are asked for span by span, also beyond those that are shown', async () => {
    const { page } = browser;
    const traceId = await sendGeneratedTrace(service.url, 3);
    const answer = await fetch(new URL(`api/traces/${traceId}`, service.url));
    const { spans } = (await answer.json()) as { spans: { spanId: string[] } };
    const [, busy, late] = spans.spanId as [string, string, string];
    const startMs = Date.now() - 60_000;
    await sendLogs(traceId, startMs, [
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
    const pane = page.locator('.span-logs');
    await pane.getByText('first 100 lines').waitFor();
    expect(await pane.locator('.level').count()).toBe(100);
    await pane.getByRole('button', { name: 'show more' }).click();
    await pane.getByText('first 200 lines').waitFor();
    expect(browser.complaints).toEqual([]);
  });

  it('say when they could not be loaded, and are loaded when asked again', async () => {
    const { page } = browser;
    const traceId = await sendGeneratedTrace(service.url, 3);
    await sendLogs(traceId, Date.now(), [{ offsetMs: 1, severity: 9, message: 'hello' }]);
    await page.route('**/logs?*', (route) => route.fulfill({ status: 500, json: {} }));
    await page.goto(`${service.url}/#/traces/${traceId}`);
    const alert = page.locator('.logs').getByRole('alert');
    await alert.getByText('log lines could not be loaded').waitFor();
    await page.unroute('**/logs?*');
    await alert.getByRole('button', { name: 'try again' }).click();
    await page.locator('.log-line').getByText('hello').waitFor();
    await alert.waitFor({ state: 'detached' });
    expect(browser.complaints.splice(0)).toEqual([expect.stringContaining('500')]);
  });

  it('name a foreign service, stay readable beside marks of direction, and cut what is long', async () => {
    const { page } = browser;
    const traceId = await sendGeneratedTrace(service.url, 3);
    const answer = await fetch(new URL(`api/traces/${traceId}`, service.url));
    const { summary, spans } = (await answer.json()) as {
      summary: { startTimeMs: number };
      spans: { spanId: string[] };
    };
    const spanId = spans.spanId[1] as string;
    const own = { offsetMs: 1, severity: 9, message: 'own line', spanId };
    const long = { offsetMs: 3, severity: 9, message: 'x'.repeat(500_000), spanId };
    const turned = {
      offsetMs: 2,
      severity: 17,
      message: 'refund \u202e\u2067',
      spanId,
      fields: { 'user\u202e': 'anna\u202e', role: 'admin' },
    };
    await sendLogs(traceId, summary.startTimeMs, [own, long]);
    await sendLogs(traceId, summary.startTimeMs, [turned], 'billing');
    await page.goto(`${service.url}/#/traces/${traceId}?span=${spanId}`);
    const lines = page.locator('.log-line');
    await page.getByText('3 lines').waitFor();
    expect(await lines.locator('.log-service').allTextContents()).toEqual(['billing']);
    const left = await lines
      .nth(1)
      .locator('bdi')
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().left));
    expect(left).toHaveLength(6);
    expect(left).toEqual(left.toSorted((a, b) => a - b));
    expect(((await lines.nth(2).textContent()) ?? '').length).toBeLessThan(1_100);

    const pane = page.locator('.span-logs');
    await pane.locator('.log-service').getByText('billing').waitFor();
    expect(((await pane.textContent()) ?? '').length).toBeLessThan(1_500);
    await pane.locator('summary').nth(2).click();
    await pane.getByText(long.message).waitFor();
    await shoot('trace-logs-hostile');
    expect(browser.complaints).toEqual([]);
  });

  it('show their first 500 lines and more on demand, and draw only those in sight', async () => {
    const { page } = browser;
    const traceId = await sendGeneratedTrace(service.url, 3);
    const many = Array.from({ length: 1200 }, (_, index) => ({
      offsetMs: index / 100,
      severity: 9,
      message: `line ${index}`,
    }));
    await sendLogs(traceId, Date.now() - 60_000, many);
    await page.goto(`${service.url}/#/traces/${traceId}`);
    await page.getByText('first 500 lines').waitFor();
    expect(await page.locator('.log-line').count()).toBeLessThan(60);
    await page.getByRole('button', { name: 'show more' }).click();
    await page.getByText('first 1,000 lines').waitFor();
    await page.getByRole('button', { name: 'show more' }).click();
    await page.getByText('1,200 lines', { exact: true }).waitFor();
    await page.locator('.logs-scroll').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await page.getByText('line 1199').waitFor();
    expect(browser.complaints).toEqual([]);
  });
});
