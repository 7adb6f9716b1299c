import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { initializeObservability } from '@tta/obs';
import type { Observability } from '@tta/obs';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { exampleWorkflow, failingWorkflow } from './example-workflow.ts';
import { sendGeneratedTrace } from './generated-trace.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

const shots = join(dirname(fileURLToPath(import.meta.url)), '../coverage/screenshots');

let service: Service;
let browser: Browser;
let obs: Observability;

beforeAll(async () => {
  await mkdir(shots, { recursive: true });
  service = await startService();
  browser = await openBrowser();
  obs = initializeObservability({
    serviceName: 'research',
    enableTtaUi: true,
    ttaUiEndpoint: service.url,
    spoolDirectory: false,
    logLevel: 'silent',
  });
});

afterAll(async () => {
  await obs?.shutdown();
  await browser?.close();
  await service?.close();
});

async function shoot(name: string): Promise<void> {
  const { page } = browser;
  for (const theme of ['light', 'dark'] as const) {
    await page.getByLabel('Theme').selectOption(theme);
    await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
    await page.screenshot({ path: join(shots, `${name}-${theme}.png`) });
  }
  await page.getByLabel('Theme').selectOption('system');
}

const names = (): Promise<string[]> => browser.page.locator('.trace-row a').allTextContents();
const labels = (): Promise<string[]> => browser.page.locator('.waterfall-row .label').allTextContents();

describe('the page', () => {
  it('shows how to send the first trace while there is none', async () => {
    await browser.page.goto(service.url);
    await browser.page.getByText('Waiting for the first trace').waitFor();
    expect(await browser.page.locator('.snippet pre').allTextContents()).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`ttaUiEndpoint: '${service.url}'`),
        `OTEL_EXPORTER_OTLP_ENDPOINT=${service.url}\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`,
        'OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN',
      ]),
    );
    await browser.page.getByText('live', { exact: true }).waitFor();
    await shoot('empty');
  });

  it('shows a run within 500 ms of its end, without a reload', async () => {
    const { page } = browser;
    const appeared = page.waitForFunction(
      () => {
        const found = [...document.querySelectorAll('.trace-row a')].some(
          (a) => a.textContent === 'research topic',
        );
        return found && Date.now();
      },
      undefined,
      { polling: 'raf' },
    );
    await exampleWorkflow().execute('observability');
    const endedMs = Date.now();
    const shownMs = Number(await (await appeared).jsonValue());
    process.stdout.write(`row on the page ${shownMs - endedMs} ms after the end of the run\n`);
    expect(shownMs - endedMs).toBeLessThan(500);
  });

  it('adds later runs above, and tells a failed one apart by glyph, word and colour', async () => {
    const { page } = browser;
    await failingWorkflow().tryExecute('week 47');
    await page.locator('.trace-row', { hasText: 'publish report' }).waitFor();
    expect(await names()).toEqual(['publish report', 'research topic']);
    const colours = await page
      .locator('.trace-row .status')
      .evaluateAll((all) => all.map((status) => [status.textContent, getComputedStyle(status).color]));
    expect(colours.map(([word]) => word)).toEqual(['error', 'ok']);
    expect(colours[0]?.[1]).not.toBe(colours[1]?.[1]);
  });

  it('opens a run with the keyboard and shows each primitive as what it is', async () => {
    const { page } = browser;
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.waterfall-row').first().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.label')].some((l) => l.textContent === 'write report'),
    );
    const kinds = await page
      .locator('.waterfall-row')
      .evaluateAll((all) => all.map((row) => row.getAttribute('data-kind')));
    expect(kinds[0]).toBe('sequential');
    for (const kind of ['parallel', 'retry', 'timeout', 'fallback', 'lambda']) expect(kinds).toContain(kind);
    // A retry stands for its attempts until it is opened.
    await page.locator('.waterfall-row[data-kind="retry"] .twisty').first().click();
    await page.getByText('attempt 3', { exact: true }).waitFor();
    expect(await page.locator('.waterfall-row .edge').allTextContents()).toEqual(
      expect.arrayContaining(['attempt 1', 'attempt 2', 'attempt 3', 'primary', 'fallback 1']),
    );
    expect(await page.locator('.label.is-struck').count()).toBe(1);
    expect(await page.locator('.note').allTextContents()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^3 attempts, .* waiting$/),
        expect.stringMatching(/^limit passed at /),
        'answered by fallback 1',
        expect.stringMatching(/^2 branches, /),
        'The ranking service is overloaded.',
      ]),
    );
    await shoot('trace');
  });

  it('finds the failures by key and shows what went wrong with its stack', async () => {
    const { page } = browser;
    await page.keyboard.press('e');
    await page.locator('.span-error').waitFor();
    expect(await page.locator('.span-error').textContent()).toContain('The ranking service is overloaded.');
    expect(await page.locator('.span-error .stack').textContent()).toContain('example-workflow');
    expect(await page.locator('.waterfall-row.is-active .status').textContent()).toBe('error');
    await shoot('trace-details');
    expect(new URL(page.url()).hash).toContain('?span=');
  });

  it('collapses a row and goes back with Escape', async () => {
    const { page } = browser;
    await page.keyboard.press('Home');
    const before = (await labels()).length;
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => document.querySelectorAll('.waterfall-row').length === 1);
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(
      (count) => document.querySelectorAll('.waterfall-row').length === count,
      before,
    );
    await page.keyboard.press('Escape');
    await page.locator('.pane').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.locator('.trace-row').first().waitFor();
  });

  it('opens a run by click and leads with the reason of its failure', async () => {
    const { page } = browser;
    await page.locator('.trace-row', { hasText: 'publish report' }).click();
    await page.locator('.cause').waitFor();
    expect(await page.locator('.verdict').textContent()).toMatch(/^Failed after /);
    expect(await page.locator('.cause').textContent()).toContain('The storage refused the upload');
    await shoot('trace-failed');
    await page.goBack();
    await page.locator('.trace-row').first().waitFor();
  });

  it('remembers the chosen theme', async () => {
    const { page } = browser;
    await page.getByLabel('Theme').selectOption('dark');
    await page.reload();
    await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
    await page.getByLabel('Theme').selectOption('system');
  });

  it('shows a trace of 1,000 spans and a long list', async () => {
    const { page } = browser;
    const traceId = await sendGeneratedTrace(service.url, 1_000);
    for (let run = 0; run < 60; run++) await sendGeneratedTrace(service.url, 1 + (run % 5));
    await page.waitForFunction(
      () => document.querySelector('.trace-scroll')?.getAttribute('aria-rowcount') === '63',
    );
    await shoot('list');
    await page.goto(`${service.url}/#/traces/${traceId}`);
    await page.getByText('1,000 rows').waitFor();
    await shoot('trace-1000');
    await page.setViewportSize({ width: 480, height: 800 });
    await shoot('trace-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('adds spans that arrive late to the trace on the screen', async () => {
    const { page } = browser;
    const traceId = await sendGeneratedTrace(service.url, 3);
    await page.goto(`${service.url}/#/traces/${traceId}`);
    await page.getByText('3 rows').waitFor();
    await sendGeneratedTrace(service.url, 4, traceId);
    await page.getByText('7 rows').waitFor();
  });

  it('causes no complaint of the console or the security policy and asks no other host', () => {
    expect(browser.complaints).toEqual([]);
    expect(browser.requestsOutside(new URL(service.url).origin)).toEqual([]);
  });
});
