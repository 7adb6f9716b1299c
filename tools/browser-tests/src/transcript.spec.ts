import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { sendClaudeCodeTrace } from './claude-code-trace.ts';
import { sendGeneratedTrace } from './generated-trace.ts';
import { sendRecording } from './recordings.ts';
import type { RecordingName } from './recordings.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';
import { SketchedTrace } from './sketched-trace.ts';
import type { SketchedSpan } from './sketched-trace.ts';

let service: Service;
let browser: Browser;
let coding: string;

beforeAll(async () => {
  service = await startService();
  browser = await openBrowser();
  await browser.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  coding = await sendClaudeCodeTrace(service.url);
});

beforeEach(async () => {
  await browser.page.setViewportSize({ width: 1280, height: 800 });
});

afterAll(async () => {
  await browser?.close();
  await service?.close();
});

const turns = () => browser.page.locator('.turn');
const names = (): Promise<string[]> =>
  browser.page.locator('.turn-name, .turn > .piece .tool-name').allTextContents();
const active = () => browser.page.locator('.turn.is-active');
const hash = (): string => new URL(browser.page.url()).hash;

async function open(traceId: string, rest = '/transcript'): Promise<void> {
  // A page of its own: what was opened and chosen in the one before is gone.
  await browser.page.goto('about:blank');
  await browser.page.goto(`${service.url}/#/traces/${traceId}${rest}`);
}

async function openCoding(rest?: string): Promise<void> {
  await open(coding, rest);
  await browser.page.getByText('I will look at what').waitFor();
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

/** A call of a model in which that was said. */
function call(
  name: string,
  fromMs: number,
  input: readonly object[],
  output: readonly object[],
  more = {},
): SketchedSpan {
  return {
    name,
    fromMs,
    toMs: fromMs + 8,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': name,
      'gen_ai.input.messages': JSON.stringify(input),
      'gen_ai.output.messages': JSON.stringify(output),
      ...more,
    },
  };
}

const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

describe('the transcript of a coding agent', () => {
  it('is what its trace shows first: turns in order, tools, and the agent within as a card', async () => {
    await openCoding('');
    expect(await browser.page.locator('.trace-parts [aria-current]').textContent()).toContain('Transcript');
    expect(await names()).toEqual([
      'claude_code.interaction',
      'claude-sonnet-4-5-20250929',
      'Read',
      'claude-sonnet-4-5-20250929',
      'Task',
      'Explore',
      'claude-sonnet-4-5-20250929',
      'Edit',
      'Bash',
      ...(await names()).slice(9),
    ]);
    const first = turns().first();
    expect(await first.locator('.speech.is-user').textContent()).toContain(
      'prints nothing when a trace is removed',
    );
    const card = turns().filter({ hasText: 'Explore' }).last();
    expect(await card.locator('.agent-preview').textContent()).toContain('Find all callers of tailLine');
    expect(await card.locator('.turn-figure.is-tokens').textContent()).toContain('19.0k → 484');
    const failed = turns().filter({ hasText: 'npx jest tail-line' }).first();
    expect(await failed.locator('.turn-error').textContent()).toBe('Exit code 1: 1 failed, 13 passed');
    expect(await browser.page.locator('.transcript-totals').textContent()).toContain(
      '7 tool calls, 1 failed',
    );
  });

  it('tells of each turn what it used and whose word its cost is', async () => {
    await openCoding();
    const turn = turns().nth(3);
    const figure = (name: string) => turn.locator(`.turn-figure.is-${name}`);
    expect(await figure('growth').textContent()).toContain('+1313');
    expect(await figure('tokens').getAttribute('title')).toBe('17,390 tokens in, 240 out');
    expect(await figure('cached').getAttribute('title')).toContain('1,310 were written');
    expect(await figure('cost').getAttribute('title')).toMatch(/^estimated by the service, .*genai-prices/);
    expect(await browser.page.locator('.transcript-growth svg').getAttribute('aria-label')).toBe(
      'Context of 5 turns: from 16077 to 19412 tokens; turn 2 added the most, 1313 tokens.',
    );
  });

  it('opens an agent in place, and a tool with what it was given', async () => {
    const { page } = browser;
    await openCoding();
    const before = await turns().count();
    await page.getByRole('button', { name: '2 turns' }).click();
    await page.getByText('Searching for the callers.').waitFor();
    expect(await turns().count()).toBeGreaterThan(before);
    await turns().filter({ hasText: 'Grep' }).getByRole('button', { name: 'Grep' }).click();
    await page.getByRole('tree', { name: 'given to Grep' }).waitFor();
    expect(await page.locator('.tool-values').textContent()).toContain('output_mode');
  });

  it('shares its selection with the waterfall', async () => {
    const { page } = browser;
    await openCoding();
    await turns().nth(1).getByRole('button', { name: 'claude-sonnet' }).click();
    await page.locator('.pane').waitFor();
    const [, span] = /span=([0-9a-f]{16})/.exec(hash()) ?? [];
    expect(await active().getAttribute('data-row')).toBe(span);
    await page.keyboard.press('1');
    await page.locator('.waterfall-row.is-active').waitFor();
    expect(await page.locator('.waterfall-row.is-active').textContent()).toContain('llm_request');
    await page.locator('.waterfall-row', { hasText: 'Grep' }).first().click();
    await page.keyboard.press('2');
    // It is within an agent that was closed.
    await page.locator('.turn.is-active', { hasText: 'Grep' }).waitFor();
  });

  it('is read by keyboard alone', async () => {
    const { page } = browser;
    await openCoding();
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    await page.waitForFunction(
      () =>
        document.querySelector('.turn.is-active .tool-name')?.textContent === 'Read' ||
        document.querySelector('.turn.is-active .turn-name') !== null,
    );
    expect(await active().getAttribute('aria-posinset')).toBe('2');
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.getByRole('tree', { name: 'given to Read' }).waitFor();
    await page.keyboard.press('o');
    await page.getByRole('tree', { name: 'given to Read' }).waitFor({ state: 'detached' });
    await page.keyboard.press('e');
    await page.locator('.turn.is-active', { hasText: 'Exit code 1' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.pane').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.pane').waitFor({ state: 'detached' });
    await page.keyboard.press('End');
    await page.getByText('now prints a line when a trace is found no more').waitFor();
    await page.keyboard.press('Home');
    await page.waitForFunction(
      () => document.querySelector('.turn.is-active')?.getAttribute('aria-posinset') === '1',
    );
  });

  it('finds what was said, also in what is closed, and remembers it in the address', async () => {
    const { page } = browser;
    await openCoding();
    await page.keyboard.press('/');
    await page.keyboard.type('tail-line.ts');
    await page.locator('.transcript-find [role="status"]').getByText('found').waitFor();
    expect(hash()).toContain('find=tail-line.ts');
    const found = Number(/\d+/.exec((await page.locator('.transcript-find').textContent()) ?? '')?.[0]);
    for (let step = 1; step <= found; step++) {
      await page.keyboard.press('Enter');
      await page.getByText(`${step} of ${found}`, { exact: true }).waitFor();
      await page.waitForFunction(() => {
        const marks = [...document.querySelectorAll('.turn.is-active mark')];
        return marks.some((mark) => {
          const { top, bottom } = mark.getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        });
      });
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(hash()).not.toContain('find=');
  });

  it('shows messages as Markdown, as they are, or as JSON, one or all, and remembers it', async () => {
    const { page } = browser;
    await openCoding();
    await page.keyboard.press('End');
    const answer = turns().filter({ hasText: 'found no more' });
    await answer.locator('.markdown table').waitFor();
    expect(await answer.locator('.markdown a').getAttribute('href')).toBe('https://example.org/tail');
    expect(await answer.locator('.markdown a').getAttribute('rel')).toContain('noopener');
    expect(await answer.locator('.markdown-target').textContent()).toBe(' (https://example.org/tail)');
    await answer.getByRole('button', { name: 'json: show this message as JSON' }).click();
    await answer.getByRole('tree').waitFor();
    await page.getByRole('button', { name: 'Plain', exact: true }).click();
    await page.keyboard.press('End');
    await answer.getByText('| `npx jest tail-line` | 14 passed |').waitFor();
    await page.reload();
    await page.getByText('I will look at what `tail` does').waitFor();
    await page.getByRole('button', { name: 'Markdown', exact: true }).click();
    await page.locator('.markdown').first().waitFor();
  });

  it('is copied and kept as a file', async () => {
    const { page } = browser;
    await openCoding();
    await turns().nth(1).locator('.speech').hover();
    await turns().nth(1).getByRole('button', { name: 'Copy the message of assistant' }).click();
    await turns().nth(1).getByText('copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      'I will look at what `tail` does with removed traces.',
    );
    await page.getByText('Export').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'download .md' }).click(),
    ]);
    const kept = await readFile(await download.path(), 'utf8');
    expect(kept).toMatch(/^# claude_code\.interaction\n/);
    expect(kept).toContain('**error**: Exit code 1: 1 failed, 13 passed');
    await page.getByRole('button', { name: 'Copy as JSON' }).click();
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('['));
  });

  it('keeps what is open, and where one reads, while the trace grows', async () => {
    const { page } = browser;
    const trace = new SketchedTrace(service.url);
    const history = Array.from({ length: 40 }, (_, index) =>
      text(index % 2 === 0 ? 'user' : 'assistant', `message ${index}`),
    );
    await trace.send([
      call('model-a', 0, history, [
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'c', name: 'look', arguments: { at: 'noon' } }],
        },
      ]),
    ]);
    await open(trace.traceId);
    await page.getByText('message 39').waitFor();
    await page.getByRole('button', { name: 'look' }).click();
    await page.getByRole('tree', { name: 'given to look' }).scrollIntoViewIfNeeded();
    const scrolled = () => page.locator('.transcript-scroll').evaluate((element) => element.scrollTop);
    const before = await scrolled();
    expect(before).toBeGreaterThan(100);
    await trace.send([
      call(
        'model-b',
        20,
        [...history, { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: 'a lamp' }] }],
        [text('assistant', 'It is a lamp.')],
      ),
    ]);
    await page.waitForFunction(() => document.querySelector('.turn')?.getAttribute('aria-setsize') === '2');
    await page.getByRole('tree', { name: 'given to look' }).waitFor();
    await page.locator('.tool-values', { hasText: 'a lamp' }).waitFor();
    expect(Math.abs((await scrolled()) - before)).toBeLessThan(40);
  });

  it('has no fault that a machine could find, wide and narrow, light and dark', async () => {
    const { page } = browser;
    await openCoding();
    await page.getByRole('button', { name: '2 turns' }).click();
    await page.getByRole('button', { name: 'Task' }).click();
    await inBothThemes(() => expectAccessible(page));
    await page.setViewportSize({ width: 400, height: 800 });
    await inBothThemes(() => expectAccessible(page));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
  });
});

describe('the transcript of other programs', () => {
  const recordings: readonly (readonly [RecordingName, string])[] = [
    ['openinference-anthropic', 'celsius'],
    ['openinference-openai', 'celsius'],
    ['openinference-vercel', 'It is 21 degrees in Paris.'],
    ['ai-sdk-legacy', 'It is 21 degrees in Paris.'],
    ['ai-sdk-otel', 'It is 21 degrees in Paris.'],
    ['langsmith', 'It is 21 degrees in Paris.'],
    ['langfuse', 'It is 21 degrees in Paris.'],
    ['mastra', 'It is 21 degrees in Paris.'],
    ['openllmetry-openai', 'get_weather'],
    ['openllmetry-anthropic', 'get_weather'],
    ['tta-obs', 'It is 21 degrees in Paris.'],
  ];

  it.each(recordings)('tells the question, and what came of it, of %s', async (name, answer) => {
    const { page } = browser;
    const traceIds = await sendRecording(service.url, name);
    const said: string[] = [];
    for (const traceId of traceIds) {
      await open(traceId);
      await page.locator('.turn').first().waitFor();
      said.push(await page.locator('.transcript-scroll').innerText());
    }
    const all = said.join('\n');
    expect(all).toContain('How warm is it in Paris?');
    expect(all).toContain(
      name === 'openinference-anthropic' || name === 'openinference-openai' ? 'Paris' : answer,
    );
    // Each question once: what is sent along is not told again.
    for (const one of said) expect(one.split('How warm is it in Paris?').length).toBeLessThanOrEqual(2);
  });

  it('says how to have messages where none were captured', async () => {
    const { page } = browser;
    const silent = await sendClaudeCodeTrace(service.url, { isCaptured: false });
    await open(silent);
    await page.getByText('Nothing of what was said was captured').waitFor();
    expect(await page.locator('.not-captured').textContent()).toContain('OTEL_LOG_USER_PROMPTS=1');
    expect(await turns().count()).toBeGreaterThan(5);
    await inBothThemes(() => expectAccessible(page));
  });

  it('says so where there is no AI program at all', async () => {
    const { page } = browser;
    await open(await sendGeneratedTrace(service.url, 5));
    await page.getByText('No AI program in this trace').waitFor();
    await page.getByRole('link', { name: 'Show the waterfall' }).click();
    await page.locator('.waterfall-row').first().waitFor();
  });

  it('shows hostile content as the text that it is', async () => {
    const { page } = browser;
    const hostile = [
      '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
      '[click](javascript:window.hacked=1) [data](data:text/html,<script>window.hacked=1</script>) <javascript:window.hacked=1>',
      '![pixel](http://tracker.invalid/p.png) <iframe src="http://tracker.invalid"></iframe>',
      '[ok](https://example.org/fine) [trap](https://bank.example@evil.invalid/) \u202egnp.exe',
      '| <b onclick=x>a</b> |\n|---|\n| `</code><script>window.hacked=1</script>` |',
    ];
    const trace = new SketchedTrace(service.url);
    const parts = [
      ...hostile.map((content) => ({ type: 'text', content })),
      { type: 'uri', modality: 'image', mime_type: 'image/png', uri: 'http://tracker.invalid/i.png' },
      { type: 'blob', modality: 'image', mime_type: 'image/svg+xml', content: 'PHN2Zy8+' },
      { type: 'tool_call', id: hostile[0], name: hostile[0], arguments: { [hostile[0]!]: hostile[1] } },
    ];
    await trace.send([
      {
        ...call(hostile[0]!, 0, [{ role: hostile[0], parts }], [{ role: 'assistant', parts }]),
        error: hostile[0]!,
      },
    ]);
    await open(trace.traceId);
    await page.getByText('[image: pixel http://tracker.invalid/p.png]').first().waitFor();
    await page.waitForFunction(() => {
      const closed = document.querySelectorAll<HTMLElement>('.fold-head[aria-expanded="false"]');
      for (const head of closed) head.click();
      return closed.length === 0;
    });
    for (const format of ['Plain', 'JSON', 'Markdown'])
      await page.getByRole('button', { name: format, exact: true }).click();
    const inside = await page.locator('.turns').evaluate((element) => ({
      elements: [...new Set([...element.querySelectorAll('*')].map(({ localName }) => localName))],
      links: [...element.querySelectorAll('a')].map(({ href }) => href),
      sources: element.querySelectorAll('[src], [srcset], [style*="url"]').length,
    }));
    expect(inside.links.length).toBeGreaterThan(0);
    expect(new Set(inside.links)).toEqual(new Set(['https://example.org/fine', 'http://tracker.invalid/']));
    expect(inside.sources).toBe(0);
    for (const forbidden of ['script', 'img', 'iframe', 'object', 'form', 'style', 'b'])
      expect(inside.elements).not.toContain(forbidden);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await page.locator('.turns').innerText()).not.toContain('\u202e');
  });

  it('shows an image that the trace itself has', async () => {
    const pixel =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const trace = new SketchedTrace(service.url);
    const parts = [{ type: 'blob', modality: 'image', mime_type: 'image/png', content: pixel }];
    await trace.send([call('vision', 0, [{ role: 'user', parts }], [text('assistant', 'A dot.')])]);
    await open(trace.traceId);
    await browser.page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('.turn img')?.naturalWidth === 1,
    );
  });

  it('clips a long message until all of it is wanted', async () => {
    const { page } = browser;
    const trace = new SketchedTrace(service.url);
    const long = Array.from({ length: 2_000 }, (_, line) => `line ${line} of many`).join('\n\n');
    await trace.send([call('long', 0, [text('user', long)], [text('assistant', 'Long.')])]);
    await open(trace.traceId);
    const all = page.getByRole('button', { name: /^show all \d+(\.\d)? KB$/ });
    await all.waitFor();
    expect(await page.getByText('line 1999 of many').count()).toBe(0);
    await all.click();
    await page.getByText('line 1999 of many').waitFor();
  });

  it('draws of 2,000 turns only those in sight', async () => {
    const { page } = browser;
    const trace = new SketchedTrace(service.url);
    const agent = {
      name: 'agent',
      fromMs: 0,
      toMs: 40_000,
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'loop' },
    };
    const spans = Array.from({ length: 2_000 }, (_, index) => ({
      ...call(
        `m${index}`,
        index * 20,
        [text('user', `question ${index}`)],
        [text('assistant', `answer ${index}\n\n`.repeat(1 + (index % 5)))],
        {
          'gen_ai.usage.input_tokens': 100 + index,
          'gen_ai.usage.output_tokens': 5,
        },
      ),
      parent: 'agent',
    }));
    await trace.send([agent, ...spans.slice(0, 1_000)]);
    await trace.send(spans.slice(1_000));
    await open(trace.traceId);
    await page.waitForFunction(
      () => document.querySelector('.turn')?.getAttribute('aria-setsize') === '2001',
    );
    await page.getByText('question 0', { exact: true }).waitFor();
    expect(await turns().count()).toBeLessThan(60);
    await page.keyboard.press('End');
    await page.getByText('question 1999', { exact: true }).waitFor();
    expect(await turns().count()).toBeLessThan(60);
    await page.keyboard.press('/');
    await page.keyboard.type('question 1234');
    await page.keyboard.press('Enter');
    await page.locator('.turn.is-active mark').first().waitFor();
    expect(await active().getAttribute('aria-posinset')).toBe('1236');
  });
});

describe('the raw trace', () => {
  it('is the JSON that the service has, whole or of the selected span, to be searched and kept', async () => {
    const { page } = browser;
    await open(coding, '/raw');
    await page.getByRole('tree', { name: 'the trace' }).waitFor();
    expect(await page.locator('.raw-head').textContent()).toMatch(/25 spans, \d+(\.\d)? KB/);
    await page.keyboard.press('/');
    await page.keyboard.type('toolu_bash');
    await page
      .locator('.json-find [role="status"]')
      .getByText(/^[1-9]\d* found$/)
      .waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.json-row.is-active', { hasText: 'toolu_bash' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'download .json' }).click(),
    ]);
    const kept = JSON.parse(await readFile(await download.path(), 'utf8')) as {
      summary: { traceId: string };
      spans: unknown[];
    };
    expect([kept.summary.traceId, kept.spans.length]).toEqual([coding, 25]);
    await inBothThemes(() => expectAccessible(page));
  });

  it('shows the selected span', async () => {
    const { page } = browser;
    await openCoding();
    await turns().nth(1).getByRole('button', { name: 'claude-sonnet' }).click();
    await page.locator('.pane').waitFor();
    await page.keyboard.press('4');
    const tree = page.getByRole('tree', { name: 'the span' });
    await tree.waitFor();
    expect(await tree.textContent()).toContain('claude_code.llm_request');
    await page.getByRole('button', { name: 'Trace', exact: true }).click();
    await page.getByRole('tree', { name: 'the trace' }).waitFor();
  });

  it('loads a large trace when it is wanted, page by page', async () => {
    const { page } = browser;
    await open(await sendGeneratedTrace(service.url, 5_500), '/raw');
    await page.getByRole('button', { name: 'Load all of it' }).click();
    await page.locator('.raw-head', { hasText: 'of 5,500 spans' }).waitFor();
    await page.locator('.raw-head', { hasText: '5,500 spans,' }).waitFor();
    expect(await page.locator('.json-row').count()).toBeLessThan(60);
  });
});

it('causes no complaint of the console or the security policy and asks no other host', () => {
  expect(browser.complaints).toEqual([]);
  expect(browser.requestsOutside(new URL(service.url).origin).filter((url) => url !== 'about:blank')).toEqual(
    [],
  );
});
