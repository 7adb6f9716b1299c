import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { initializeObservability } from '@tta/obs';
import type { Observability } from '@tta/obs';
import { lambda } from '@tta/obs-primitives';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { runExample } from './examples.ts';
import { exampleWorkflow, failingWorkflow } from './example-workflow.ts';
import { sendRecording } from './recordings.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

let service: Service;
let browser: Browser;
let obs: Observability;

beforeAll(async () => {
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

const hash = (): string => new URL(browser.page.url()).hash;
const figure = (label: string) =>
  browser.page.locator('.figure-card', { hasText: label }).locator('.figure').textContent();
const primitives = () => browser.page.locator('.primitive-table tbody th a').allTextContents();

/** The text of the card, once it is what a new answer says. */
async function untilFigure(label: string, text: string): Promise<void> {
  await browser.page
    .locator('.figure-card', { hasText: label })
    .locator('.figure', { hasText: new RegExp(`^${text}$`) })
    .waitFor();
}

/** The chart says the figures of a moment, or those of all. */
async function untilReading(text: RegExp): Promise<void> {
  await browser.page.locator('.chart-reading', { hasText: text }).waitFor();
}

async function inBothThemes(look: () => Promise<void>): Promise<void> {
  const { page } = browser;
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
    await look();
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Whether anything has to be scrolled sideways to be seen. */
const isTooWide = () =>
  browser.page.evaluate(() =>
    [document.documentElement, document.querySelector('.overview, .services, .sessions')].some(
      (element) => element !== null && element.scrollWidth > element.clientWidth,
    ),
  );

async function inNarrowPage(look: () => Promise<void>): Promise<void> {
  await browser.page.setViewportSize({ width: 400, height: 800 });
  await look();
  await browser.page.setViewportSize({ width: 1280, height: 800 });
}

describe('views of what is stored, while there is nothing', () => {
  it('say so, and what to do', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/overview`);
    await page.getByText('No traces in the last hour').waitFor();
    expect(await figure('Traces')).toBe('0');
    expect(await figure('p95')).toBe('–');
    await inBothThemes(() => expectAccessible(page));
    await page.getByRole('link', { name: 'Look at the last 30 days' }).click();
    await page.getByText('No traces in the last 30 days').waitFor();
    await page.goto(`${service.url}/#/services`);
    await page.getByText('No service sent a trace in the last hour').waitFor();
    await page.goto(`${service.url}/#/sessions`);
    await page.getByText('No sessions yet').waitFor();
    expect(await page.locator('.session-program').textContent()).toContain('sessionId');
    await expectAccessible(page);
  });
});

describe('the overview', () => {
  it('shows the figures of a run when it ends, without a reload', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/overview`);
    await page.getByText('No traces in the last hour').waitFor();
    await exampleWorkflow().execute('observability');
    await untilFigure('Traces', '1');
    expect(await figure('Error rate')).toBe('0 %');
    await failingWorkflow().tryExecute('week 47');
    await untilFigure('Traces', '2');
    expect(await figure('Error rate')).toBe('50.0 %');
    expect(await page.locator('.figure.is-bad .glyph').count()).toBe(1);
    await page.locator('.figure-card', { hasText: 'nothing before' }).first().waitFor();
  });

  it('tells how each primitive did, and what failed most', async () => {
    const { page } = browser;
    const retry = page
      .locator('.primitive-table tbody tr', { hasText: 'rank pages' })
      .filter({ hasText: 'lambda' });
    await retry.waitFor();
    const [calls, errors] = await retry.locator('td.num').allTextContents();
    expect([calls, errors]).toEqual(['3', '66.7']);
    const group = page.locator('.error-table tbody tr', { hasText: 'The ranking service is overloaded.' });
    expect(await group.locator('td.num').first().textContent()).toBe('2');
  });

  it('sums up what models were used for, and says whose word the cost is', async () => {
    const { page } = browser;
    await Promise.all([
      sendRecording(service.url, 'langfuse'),
      sendRecording(service.url, 'openinference-anthropic'),
      runExample(service.url, 'cost-tracking'),
      runExample(service.url, 'cross-process'),
    ]);
    await page.locator('.usage-table tbody tr', { hasText: 'claude' }).first().waitFor();
    expect(await figure('Cost')).toMatch(/^≈ \$0\.\d+$/);
    expect(await page.locator('.figure-card', { hasText: 'Cost' }).textContent()).toMatch(/estimated/);
    expect(await page.locator('.usage-table tbody tr td:last-child').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^≈ \$0\.\d+$/)]),
    );
  });

  it('puts the primitives in another order with the keyboard alone', async () => {
    const { page } = browser;
    const table = page.locator('.primitive-table');
    await table.getByRole('button', { name: 'Primitive' }).focus();
    await page.keyboard.press('Enter');
    await table.locator('[aria-sort=ascending]', { hasText: 'Primitive' }).waitFor();
    const names = await primitives();
    expect(names).toEqual(
      names.toSorted((one, other) => new Intl.Collator('en', { numeric: true }).compare(one, other)),
    );
    await page.keyboard.press('Enter');
    await table.locator('[aria-sort=descending]', { hasText: 'Primitive' }).waitFor();
    expect(await primitives()).not.toEqual(names);
    await table.getByRole('button', { name: 'Calls' }).press('Space');
    await table.locator('[aria-sort=descending]', { hasText: 'Calls' }).waitFor();
    expect(await table.locator('[aria-sort]').count()).toBe(1);
  });

  it('filters the primitives by key and leads to the traces of one', async () => {
    const { page } = browser;
    await page.locator('.overview h1').click();
    await page.keyboard.press('/');
    await page.keyboard.type('rank retry');
    await page.getByText('1 of ').waitFor();
    expect(await primitives()).toEqual(['rank pages']);
    await page.getByLabel('Filter primitives').press('Tab');
    await page.locator('.overview h1').click();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.startsWith('#/traces?'));
    expect(new URLSearchParams(hash().split('?')[1]).get('query')).toBe(
      'primitive:retry label:"rank pages" service:research since:1h',
    );
    await page.goBack();
    await page.locator('.primitive-table').waitFor();
  });

  it('keeps window and service in the address, and goes back past them', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/sessions`);
    await page.getByRole('heading', { name: 'Sessions' }).waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.getByText('24h', { exact: true }).click();
    await page.waitForFunction(() => location.hash === '#/overview?window=24h');
    await page.getByRole('radio', { name: '24h' }).press('ArrowRight');
    await page.waitForFunction(() => location.hash === '#/overview?window=7d');
    await page.getByLabel('Service').selectOption('research');
    await page.waitForFunction(() => location.hash === '#/overview?window=7d&service=research');
    await untilFigure('Traces', '2');
    await page.reload();
    await untilFigure('Traces', '2');
    expect(await page.getByRole('radio', { name: '7d' }).isChecked()).toBe(true);
    expect(await page.getByLabel('Service').inputValue()).toBe('research');
    await page.goBack();
    await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  });

  it('reads the figures of a moment by mouse and by keyboard, and leads to its traces', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/overview?window=24h&service=research`);
    const chart = page.getByRole('slider', { name: 'Figures of a moment' });
    await chart.focus();
    await page.keyboard.press('Home');
    await untilReading(/: no traces$/);
    expect(await chart.getAttribute('aria-valuenow')).toBe('0');
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/: no traces$/);
    await page.keyboard.press('End');
    await untilReading(/: 2 traces, 1 failed, p50 .+, p95 .+$/);
    await page.keyboard.press('Escape');
    await untilReading(/^Most traces at .+: 2; most failed at .+: 1; highest p95 at /);
    const bar = await page.locator('.chart-body [fill="url(#failed-runs)"]').boundingBox();
    if (bar === null) throw new Error('The failed run is not in the chart.');
    await page.mouse.move(bar.x + bar.width / 2, bar.y);
    await untilReading(/: 2 traces, 1 failed, p50/);
    await page.mouse.click(bar.x + bar.width / 2, bar.y);
    await page.waitForFunction(() => location.hash.startsWith('#/traces?'));
    expect(new URLSearchParams(hash().split('?')[1]).get('query')).toMatch(
      /^trace\.service:research trace\.time:>=\S+Z trace\.time:<\S+Z$/,
    );
  });

  it('leads from an error to the span in which it arose', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/overview`);
    await page.locator('.error-table tbody tr', { hasText: 'The storage refused the upload' }).click();
    await page.waitForFunction(() => /^#\/traces\/[0-9a-f]{32}.*span=[0-9a-f]{16}/.test(location.hash));
    await page.goBack();
    await page.locator('.error-table').waitFor();
  });

  it('can be used by everybody, also in a narrow page', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/overview`);
    await page.locator('.primitive-table').waitFor();
    await inBothThemes(() => expectAccessible(page));
    await inNarrowPage(async () => {
      expect(await isTooWide()).toBe(false);
      await expectAccessible(page);
    });
  });
});

describe('services', () => {
  it('are drawn with what they call, each a link', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/overview`);
    await page.getByRole('link', { name: 'Services', exact: true }).click();
    await page.locator('.map-node', { hasText: 'warehouse' }).waitFor();
    expect(
      await page
        .locator('.map-edge')
        .evaluateAll((all) => all.map((edge) => edge.getAttribute('aria-label'))),
    ).toEqual(
      expect.arrayContaining([expect.stringMatching(/^shop calls warehouse: 1 call, p50 .+, p95 .+$/)]),
    );
    const left = async (name: string) =>
      (await page.locator('.map-node', { hasText: name }).boundingBox())?.x ?? Number.NaN;
    expect(await left('shop')).toBeLessThan(await left('warehouse'));
    const called = page.locator('.service-table tbody', { hasText: 'cost-tracking' }).locator('tr').nth(1);
    expect(await called.locator('a').textContent()).toBe('openai');
    await page.locator('.map-node', { hasText: 'warehouse' }).press('Enter');
    await page.waitForFunction(() => location.hash.startsWith('#/traces?'));
    expect(new URLSearchParams(hash().split('?')[1]).get('query')).toBe('service:warehouse since:1h');
    await page.goBack();
    await page.getByRole('link', { name: 'Overview of shop' }).click();
    await page.waitForFunction(() => location.hash === '#/overview?service=shop');
    await page.goBack();
    await page.locator('.map-node').first().waitFor();
  });

  it('say how much was looked at, and keep the window in the address', async () => {
    const { page } = browser;
    expect(await page.locator('.map-extent').textContent()).toMatch(
      /^From (all|the newest) \d+ traces of the last hour/,
    );
    await page.getByRole('radio', { name: '1h' }).press('ArrowRight');
    await page.waitForFunction(() => location.hash === '#/services?window=6h');
    await page.getByText('of the last 6 hours').waitFor();
  });

  it('can be used by everybody, also in a narrow page', async () => {
    const { page } = browser;
    await inBothThemes(() => expectAccessible(page));
    await inNarrowPage(async () => {
      await page.locator('.map-node', { hasText: 'warehouse' }).waitFor();
      expect(await isTooWide()).toBe(false);
      await expectAccessible(page);
    });
  });
});

describe('sessions', () => {
  it('are listed with what they used, and lead to their traces by key', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/sessions`);
    await page.locator('.session-row', { hasText: 'session-7' }).waitFor();
    const before = await page.locator('.session-row').count();
    const note = lambda('take a note', (text: string) => text);
    await note.execute('first', { sessionId: 'chat-with-ada-0123456789', userId: 'ada' });
    const row = page.locator('.session-row', { hasText: 'chat-wit…6789' });
    await row.waitFor();
    expect(await page.locator('.session-row').count()).toBe(before + 1);
    await note.execute('second', { sessionId: 'chat-with-ada-0123456789', userId: 'ada' });
    await row.locator('.cell-traces', { hasText: '2' }).waitFor();
    expect(await row.locator('a').getAttribute('title')).toBe('chat-with-ada-0123456789');
    expect(await row.locator('.is-user').textContent()).toBe('ada');
    await page.keyboard.press('j');
    await page.locator('.session-row.is-active', { hasText: 'chat-wit…6789' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.startsWith('#/traces?'));
    expect(new URLSearchParams(hash().split('?')[1]).get('query')).toBe('session:chat-with-ada-0123456789');
    await page.goBack();
    await row.click();
    await page.waitForFunction(() => location.hash.startsWith('#/traces?'));
    await page.goBack();
    await row.waitFor();
  });

  it('are loaded further when the list is scrolled', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/services`);
    const note = lambda('take a note', (text: string) => text);
    for (let index = 0; index < 230; index++) await note.execute('', { sessionId: `long list ${index}` });
    await obs.flush();
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    const grid = page.getByRole('grid');
    await page.waitForFunction(
      () => Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount')) >= 100,
    );
    await grid.press('End');
    await page.waitForFunction(
      () => Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount')) >= 200,
    );
    await grid.press('End');
    await page.waitForFunction(
      () => Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount')) >= 232,
    );
    expect(await page.locator('.session-row').count()).toBeLessThan(100);
    // Who comes back finds all of them, and the row.
    await grid.press('End');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.startsWith('#/traces?'));
    await page.goBack();
    await page.locator('.session-row.is-active[aria-rowindex="232"]').waitFor();
    expect(await grid.getAttribute('aria-rowcount')).toBe('232');
    await grid.press('Home');
  });

  it('can be used by everybody, also in a narrow page', async () => {
    const { page } = browser;
    await inBothThemes(() => expectAccessible(page));
    await inNarrowPage(async () => {
      await page.waitForFunction(
        () => document.querySelector<HTMLElement>('.session-row')?.offsetHeight === 52,
      );
      expect(await isTooWide()).toBe(false);
      await expectAccessible(page);
    });
  });
});

describe('very many primitives', () => {
  it('are drawn as far as they are in sight', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/overview`);
    await page.locator('.primitive-table').waitFor();
    for (let index = 0; index < 260; index++)
      await lambda(`generated step ${index}`, () => index).execute(index);
    await page.waitForFunction(
      () => Number(document.querySelector('.primitive-table')?.getAttribute('aria-rowcount')) > 260,
    );
    const drawn = page.locator('.primitive-table tbody tr:not(.gap)');
    expect(await drawn.count()).toBeLessThan(120);
    await page.locator('.overview').evaluate((view) => view.scrollTo(0, view.scrollHeight));
    const count = Number(await page.locator('.primitive-table').getAttribute('aria-rowcount'));
    await page.locator(`.primitive-table tr[aria-rowindex="${count}"]`).waitFor();
    expect(await drawn.count()).toBeLessThan(120);
  });
});

describe('names that are programs', () => {
  const hostile = '"><img src=x onerror="document.title=1"><script>document.title=2</script>';

  it('are shown as the text that they are, and found by it', async () => {
    const { page } = browser;
    await lambda(hostile, () => {
      throw new TypeError(hostile);
    }).tryExecute('', { sessionId: hostile, userId: hostile });
    await obs.flush();
    await page.goto(`${service.url}/#/overview`);
    await page.getByLabel('Filter primitives').fill('onerror');
    await page.getByText('1 of ').waitFor();
    expect(await primitives()).toEqual([hostile]);
    expect(await page.locator('.error-table', { hasText: hostile }).count()).toBe(1);
    await page.locator('.primitive-table tbody a').click();
    await page.locator('.trace-row', { hasText: hostile }).waitFor();
    await page.goto(`${service.url}/#/sessions`);
    const link = page.locator('.session-row a[title*=onerror]');
    await link.waitFor();
    expect(await link.getAttribute('title')).toBe(hostile);
    await link.click();
    await page.locator('.trace-row', { hasText: hostile }).waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toMatch(/^Traces · /);
  });
});

describe('while the service fails', () => {
  const problem = JSON.stringify({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'The disk is full.',
  });
  const answers = /\/api\/(metrics|sessions|services)/;

  it.each([
    ['overview', '.figure-card'],
    ['services', '.service-row'],
    ['sessions', '.session-row'],
  ])('the view %s says why there is nothing, and tries again when told to', async (view, content) => {
    const { page, complaints } = browser;
    await page.goto(`${service.url}/#/config`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.route(answers, (route) =>
      route.fulfill({ status: 500, contentType: 'application/problem+json', body: problem }),
    );
    await page.goto(`${service.url}/#/${view}`);
    await page.getByText('The service answered 500: The disk is full.').waitFor();
    await expectAccessible(page);
    await page.unroute(answers);
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await page.locator(content).first().waitFor();
    const provoked = complaints.filter((text) => text.includes('status of 500'));
    expect(provoked.length).toBeGreaterThan(0);
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !provoked.includes(text)));
  });
});

describe('all of them', () => {
  it('cause no complaint of the console or the security policy and ask no other host', () => {
    expect(browser.complaints).toEqual([]);
    expect(browser.requestsOutside(new URL(service.url).origin)).toEqual([]);
  });
});
