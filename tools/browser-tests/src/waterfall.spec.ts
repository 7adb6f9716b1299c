import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';
import { SketchedTrace } from './sketched-trace.ts';
import type { SketchedSpan } from './sketched-trace.ts';

/** A release that waits eight of its ten seconds for somebody to approve of it. */
const RELEASE: readonly SketchedSpan[] = [
  { name: 'primitive.sequential.execute', type: 'sequential', label: 'release', fromMs: 0, toMs: 10_000 },
  {
    name: 'primitive.lambda.execute',
    type: 'lambda',
    label: 'plan',
    parent: 'release',
    fromMs: 0,
    toMs: 200,
  },
  {
    name: 'primitive.parallel.execute',
    type: 'parallel',
    label: 'checks',
    parent: 'release',
    fromMs: 200,
    toMs: 1_200,
    logs: ['checks begun'],
  },
  {
    name: 'primitive.lambda.execute',
    type: 'lambda',
    label: 'lint',
    parent: 'checks',
    fromMs: 200,
    toMs: 500,
  },
  {
    name: 'primitive.lambda.execute',
    type: 'lambda',
    label: 'unit tests',
    parent: 'checks',
    fromMs: 200,
    toMs: 1_200,
  },
  { name: 'POST /runner', parent: 'unit tests', fromMs: 250, toMs: 1_150 },
  {
    name: 'primitive.retry.execute',
    type: 'retry',
    label: 'publish',
    parent: 'release',
    fromMs: 9_200,
    toMs: 10_000,
  },
  {
    name: 'primitive.retry.attempt_1',
    parent: 'publish',
    fromMs: 9_200,
    toMs: 9_400,
    error: 'The registry is busy.',
    logs: ['!the registry answered 503'],
  },
  {
    name: 'PUT /package',
    parent: 'primitive.retry.attempt_1',
    fromMs: 9_210,
    toMs: 9_390,
    error: 'The registry is busy.',
  },
  { name: 'primitive.retry.attempt_2', parent: 'publish', fromMs: 9_500, toMs: 10_000 },
  { name: 'PUT /package again', parent: 'primitive.retry.attempt_2', fromMs: 9_510, toMs: 9_990 },
];

let service: Service;
let browser: Browser;
let release: SketchedTrace;
let long: SketchedTrace;

beforeAll(async () => {
  service = await startService();
  browser = await openBrowser();
  release = new SketchedTrace(service.url);
  await release.send(RELEASE);
  long = new SketchedTrace(service.url);
  await long.send([
    { name: 'import', fromMs: 0, toMs: 2_000 },
    ...Array.from({ length: 120 }, (_, at) => ({
      name: `page ${at}`,
      parent: 'import',
      fromMs: 10 * at + 5,
      toMs: 10 * at + 12,
    })),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await service?.close();
});

const labels = (): Promise<string[]> => browser.page.locator('.waterfall-row .label').allTextContents();
const row = (label: string) =>
  browser.page.locator('.waterfall-row', { has: browser.page.getByText(label, { exact: true }) });
const hash = (): string => new URL(browser.page.url()).hash;
const pressed = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await browser.page.keyboard.press(key);
};
const hasRange = (isThere: boolean): Promise<unknown> =>
  browser.page.waitForFunction((wanted) => location.hash.includes('range=') === wanted, isThere);
const rangeOf = (): readonly number[] => (/range=([\d.]+)-([\d.]+)/.exec(hash()) ?? []).slice(1).map(Number);

/** Opens the release from the list, as somebody does who then goes back. */
async function openRelease(parameters = ''): Promise<void> {
  const { page } = browser;
  await page.goto(`${service.url}/#/traces`);
  await page.locator('.trace-row').first().waitFor();
  await page.evaluate(
    (address) => (location.hash = address),
    `#/traces/${release.traceId}/waterfall${parameters}`,
  );
  await row('release').waitFor();
}

describe('the header of a trace', () => {
  beforeEach(() => openRelease());

  it('says whether it succeeded, how long it took and where the time went', async () => {
    const { page } = browser;
    expect(await page.locator('.verdict').textContent()).toBe('Succeeded in 10 s');
    const spent = page.locator('.time-spent');
    expect(await spent.textContent()).toBe('80 %waiting inrelease');
    await spent.click();
    await page.locator('.waterfall-row.is-active', { hasText: 'release' }).waitFor();
  });

  it('counts what each way to look at it holds, and goes there by key', async () => {
    const { page } = browser;
    await page.locator('.trace-parts').getByText('Logs 2').waitFor();
    expect(await page.locator('.trace-parts a').allTextContents()).toEqual([
      'Waterfall 11',
      'Transcript 0',
      'Logs 2',
      'Raw',
    ]);
    await pressed('3');
    await page.waitForFunction(() => location.hash.includes('/logs'));
    await page.locator('.logs').waitFor();
    await page.goBack();
    await row('release').waitFor();
  });

  it('pins the trace and takes the pin away again, by key and by mouse', async () => {
    const { page } = browser;
    const pin = page.locator('.trace-actions [aria-pressed]');
    await pressed('s');
    await page.locator('.trace-actions [aria-pressed="true"]').waitFor();
    expect(await pin.textContent()).toBe('◆ pinned');
    await pin.click();
    await page.locator('.trace-actions [aria-pressed="false"]').waitFor();
  });

  it('goes to the trace before it in the list and back', async () => {
    const { page } = browser;
    await page.getByRole('button', { name: 'Previous trace of the list' }).click();
    await page.locator('h1', { hasText: 'import' }).waitFor();
    await pressed(']');
    await page.locator('h1', { hasText: 'release' }).waitFor();
    await pressed('[');
    await page.locator('h1', { hasText: 'import' }).waitFor();
  });
});

describe('the waterfall', () => {
  it('compresses time in which nothing ran, says for how long, and draws it in full by key', async () => {
    const { page } = browser;
    await openRelease();
    expect(await page.locator('.axis-break').textContent()).toBe('8.01 s');
    const before = await page.locator('.axis .tick').allTextContents();
    await pressed('i');
    await page.locator('.axis-break').waitFor({ state: 'detached' });
    expect(await page.locator('.axis .tick').allTextContents()).not.toEqual(before);
    await page.getByRole('button', { name: 'Gaps' }).click();
    await page.locator('.axis-break').waitFor();
    // The keys of a span take none from the waterfall.
    await pressed('j');
    await page.locator('.pane').waitFor();
    await pressed('i');
    await page.locator('.axis-break').waitFor({ state: 'detached' });
  });

  it('magnifies by key, keeps that in the address and not in the history', async () => {
    const { page } = browser;
    await openRelease();
    await pressed('i', '+', '+');
    await hasRange(true);
    const [from = 0, to = 0] = rangeOf();
    expect(to - from).toBeCloseTo(10_000 / 1.5 ** 2, 3);
    await pressed('d');
    await page.waitForFunction((was) => !location.hash.includes(`range=${was}-`), String(from));
    expect(rangeOf()[0]).toBeGreaterThan(from);
    const address = page.url();
    await page.reload();
    await row('release').waitFor();
    expect(page.url()).toBe(address);
    await pressed('0');
    await hasRange(false);
    await pressed('i', 'e', 'z');
    await hasRange(true);
    const [fitFrom = 0, fitTo = 0] = rangeOf();
    expect([Math.round(fitFrom), Math.round(fitTo)]).toEqual([9_190, 9_410]);
    await page.goBack();
    await page.locator('.trace-row').first().waitFor();
  });

  it('magnifies by dragging over the whole trace, by the wheel and by a double-click on a bar', async () => {
    const { page } = browser;
    await openRelease();
    await pressed('i');
    const map = (await page.locator('.minimap').boundingBox())!;
    const drag = async (from: number, to: number): Promise<void> => {
      await page.mouse.move(map.x + map.width * from, map.y + 20);
      await page.mouse.down();
      await page.mouse.move(map.x + map.width * to, map.y + 20, { steps: 4 });
      await page.mouse.up();
    };
    await drag(0.25, 0.5);
    await hasRange(true);
    const [from = 0, to = 0] = rangeOf();
    expect([Math.round(from / 100), Math.round(to / 100)]).toEqual([25, 50]);
    await drag(0.5, 0.75);
    await page.waitForFunction(() => /range=2\d{3}\.?\d*-7/.test(location.hash));
    await page.mouse.dblclick(map.x + map.width * 0.3, map.y + 20);
    await hasRange(false);

    const lane = (await page.locator('.axis').boundingBox())!;
    await page.mouse.move(lane.x + 100, lane.y + 100);
    await page.locator('.needle').waitFor();
    expect(await page.locator('.needle-time').textContent()).toMatch(/ s$/);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await hasRange(true);
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await hasRange(false);

    const bar = (await row('unit tests').boundingBox())!;
    await page.mouse.dblclick(lane.x + 20, bar.y + 12);
    await hasRange(true);
    expect(rangeOf().map((ms) => Math.round(ms / 100))).toEqual([2, 13]);
  });

  it('moves the edges of what is in sight by key', async () => {
    const { page } = browser;
    await openRelease();
    await pressed('i');
    await page.getByRole('slider', { name: 'End of what is in sight' }).focus();
    await pressed('ArrowLeft');
    await hasRange(true);
    expect(rangeOf().map(Math.round)).toEqual([0, 9_500]);
  });

  it('finds rows, dims the others and goes from one to the next', async () => {
    const { page } = browser;
    await openRelease();
    await pressed('x');
    await page.waitForFunction(() => document.querySelectorAll('.waterfall-row').length === 4);
    await pressed('/');
    await page.keyboard.type('package');
    await page.locator('.waterfall-find-count', { hasText: '2 found' }).waitFor();
    // What was folded is opened, and the address can be handed on.
    await row('PUT /package').waitFor();
    expect(hash()).toContain('find=package');
    expect(await page.locator('.waterfall-row.is-found .label').allTextContents()).toEqual([
      'PUT /package',
      'PUT /package again',
    ]);
    expect(await row('plan').getAttribute('class')).toContain('is-dimmed');
    await pressed('Enter');
    await page.locator('.waterfall-find-count', { hasText: '1 of 2' }).waitFor();
    await pressed('Shift+Enter');
    await page.locator('.waterfall-find-count', { hasText: '2 of 2' }).waitFor();
    await pressed('ArrowDown', 'n');
    await page.locator('.waterfall-find-count', { hasText: '1 of 2' }).waitFor();
    await pressed('/', 'Escape');
    await page.locator('.waterfall-find-count').waitFor({ state: 'detached' });
    expect(await page.locator('.is-dimmed').count()).toBe(0);
  });

  it('shows what the duration hangs on, and only that when asked', async () => {
    const { page } = browser;
    await openRelease();
    await pressed('c');
    await page.locator('.is-on-path').first().waitFor();
    expect(hash()).toContain('path=1');
    expect(await row('lint').getAttribute('class')).toContain('is-dimmed');
    expect(await row('unit tests').getAttribute('class')).toContain('is-on-path');
    await page.getByRole('button', { name: 'Path only' }).click();
    await row('lint').waitFor({ state: 'detached' });
    expect(await labels()).toContain('POST /runner');
    await pressed('C', 'c');
    await row('lint').waitFor();
    await page.waitForFunction(() => !location.hash.includes('path='));
  });

  it('draws log lines on their spans and the critical path at the foot of the bars', async () => {
    const { page } = browser;
    await openRelease('?path=1');
    await pressed('i');
    await page.locator('.axis-break').waitFor({ state: 'detached' });
    await page.locator('.trace-parts').getByText('Logs 2').waitFor();
    /** Whether something is painted so far from the middle of a row. */
    const isPainted = (label: string, timeMs: number, fromMiddlePx: number): Promise<boolean> =>
      page.evaluate(
        ([text, ms, offset]) => {
          const rows = [...document.querySelectorAll('.waterfall-row')];
          const found = rows.find((candidate) => candidate.querySelector('.label')?.textContent === text)!;
          const canvas = document.querySelector<HTMLCanvasElement>('canvas.bars')!;
          const box = canvas.getBoundingClientRect();
          const y = found.getBoundingClientRect().top - box.top + 12 + offset;
          // A copy: reading from a canvas that is painted often makes it slow.
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {
            willReadFrequently: true,
          })!;
          copy.drawImage(canvas, 0, 0);
          return copy.getImageData((ms / 10_000) * box.width, y, 1, 1).data[3]! > 128;
        },
        [label, timeMs, fromMiddlePx] as const,
      );
    expect(await isPainted('checks', 700, -8)).toBe(true);
    expect(await isPainted('checks', 900, -8)).toBe(false);
    expect(await isPainted('POST /runner', 700, 7)).toBe(true);
    expect(await isPainted('lint', 350, 7)).toBe(false);
  });

  it('leads from one failure to the next and counts them', async () => {
    const { page } = browser;
    await openRelease();
    await pressed('e');
    await page.locator('.waterfall-row.is-active.is-error').waitFor();
    expect(await page.locator('.next-failure').textContent()).toContain('1 of 1');
    await pressed('E');
    await page.locator('.waterfall-row.is-active', { hasText: 'PUT /package' }).waitFor();
  });

  it('folds rows with all beside them, by key and by mouse', async () => {
    const { page } = browser;
    await openRelease();
    const before = (await labels()).length;
    await row('checks').click();
    await pressed('Shift+ArrowLeft');
    await page.waitForFunction(() => document.querySelectorAll('.waterfall-row').length === 4);
    await row('publish')
      .locator('.twisty')
      .click({ modifiers: ['Alt'] });
    // The attempts as well, which nobody had opened before.
    await page.waitForFunction(
      (count) => document.querySelectorAll('.waterfall-row').length === count,
      before + 2,
    );
  });

  it('has columns that are made wider by mouse and by key, and stay so', async () => {
    const { page } = browser;
    await openRelease();
    const names = page.getByRole('separator', { name: 'Width of the names' });
    const width = async (): Promise<number> => Number(await names.getAttribute('aria-valuenow'));
    const was = await width();
    await names.focus();
    await pressed('ArrowRight', 'ArrowRight');
    await page.waitForFunction(
      (before) =>
        Number(document.querySelector('.names-divider [role=separator]')?.ariaValueNow) > before + 20,
      was,
    );
    const box = (await names.boundingBox())!;
    await page.mouse.move(box.x + 4, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x - 96, box.y + 100, { steps: 3 });
    await page.mouse.up();
    await page.waitForFunction(
      (before) =>
        Number(document.querySelector('.names-divider [role=separator]')?.ariaValueNow) < before - 40,
      was,
    );
    const now = await width();
    await page.reload();
    await row('release').waitFor();
    expect(Math.abs((await width()) - now)).toBeLessThanOrEqual(1);
    await names.dblclick();
    await page.waitForFunction(
      (before) =>
        Math.abs(Number(document.querySelector('.names-divider [role=separator]')?.ariaValueNow) - before) <=
        1,
      was,
    );

    await pressed('j');
    const details = page.getByRole('separator', { name: 'Width of the details' });
    await details.focus();
    await pressed('ArrowLeft');
    await page.waitForFunction(
      () => document.querySelector('.pane-divider [role=separator]')?.ariaValueNow === '436',
    );
    expect(Math.round((await page.locator('.pane').boundingBox())!.width)).toBe(436);
  });

  it('stays as it is while spans arrive late', async () => {
    const { page } = browser;
    await page.goto(
      `${service.url}/#/traces/${long.traceId}/waterfall?range=100-900&span=${long.idOf('page 60')}`,
    );
    await page.locator('.waterfall-row.is-active').waitFor();
    const scrolled = (): Promise<number> =>
      page.evaluate(() => {
        const active = document.querySelector('.waterfall-row.is-active')!;
        return (
          active.getBoundingClientRect().top -
          document.querySelector('.waterfall-scroll')!.getBoundingClientRect().top
        );
      });
    const before = await scrolled();
    await long.send([
      { name: 'late 1', parent: 'import', fromMs: 1, toMs: 2 },
      { name: 'late 2', parent: 'import', fromMs: 2, toMs: 3 },
    ]);
    await page.getByText('123 rows').waitFor();
    await page.locator('.waterfall-row.is-active').waitFor();
    expect(Math.abs((await scrolled()) - before)).toBeLessThanOrEqual(1);
    expect(hash()).toContain('range=100-900');
    expect(await page.locator('.waterfall-row.is-active .label').textContent()).toBe('page 60');
  });

  it.each(['light', 'dark'] as const)('can be used by everyone in %s, also at 400 px', async (theme) => {
    const { page } = browser;
    await page.emulateMedia({ colorScheme: theme });
    await openRelease('?path=1');
    await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
    await expectAccessible(page);
    await pressed('e');
    await page.locator('.pane').waitFor();
    await page.setViewportSize({ width: 400, height: 800 });
    await pressed('/');
    await page.keyboard.type('package');
    await page.locator('.waterfall-find-count').waitFor();
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    expect((await page.locator('.axis').boundingBox())!.width).toBeGreaterThan(100);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('shows the selected row beside its details in a short window, as one that is magnified to 200 %', async () => {
    const { page } = browser;
    await page.setViewportSize({ width: 640, height: 400 });
    await openRelease();
    // All of the header is there, and goes away to show more rows.
    expect(
      await page.locator('.trace').evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight),
    ).toBe(true);
    await pressed('e');
    await page.locator('.pane').waitFor();
    const active = (await page.locator('.waterfall-row.is-active').boundingBox())!;
    const pane = (await page.locator('.pane').boundingBox())!;
    expect(active.x + active.width).toBeLessThanOrEqual(pane.x);
    expect(active.y + active.height).toBeLessThanOrEqual(400);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('causes no complaint of the console or the security policy', () => {
    expect(browser.complaints).toEqual([]);
  });
});
