import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { initializeObservability } from '@tta/obs';
import type { Observability } from '@tta/obs';
import { lambda, named, retry, sequential } from '@tta/obs-primitives';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { sendTrace } from './otlp.ts';
import { sendRecording } from './recordings.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

const shots = join(dirname(fileURLToPath(import.meta.url)), '../coverage/screenshots');
const SPAN = '00000000000000a1';
const CHILD = '00000000000000a2';

let service: Service;
let browser: Browser;
let obs: Observability;

beforeAll(async () => {
  await mkdir(shots, { recursive: true });
  service = await startService();
  browser = await openBrowser();
  await browser.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  obs = initializeObservability({
    serviceName: 'publisher',
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
}

/** Waits until a text is on the clipboard. */
const copied = (text: string) =>
  browser.page.waitForFunction(async (wanted) => (await navigator.clipboard.readText()) === wanted, text);

/** A run that fails for good: the upload is refused, because of what the socket said. */
async function runFailing(): Promise<{ traceId: string; rootId: string; originId: string }> {
  const workflow = named(
    'publish',
    sequential(
      lambda('render', async (title: string) => `<h1>${title}</h1>`),
      retry(
        lambda('upload', async () => {
          const socket = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), {
            code: 'ECONNREFUSED',
          });
          throw new Error('The upload was refused.', {
            cause: new Error('No connection.', { cause: socket }),
          });
        }),
        { maxRetries: 1, baseMs: 1, jitter: 'none', retryOn: () => true },
      ),
    ),
  );
  await expect(workflow.execute('report')).rejects.toThrow('refused');
  await obs.flush();
  const answer = await fetch(new URL('api/traces?query=label:publish&limit=1', service.url));
  const { items } = (await answer.json()) as { items: { traceId: string }[] };
  const { traceId } = items[0]!;
  const trace = await fetch(new URL(`api/traces/${traceId}`, service.url));
  const { spans } = (await trace.json()) as {
    spans: { spanId: string[]; parentIndex: number[]; label: (string | null)[]; name: string[] };
  };
  const originAt = spans.name.findLastIndex(
    (name, index) => name === 'primitive.lambda.execute' && spans.label[index] === 'upload',
  );
  return {
    traceId,
    rootId: spans.spanId[spans.parentIndex.indexOf(-1)]!,
    originId: spans.spanId[originAt]!,
  };
}

describe('the details of a span', () => {
  it('tell why it failed, what caused that, and where in the code, and open only the files of the program', async () => {
    const { page } = browser;
    const { traceId, rootId, originId } = await runFailing();
    await page.goto(`${service.url}/#/traces/${traceId}/waterfall?span=${rootId}`);
    const pane = page.locator('.pane');
    const error = pane.getByRole('region', { name: 'Error' });
    await error.getByText('The upload was refused.').first().waitFor();
    await error.locator('.origin a').click();
    await page.waitForURL(`**/*span=${originId}`);
    await error.locator('.causes').getByText('No connection.').waitFor();
    expect(await error.locator('.causes li').allTextContents()).toEqual([
      'caused by Error No connection.',
      expect.stringContaining('connect ECONNREFUSED 127.0.0.1:9'),
    ]);
    const own = error.locator('.stack-frame.is-own');
    expect(await own.first().textContent()).toContain('src/details.spec.ts:');
    expect(await error.locator('.stack-fold').count()).toBeGreaterThan(0);
    expect(await error.locator('a.stack-place').count()).toBe(0);
    await shoot('details-error');

    await page.evaluate(() => localStorage.setItem('obs.editor', 'vscode'));
    await page.reload();
    await own.first().waitFor();
    const links = await error
      .locator('a.stack-place')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    const folder = process.cwd().replaceAll('\\', '/');
    expect(links[0]).toMatch(/src\/details\.spec\.ts:\d+:\d+$/);
    for (const link of links) expect(link?.startsWith(`vscode://file${folder}/`)).toBe(true);
    // The sources of the primitives stand in the stack as well, outside of the program's folder.
    expect(await error.locator('.stack').textContent()).toContain('primitives');
    expect(browser.complaints).toEqual([]);
  });

  it('are found, copied, and lead to others like it, by keys alone', async () => {
    const { page } = browser;
    const traceId = await sendTrace(service.url, {
      resource: { 'service.name': 'indexer' },
      spans: [
        {
          spanId: SPAN,
          name: 'index documents',
          durationMs: 100,
          droppedAttributesCount: 2,
          attributes: {
            tenant: 'acme inc',
            ratio: 0.25,
            ready: true,
            tags: ['a', 'b'],
            plan: JSON.stringify({ steps: [{ tool: 'search', 'odd key': [1, 2] }], note: 'x'.repeat(80) }),
            'http.route': '/users',
          },
          events: [{ name: 'cache.miss', attributes: { key: 'doc:1' } }, { name: 'begun' }],
          links: [
            { traceId: 'f'.repeat(32), spanId: 'f'.repeat(16), attributes: { 'link.type': 'follows' } },
          ],
        },
        { spanId: CHILD, parentSpanId: SPAN, name: 'embed', startMs: 20, durationMs: 30 },
      ],
    });
    await page.goto(`${service.url}/#/traces/${traceId}/waterfall`);
    await page.locator('.waterfall-row').first().waitFor();
    await page.keyboard.press('j');
    const pane = page.locator('.pane');
    await pane.getByText('Attributes', { exact: true }).waitFor();
    expect(await pane.locator('.span-facts').textContent()).toContain('70 ms self (70.0 %)');
    await pane.getByText('2 more attributes did not come: the program left them out.').waitFor();
    await pane.getByText('trace ffffffff').waitFor();

    await page.keyboard.press('y');
    await copied(SPAN);
    await page.keyboard.press('v');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('pane');

    await page.keyboard.press('f');
    await page.keyboard.type('SEARCH');
    await pane.getByText('1 of 6').waitFor();
    expect(await pane.locator('.entry-group dt').allTextContents()).toEqual(['plan']);
    const tree = pane.getByRole('tree', { name: 'plan' });
    await page.keyboard.press('Tab');
    while (!(await tree.evaluate((element) => element === document.activeElement)))
      await page.keyboard.press('Tab');
    const rows = tree.getByRole('treeitem');
    expect(await rows.allTextContents()).toEqual([
      '{ 2 keys',
      'steps: [ 1 item',
      '0: { 2 keys',
      'tool: "search"',
      'odd key: [ 2 items',
      '0: 1',
      '1: 2',
      expect.stringContaining('note: "xxx'),
    ]);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown'])
      await page.keyboard.press(key);
    await pane.getByText("$.steps[0]['odd key'][0]").waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await rows.nth(6).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(6);
    expect(await tree.locator('[aria-selected="true"]').getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await copied("$.steps[0]['odd key']");
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await copied('[\n  1,\n  2\n]');

    await page.keyboard.press('f');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('tenant');
    await pane.getByText('1 of 6').waitFor();
    for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
    await pane.getByRole('link', { name: 'traces with this value' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/#/traces?query=*');
    expect(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('query')).toBe(
      'attr.tenant:"acme inc"',
    );
    await page.locator('a', { hasText: 'index documents' }).first().waitFor();
    expect(browser.complaints).toEqual([]);
  });

  it('keep what was folded, and are usable for everybody at any width', async () => {
    const { page } = browser;
    const [traceId] = await sendRecording(service.url, 'openinference-openai');
    const trace = await fetch(new URL(`api/traces/${traceId}`, service.url));
    const { spans } = (await trace.json()) as {
      spans: { spanId: string[]; ai: { span: number[]; operation: string[] } };
    };
    const call = spans.ai.span[spans.ai.operation.indexOf('inference')]!;
    await page.goto(`${service.url}/#/traces/${traceId}/waterfall?span=${spans.spanId[call]}`);
    const pane = page.locator('.pane');
    await pane.getByText('Model and tools').waitFor();
    expect(await pane.locator('.fact-list').first().textContent()).toMatch(
      /Operationinference.*Tokens in\d+.*Cost/s,
    );
    for (const theme of ['light', 'dark'] as const) {
      await page.getByLabel('Theme').selectOption(theme);
      await expectAccessible(page);
    }
    await shoot('details-model');
    await page.setViewportSize({ width: 400, height: 800 });
    await expectAccessible(page);
    expect(await pane.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    await shoot('details-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });

    await pane.getByText('Model and tools').click();
    await pane.locator('.fact-list').first().waitFor({ state: 'detached' });
    await page.reload();
    await pane.getByText('Attributes', { exact: true }).waitFor();
    expect(await pane.locator('.fact-list').count()).toBe(0);
    await pane.getByText('Model and tools').click();
    await pane.getByRole('link', { name: 'What was said, in the transcript' }).click();
    await page.waitForURL(`**/transcript?span=${spans.spanId[call]}`);
    expect(browser.complaints).toEqual([]);
  });

  it('stay quick with megabytes in an attribute', async () => {
    const { page } = browser;
    const documents = Array.from({ length: 4_000 }, (_, id) => ({
      id,
      title: `Document ${id}`,
      text: 'lorem '.repeat(30),
    }));
    const json = JSON.stringify({ documents });
    const traceId = await sendTrace(service.url, {
      resource: { 'service.name': 'indexer' },
      spans: [
        {
          spanId: SPAN,
          name: 'index',
          attributes: { json, text: 'lorem ipsum\n'.repeat(450_000), small: 1 },
        },
      ],
    });
    expect(json.length).toBeGreaterThan(900_000);
    await page.goto(`${service.url}/#/traces/${traceId}/waterfall?span=${SPAN}`);
    const pane = page.locator('.pane');
    await pane.getByText('Attributes', { exact: true }).waitFor();
    expect(((await pane.textContent()) ?? '').length).toBeLessThan(5_000);
    await pane.getByRole('button', { name: /^open as JSON/ }).click();
    const tree = pane.getByRole('tree', { name: 'json' });
    await tree.getByText('4,000 items').click();
    await tree.press('End');
    await tree.getByText('3999').waitFor();
    expect(await tree.getByRole('treeitem').count()).toBeLessThan(40);
    const find = pane.getByRole('searchbox', { name: 'Find in json' });
    await find.fill('document 3210');
    await pane.getByText('1 found').waitFor();
    await find.press('Enter');
    await pane.getByText('$.documents[3210].title').waitFor();
    const before = await page.evaluate(() => performance.now());
    await pane
      .getByRole('button', { name: /^show all [\d.]+ [KM]B$/ })
      .last()
      .click();
    await pane.getByRole('button', { name: 'show less' }).waitFor();
    expect((await page.evaluate(() => performance.now())) - before).toBeLessThan(5_000);
    expect(browser.complaints).toEqual([]);
  });

  it('draw as many events and exceptions as can be looked over, and more when asked', async () => {
    const { page } = browser;
    const exception = {
      name: 'exception',
      attributes: { 'exception.message': 'over', 'exception.stacktrace': 'E: over\n    at f (/w/a.js:1:1)' },
    };
    const traceId = await sendTrace(service.url, {
      resource: { 'service.name': 'indexer' },
      spans: [
        {
          spanId: SPAN,
          name: 'poll',
          events: Array.from({ length: 5_000 }, (_, at) =>
            at % 2 ? exception : { name: 'tick', attributes: { at } },
          ),
        },
      ],
    });
    await page.goto(`${service.url}/#/traces/${traceId}/waterfall?span=${SPAN}`);
    const pane = page.locator('.pane');
    await pane.getByRole('button', { name: 'show 100 more of 4,900' }).click();
    await pane.getByRole('button', { name: 'show 100 more of 4,800' }).waitFor();
    expect(await pane.locator('.event').count()).toBe(200);
    expect(await pane.locator('.exception').count()).toBe(100);
    await pane.locator('.exception summary').first().click();
    await pane.locator('.exception .stack-frame').getByText('a.js:1:1').waitFor();
  });

  it('are not those of the span before for longer than a moment', async () => {
    const { page } = browser;
    const traceId = await sendTrace(service.url, {
      resource: { 'service.name': 'indexer' },
      spans: [
        { spanId: SPAN, name: 'first', attributes: { which: 'the first' } },
        { spanId: CHILD, parentSpanId: SPAN, name: 'second', attributes: { which: 'the second' } },
      ],
    });
    await page.goto(`${service.url}/#/traces/${traceId}/waterfall?span=${SPAN}`);
    const pane = page.locator('.pane');
    await pane.getByText('the first', { exact: true }).waitFor();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(`**/spans/${CHILD}`, async (route) => {
      await held;
      await route.continue();
    });
    await page.keyboard.press('ArrowDown');
    await pane.getByText('the first', { exact: true }).waitFor({ state: 'detached' });
    release();
    await pane.getByText('the second', { exact: true }).waitFor();
    await page.unroute(`**/spans/${CHILD}`);
  });

  it('say when they cannot be had, and are asked for again', async () => {
    const { page } = browser;
    const traceId = await sendTrace(service.url, {
      resource: { 'service.name': 'indexer' },
      spans: [{ spanId: SPAN, name: 'index' }],
    });
    await page.route('**/spans/*', (route) => route.fulfill({ status: 500, json: {} }));
    await page.goto(`${service.url}/#/traces/${traceId}/waterfall?span=${SPAN}`);
    const pane = page.locator('.pane');
    await pane.getByText('Could not load the details').waitFor();
    await shoot('details-failed');
    await page.unroute('**/spans/*');
    await pane.getByRole('button', { name: 'Try again' }).click();
    await pane.getByText('Ids, times and scope').waitFor();
    await page.goto(`${service.url}/#/traces/${traceId}/waterfall?span=${'e'.repeat(16)}`);
    await pane.getByText('The service has no such span.').waitFor();
    expect(browser.complaints.splice(0)).toEqual([
      expect.stringContaining('500'),
      expect.stringContaining('404'),
    ]);
  });
});
