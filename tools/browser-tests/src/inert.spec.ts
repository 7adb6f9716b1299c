import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { sendTrace } from './otlp.ts';
import type { Attributes } from './otlp.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';
import { xssCorpus } from './xss-corpus.ts';

let service: Service;
let browser: Browser;
let traceId: string;
let spanIds: readonly string[];

beforeAll(async () => {
  service = await startService();
  browser = await openBrowser();
  traceId = randomBytes(16).toString('hex');
  spanIds = xssCorpus.map(() => randomBytes(8).toString('hex'));
  for (const index of xssCorpus.keys()) await sendHostile(index);
  await browser.page.addInitScript(() => localStorage.setItem('obs.editor', 'vscode'));
});

afterAll(async () => {
  await browser?.close();
  await service?.close();
});

/** One hostile text in every field of a span and of what was logged in it: a step, a call of a model or of a tool. */
async function sendHostile(index: number): Promise<void> {
  const text = xssCorpus[index] as string;
  const say = (role: string) => JSON.stringify([{ role, parts: [{ type: 'text', content: text }] }]);
  const asked: Attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': text,
    'gen_ai.request.model': text,
    'gen_ai.response.model': text,
    'gen_ai.response.finish_reasons': [text],
    'gen_ai.usage.input_tokens': 3,
    'gen_ai.usage.output_tokens': 4,
    'gen_ai.input.messages': say(text),
    'gen_ai.output.messages': say('assistant'),
    'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: text }]),
  };
  const called: Attributes = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': text,
    'gen_ai.tool.description': text,
    'gen_ai.tool.call.id': text,
    'gen_ai.tool.call.arguments': JSON.stringify({ [text]: text, nested: { list: [text] } }),
    'gen_ai.tool.call.result': text,
  };
  const step: Attributes = {
    'primitive.type': index % 2 === 0 ? 'retry' : text,
    'primitive.name': text,
    'step.name': text,
    'step.edge': `branch_${text}`,
    'decision.choice': text,
    'decision.reason': text,
    'approval.by': text,
    'circuit_breaker.state': text,
    'retry.stopped': text,
  };
  const kinds = [asked, called, step];
  await sendTrace(service.url, {
    traceId,
    resource: {
      'service.name': text,
      'service.version': text,
      'process.working_directory': '/',
      [text]: text,
    },
    scope: { name: text, version: text, attributes: { [text]: text } },
    spans: [
      {
        spanId: spanIds[index] as string,
        ...(index > 0 && { parentSpanId: spanIds[index % 5 === 0 ? 0 : index - 1] as string }),
        name: text,
        startMs: index,
        durationMs: 200,
        error: text,
        traceState: 'a=b',
        attributes: {
          ...kinds[index % 3],
          'gen_ai.agent.name': text,
          'gen_ai.conversation.id': text,
          'user.id': text,
          'workflow.name': text,
          'error.type': text,
          'error.message': text,
          'error.category': text,
          'error.code': text,
          'error.causes': [text, `${text}: ${text}`],
          [text]: text,
          json: JSON.stringify({ [text]: { [text]: [text, text, text, text, text, text] } }),
          list: [text, text],
          nested: { [text]: { [text]: text } },
        },
        events: [
          { name: text, attributes: { [text]: text } },
          {
            name: 'exception',
            attributes: {
              'exception.type': text,
              'exception.message': text,
              'exception.stacktrace': [
                `${text}: ${text}`,
                `    at ${text} (/srv/${text}.js:1:2)`,
                `    at run (${text}:1:2)`,
                `    at run (javascript:window.__ran=1//:1:2)`,
                `  File "${text.replaceAll('"', '')}", line 3, in ${text}`,
              ].join('\n'),
            },
          },
        ],
        links: [{ traceId, spanId: spanIds[0] as string, attributes: { 'link.type': text, [text]: text } }],
      },
    ],
    logs: [
      {
        spanId: spanIds[index] as string,
        body: text,
        severityText: text,
        eventName: text,
        attributes: { [text]: text },
      },
      { body: { [text]: [text] }, attributes: { [text]: { [text]: text } } },
    ],
  });
}

/** Fails when any text of the corpus has become more than text. */
async function expectInert(): Promise<void> {
  const { page } = browser;
  const found = await page.evaluate(() => ({
    hasRun: '__ran' in window,
    // The page itself has none of these.
    elements: [
      ...document.querySelectorAll(
        'img, iframe, object, embed, base, math, video, source, form, style, script:not([src]), meta[http-equiv], u, svg script',
      ),
    ].map((element) => element.outerHTML),
    handlers: [...document.querySelectorAll('*')].flatMap((element) =>
      [...element.attributes]
        .filter(({ name }) => name.startsWith('on'))
        .map(({ name, value }) => `${name}=${value}`),
    ),
    links: [...document.querySelectorAll('[href], [src], [action], [formaction]')]
      .map((element) =>
        ['href', 'src', 'action', 'formaction'].map((name) => element.getAttribute(name)).join(''),
      )
      .filter((address) => !/^(?:#|\.?\/|vscode:\/\/file\/|http:\/\/127\.0\.0\.1[:/])/.test(address)),
  }));
  expect(found).toEqual({ hasRun: false, elements: [], handlers: [], links: [] });
  expect(new URL(page.url()).origin).toBe(new URL(service.url).origin);
  expect(browser.requestsOutside(new URL(service.url).origin)).toEqual([]);
  expect(browser.complaints).toEqual([]);
}

/** Opens all that can be opened, a few times over: what is inside may open as well. */
async function openAll(within: string): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await browser.page.evaluate((selector) => {
      const root = document.querySelector(selector);
      for (const details of root?.querySelectorAll('details:not([open]) > summary') ?? [])
        (details as HTMLElement).click();
      for (const button of root?.querySelectorAll('button[aria-expanded="false"]') ?? [])
        (button as HTMLElement).click();
    }, within);
    await browser.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  }
}

describe('what comes from outside', () => {
  it('is text in the list of traces and in all that sums them up', async () => {
    const { page } = browser;
    await page.goto(`${service.url}/#/traces`);
    await page
      .getByText(xssCorpus[0] as string)
      .first()
      .waitFor();
    await expectInert();
    for (const [place, heading] of [
      ['overview', 'Overview'],
      ['services', 'Services'],
      ['sessions', 'Sessions'],
      ['config', 'Config'],
    ] as const) {
      await page.goto(`${service.url}/#/${place}`);
      await page
        .getByRole('link', { name: heading, exact: true })
        .and(page.locator('[aria-current]'))
        .waitFor();
      if (place === 'services' || place === 'sessions')
        await page.locator('main').getByText('onerror=window.__ran=1').first().waitFor({ state: 'attached' });
      await openAll('main');
      await expectInert();
    }
    await page.keyboard.press('Control+k');
    await page.locator('dialog:modal').waitFor();
    await page.keyboard.type('<img');
    await expectInert();
    await page.keyboard.press('Escape');
  });

  it('is text in every way to look at a trace', async () => {
    const { page } = browser;
    for (const part of ['waterfall', 'transcript', 'logs', 'raw']) {
      await page.goto(`${service.url}/#/traces/${traceId}/${part}?find=${encodeURIComponent('<img')}`);
      if (part === 'raw') await page.getByRole('button', { name: 'open all' }).click();
      await page
        .locator('.trace-part')
        .getByText('onerror=window.__ran=1')
        .first()
        .waitFor({ state: 'attached' });
      await openAll('.trace-part');
      await expectInert();
    }
  });

  it('is text in the details of a span, whatever is opened in them', async () => {
    const { page } = browser;
    for (const [index, text] of xssCorpus.entries()) {
      const pane = page.locator('.pane');
      await page.goto(`${service.url}/#/traces/${traceId}/waterfall`);
      await pane.waitFor({ state: 'detached' });
      await page.goto(`${service.url}/#/traces/${traceId}/waterfall?span=${spanIds[index]}`);
      await pane.getByText('Attributes', { exact: true }).waitFor();
      await openAll('.pane');
      await pane.getByText('copy key').first().waitFor();
      expect(await pane.textContent()).toContain(text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd'));
      await expectInert();
    }
  }, 180_000);
});
