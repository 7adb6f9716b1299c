import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { sendClaudeCodeTrace } from './claude-code-trace.ts';
import { runExample } from './examples.ts';
import type { ExampleName } from './examples.ts';
import { sendRecording } from './recordings.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

/** `OBS_SCREENSHOTS` names another folder for the pictures: those of docs/screenshots are made so. */
const shots =
  process.env['OBS_SCREENSHOTS'] ?? fileURLToPath(new URL('../coverage/screenshots', import.meta.url));

const EXAMPLES: readonly ExampleName[] = [
  'agent-with-approval',
  'batch',
  'cache-and-dedupe',
  'cost-tracking',
  'cross-process',
  'parallel-research',
  'rate-limited-crawl',
  'repo-review',
  'saga',
  'streaming-chat',
  'tiered-router',
];
const RECORDINGS = ['ai-sdk-otel', 'openinference-openai', 'langsmith', 'mastra'] as const;

const WIDE = { width: 1280, height: 800 };
/** An editor's side panel. */
const NARROW = { width: 400, height: 800 };

interface View {
  readonly name: string;
  /** Hash of the address; a function of the ids of traces by name. */
  readonly at: string | ((idOf: (name: string) => string) => string);
  readonly size?: typeof WIDE;
  /** Brings the page to the state that is looked at; ends when it is there. */
  readonly until: (page: Page) => Promise<unknown>;
}

const text = (wanted: string) => (page: Page) =>
  page.getByText(wanted).filter({ visible: true }).first().waitFor();
const see = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

const views: readonly View[] = [
  { name: 'overview', at: '#/overview', until: text('cache-and-dedupe') },
  { name: 'traces', at: '#/traces', until: see('.trace-row') },
  { name: 'traces-query', at: '#/traces?query=status%3Aerror', until: see('.trace-row') },
  { name: 'traces-none', at: '#/traces?query=service%3Anobody+status%3Aerror', until: text('nobody') },
  { name: 'services', at: '#/services', until: text('warehouse') },
  { name: 'sessions', at: '#/sessions', until: text('user-3') },
  { name: 'config', at: '#/config', until: text('last trace') },
  { name: 'waterfall', at: (idOf) => `#/traces/${idOf('research')}/waterfall`, until: see('.waterfall-row') },
  {
    name: 'waterfall-saga',
    at: (idOf) => `#/traces/${idOf('trip of Ben')}/waterfall`,
    until: see('.waterfall-row'),
  },
  {
    name: 'waterfall-batch',
    at: (idOf) => `#/traces/${idOf('batch')}/waterfall`,
    until: see('.waterfall-row'),
  },
  {
    name: 'waterfall-critical-path',
    at: (idOf) => `#/traces/${idOf('research')}/waterfall?path=1`,
    until: see('.waterfall-row'),
  },
  {
    name: 'waterfall-suspended',
    at: (idOf) => `#/traces/${idOf('question of Ada')}/waterfall`,
    until: see('.waterfall-row'),
  },
  {
    name: 'details',
    at: (idOf) => `#/traces/${idOf('trip of Ben')}/waterfall`,
    until: async (page) => {
      await page.locator('.waterfall-row').first().waitFor();
      await page.keyboard.press('e');
      await page.locator('.pane .span-error').waitFor();
    },
  },
  {
    name: 'transcript',
    at: (idOf) => `#/traces/${idOf('question of Ada')}/transcript`,
    until: text('refund'),
  },
  {
    name: 'transcript-claude-code',
    at: (idOf) => `#/traces/${idOf('claude_code.interaction')}/transcript`,
    until: text('prints nothing when a trace is removed'),
  },
  { name: 'logs', at: (idOf) => `#/traces/${idOf('research')}/logs`, until: see('.log-line') },
  { name: 'raw', at: (idOf) => `#/traces/${idOf('trip of Ben')}/raw`, until: see('[role="tree"]') },
  {
    name: 'palette',
    at: '#/traces',
    until: async (page) => {
      await page.locator('.trace-row').first().waitFor();
      await page.keyboard.press('Control+k');
      await page.locator('dialog[open] [role="option"]').first().waitFor();
    },
  },
  {
    name: 'keys',
    at: (idOf) => `#/traces/${idOf('research')}/waterfall`,
    until: async (page) => {
      await page.locator('.waterfall-row').first().waitFor();
      await page.keyboard.press('?');
      await page.locator('dialog[open]').waitFor();
    },
  },
  { name: 'narrow-overview', at: '#/overview', size: NARROW, until: text('gpt-4.1-mini') },
  { name: 'narrow-traces', at: '#/traces', size: NARROW, until: see('.trace-row') },
  {
    name: 'narrow-waterfall',
    at: (idOf) => `#/traces/${idOf('trip of Ben')}/waterfall`,
    size: NARROW,
    until: see('.waterfall-row'),
  },
  {
    name: 'narrow-transcript',
    at: (idOf) => `#/traces/${idOf('question of Ada')}/transcript`,
    size: NARROW,
    until: text('refund'),
  },
  { name: 'narrow-config', at: '#/config', size: NARROW, until: text('last trace') },
];

const THEMES = ['light', 'dark', 'contrast'] as const;
/** What is in view there is in view elsewhere as well. */
const SEEN_IN_CONTRAST: readonly string[] = [
  'overview',
  'traces',
  'config',
  'waterfall',
  'details',
  'transcript',
];

function themesOf({ name }: View): readonly (typeof THEMES)[number][] {
  return SEEN_IN_CONTRAST.includes(name) ? THEMES : ['light', 'dark'];
}

let service: Service;
let browser: Browser;
const ids = new Map<string, string>();

beforeAll(async () => {
  await mkdir(shots, { recursive: true });
  service = await startService();
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await service?.close();
});

async function shoot(name: string, theme: string): Promise<void> {
  await browser.page.screenshot({ path: join(shots, `${name}-${theme}.png`), animations: 'disabled' });
}

/** The page anew, in a theme that was chosen before. */
async function open(hash: string, theme: string, size = WIDE): Promise<void> {
  const { page } = browser;
  await page.setViewportSize(size);
  await page.goto('about:blank');
  await page.goto(`${service.url}/${hash}`);
  await page.evaluate((chosen) => localStorage.setItem('obs.theme', chosen), theme);
  await page.reload();
  await page.waitForFunction(
    (chosen) => document.documentElement.dataset['theme']?.startsWith(chosen) === true,
    theme,
  );
}

/** Nothing is wider than the window: text is cut or wraps. */
async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [needed, had] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(needed).toBe(had);
}

describe('an empty service', () => {
  it.each(THEMES)('says how to begin, %s', async (theme) => {
    await open('#/traces', theme);
    await browser.page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(browser.page);
    await shoot('first-trace', theme);
  });
});

describe('with traces of real programs', () => {
  beforeAll(async () => {
    for (const name of RECORDINGS) await sendRecording(service.url, name);
    await sendClaudeCodeTrace(service.url);
    for (const name of EXAMPLES) await runExample(service.url, name);
    const answer = await fetch(new URL('api/traces?limit=500', service.url));
    const { items } = (await answer.json()) as { items: { name: string; traceId: string }[] };
    for (const { name, traceId } of items) ids.set(name, traceId);
  }, 120_000);

  const idOf = (name: string): string => {
    const id = ids.get(name);
    if (id === undefined)
      throw new Error(`No trace is called ${name}; there are ${[...ids.keys()].join(', ')}.`);
    return id;
  };

  it.each(views.flatMap((view) => themesOf(view).map((theme) => ({ ...view, theme }))))(
    'everybody can use $name, $theme',
    async ({ name, at, size, until, theme }) => {
      const { page } = browser;
      await open(typeof at === 'string' ? at : at(idOf), theme, size);
      await until(page);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await shoot(name, theme);
    },
  );

  it('causes no complaint of the console or the security policy and asks no other host', () => {
    expect(browser.complaints).toEqual([]);
    expect(browser.requestsOutside(new URL(service.url).origin)).toEqual([]);
  });
});
