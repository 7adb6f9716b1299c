import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { initializeObservability } from '@tta/obs';
import type { Observability } from '@tta/obs';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { everyPrimitiveWorkflow, runWithApproval } from './every-primitive-workflow.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

let service: Service;
let browser: Browser;
let obs: Observability;

beforeAll(async () => {
  service = await startService();
  browser = await openBrowser();
  obs = initializeObservability({
    serviceName: 'every',
    enableTtaUi: true,
    ttaUiEndpoint: service.url,
    spoolDirectory: false,
    logLevel: 'silent',
  });
  const outcome = await everyPrimitiveWorkflow().tryExecute('Oslo');
  if (!outcome.ok) throw outcome.error;
  await runWithApproval(true);
  await runWithApproval(false);
  await obs.shutdown();
}, 60_000);

afterAll(async () => {
  await obs?.shutdown();
  await browser?.close();
  await service?.close();
});

/** Opens the waterfall of the run of this name, high enough for all of its rows. */
async function open(name: string, heightPx = 3_600): Promise<void> {
  const { page } = browser;
  const { items } = (await (await fetch(`${service.url}/api/traces?limit=100`)).json()) as {
    items: readonly { readonly traceId: string; readonly name: string }[];
  };
  const traceId = items.find((trace) => trace.name === name)?.traceId;
  await page.setViewportSize({ width: 1280, height: heightPx });
  await page.goto(`${service.url}/#/traces/${traceId}/waterfall`);
  await page.locator('.waterfall-row').first().waitFor();
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.bars');
    if (!canvas || canvas.width === 0) return false;
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy?.drawImage(canvas, 0, 0);
    return copy?.getImageData(0, 0, canvas.width, 24).data.some((value) => value > 0);
  });
}

/** The row with this label; of several the one at `place`. */
const row = (label: string, place = 0) =>
  browser.page
    .locator('.waterfall-row')
    .filter({ has: browser.page.getByText(label, { exact: true }).and(browser.page.locator('.label')) })
    .nth(place);

interface Shown {
  readonly kind: string | null;
  readonly shape: string | null;
  readonly status: string | null;
  readonly edge: string | undefined;
  readonly note: string | undefined;
}

function shown(label: string, place = 0): Promise<Shown> {
  return row(label, place).evaluate((element) => ({
    kind: element.getAttribute('data-kind'),
    shape: element.getAttribute('data-shape'),
    status: element.getAttribute('data-status'),
    edge: element.querySelector('.edge')?.textContent ?? undefined,
    note: element.querySelector('.note')?.textContent ?? undefined,
  }));
}

/** The colours that the canvas has within the height of a row, as the names of the tokens that they are. */
function painted(label: string, tokens: readonly string[]): Promise<string[]> {
  return row(label).evaluate((element, names) => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.bars');
    // A copy: the canvas of the page is not made to be read.
    const copy = canvas && new OffscreenCanvas(canvas.width, canvas.height);
    const pen = copy?.getContext('2d', { willReadFrequently: true });
    if (!canvas || !pen) return [];
    pen.drawImage(canvas, 0, 0);
    const box = element.getBoundingClientRect();
    const top = box.top - canvas.getBoundingClientRect().top;
    const { data } = pen.getImageData(0, Math.round(top), canvas.width, Math.round(box.height));
    const styles = getComputedStyle(document.documentElement);
    return names.filter((name) => {
      const hex = styles.getPropertyValue(`--obs-${name}`).trim();
      const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255)
          return true;
      }
      return false;
    });
  }, tokens);
}

describe('the rows of primitives', () => {
  it('shows every kind of primitive with a glyph of its own', async () => {
    await open('every primitive');
    const glyphs = await browser.page
      .locator('.waterfall-row')
      .evaluateAll((rows) =>
        rows.map((one) => [
          one.getAttribute('data-kind') ?? '',
          [...one.querySelectorAll('.glyph:first-of-type path')].map((path) => path.getAttribute('d')).join(),
        ]),
      );
    const kinds = new Map(glyphs.map(([kind = '', path = '']) => [kind, path]));
    expect([...kinds.keys()].sort()).toEqual(
      [
        'agent approval bulkhead cache circuit_breaker conditional dedupe fallback foreach hedge inference lambda loop',
        'match parallel race rate_limit retry router saga sequential settle streaming switch timeout tool',
      ].flatMap((names) => names.split(' ')),
    );
    expect(new Set(kinds.values()).size).toBe(kinds.size);
  });

  it('shows a retry as one row with its attempts and waits, to be opened', async () => {
    expect(await shown('rank patiently')).toMatchObject({
      kind: 'retry',
      shape: 'segments',
      note: expect.stringMatching(/^3 attempts, \d+ ms waiting$/),
    });
    expect(await row('rank patiently').getAttribute('aria-expanded')).toBe('false');
    expect(await painted('rank patiently', ['error', 'warn', 'kind-retry', 'kind-cache'])).toEqual([
      'error',
      'warn',
      'kind-retry',
    ]);
    expect((await shown('rank in vain')).note).toMatch(
      /^2 attempts, \d+(\.\d)? ms waiting, gave up: 503 the service is busy$/,
    );
  });

  it('shows a failed branch of a fallback struck, and who answered', async () => {
    expect((await shown('ask')).note).toBe('answered by fallback 1');
    expect(await browser.page.locator('.label.is-struck').allTextContents()).toEqual(['large model']);
    expect(await shown('large model')).toMatchObject({ kind: 'timeout', edge: 'primary', status: 'timeout' });
    expect((await shown('large model')).note).toBe('limit passed at 60 ms');
  });

  it('marks the limit of a timeout that was kept', async () => {
    expect((await shown('fetch in time')).note).toBe('limit 40 ms');
  });

  it('tells what a cache, a shared run and a queue have done', async () => {
    const notes = [];
    for (let place = 0; place < 3; place++) notes.push((await shown('translations', place)).note);
    expect(notes).toEqual([
      'miss',
      expect.stringMatching(/^hit, .+ old, saved \$0\.020$/),
      expect.stringMatching(/^stale, .+ old(, saved \$0\.020)?$/),
    ]);
    expect([(await shown('read once', 0)).note, (await shown('read once', 1)).note].sort()).toEqual([
      'for 2 callers',
      'shares the work of another run',
    ]);
    expect((await shown('one printer', 1)).note).toMatch(/^waited .+ ms$/);
    expect((await shown('slow api', 1)).note).toMatch(/^waited .+ ms$/);
    expect(await painted('slow api', ['kind-rate_limit'])).toEqual(['kind-rate_limit']);
  });

  it('shows branches as lanes, with how much time they saved and who won', async () => {
    expect(await shown('search')).toMatchObject({
      shape: 'lanes',
      note: expect.stringMatching(/^3 branches, \d\.\d× faster than one after the other \(3× at most\)$/),
    });
    expect(await shown('first answer')).toMatchObject({ shape: 'lanes', note: 'mirror answered first' });
    expect(await painted('first answer', ['kind-race', 'error', 'muted'])).toEqual([
      'kind-race',
      'error',
      'muted',
    ]);
    expect(await shown('look up twice')).toMatchObject({
      shape: 'lanes',
      note: 'attempt 2 of 2 answered first',
    });
  });

  it('folds iterations into ticks, or how many ran at a time', async () => {
    expect(await shown('improve draft')).toMatchObject({ shape: 'ticks', note: '7 iterations' });
    expect(await shown('many at a time')).toMatchObject({
      shape: 'density',
      note: expect.stringMatching(/^40 items, \d\.\d× faster than one after the other \(8× at most\)$/),
    });
    expect(await shown('one at a time')).toMatchObject({ shape: 'ticks', note: '12 items, 2 failed' });
    expect(await painted('one at a time', ['kind-foreach', 'error'])).toEqual(['kind-foreach', 'error']);
    for (const name of ['improve draft', 'many at a time', 'one at a time'])
      expect(await row(name).getAttribute('aria-expanded')).toBe('false');
    expect(await row('three at a time').getAttribute('aria-expanded')).toBe('true');
  });

  it('shows what was decided and why', async () => {
    const notes = [];
    for (const label of ['long enough', 'switch', 'kind', 'pick a model'])
      notes.push((await shown(label)).note);
    expect(notes).toEqual(['→ then', '→ north', '→ city', '→ small (cheapest), saved $0.19']);
    expect((await shown('small payment')).note).toBe('approved by policy');
  });

  it('shows a saga with what was undone, in reverse', async () => {
    expect(await shown('book trip')).toMatchObject({
      kind: 'saga',
      shape: 'segments',
      note: 'failed at payment, 2 steps undone',
    });
    const edges = await browser.page.locator('.waterfall-row .edge').allTextContents();
    expect(edges.filter((edge) => edge.startsWith('undo'))).toEqual(['undo flight', 'undo hotel']);
    expect(await painted('cancel hotel', ['warn', 'kind-lambda'])).toEqual(['warn']);
  });

  it('says how a circuit breaker has opened, refuses and tries again', async () => {
    const notes = [];
    for (let place = 0; place < 4; place++) notes.push((await shown('breaker', place)).note);
    expect(notes).toEqual([
      undefined,
      'has opened',
      'open: call refused',
      'half open: tried again, has closed',
    ]);
  });

  it('shows what calls of models used, each once, and sums of what is below', async () => {
    const figures = (label: string) => row(label, 0).locator('.row-figures').textContent();
    expect(await figures('every primitive')).toMatch(/^Σ 2400→680≈ \$0\.0020$/);
    expect(await figures('guide')).toMatch(/^Σ 2400→680≈ \$0\.0020$/);
    expect(await browser.page.locator('[data-kind=inference] .row-figures').allTextContents()).toEqual([
      '1200→340≈ $0.00098',
      '1200→340≈ $0.00098',
    ]);
    expect((await shown('guide')).note).toBe('2 steps, 1 tool call');
    expect((await shown('speak')).note).toMatch(/^3 chunks, first chunk after .+ ms$/);
  });

  it('tells all of a row to who cannot see it', async () => {
    expect(await row('rank patiently').getAttribute('aria-label')).toMatch(
      /^retry rank patiently, ok, \d+ ms, 3 attempts, \d+ ms waiting$/,
    );
    expect(await row('cancel hotel').getAttribute('aria-label')).toMatch(
      /^lambda undo hotel cancel hotel, ok, /,
    );
  });

  it('opens and folds by keyboard, and counts failures that a folded row hides', async () => {
    const { page } = browser;
    const expanded = (label: string, wanted: boolean) =>
      row(label)
        .and(page.locator(`[aria-expanded="${wanted}"]`))
        .waitFor();
    await row('rank patiently').click();
    await page.keyboard.press('ArrowRight');
    await expanded('rank patiently', true);
    expect((await shown('rank')).edge).toBe('attempt 1');
    await page.keyboard.press('ArrowLeft');
    await expanded('rank patiently', false);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expanded('recover', false);
    // Two failed attempts, and the large model; the limit that passed is where that arose.
    await row('recover').getByText('3 failed inside').waitFor();
    await page.keyboard.press('ArrowRight');
    await expanded('recover', true);
    await page.keyboard.press('Escape');
  });

  it('leaves a run open that waits for somebody, and says who let it go on', async () => {
    await open('open refund', 800);
    expect(await shown('large payment')).toMatchObject({ status: 'suspended', note: 'waits for a person' });
    expect(await painted('large payment', ['warn', 'warn-bg'])).toEqual(['warn', 'warn-bg']);
    await open('refund', 800);
    const notes = await browser.page.locator('[data-kind=approval] .note').allTextContents();
    expect(notes.some((note) => /^waited .+, approved by Ada$/.test(note))).toBe(true);
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
  ] as const)('is free of what axe complains about in %s, %d px wide', async (theme, width) => {
    const { page } = browser;
    await open('every primitive', 1_200);
    await page.getByLabel('Theme').selectOption(theme);
    await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
    await page.setViewportSize({ width, height: 1_200 });
    await expectAccessible(page);
  });

  it('causes no complaint of the console or the security policy', () => {
    expect(browser.complaints).toEqual([]);
  });
});
