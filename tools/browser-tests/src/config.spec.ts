import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible } from './accessibility.ts';
import { openBrowser } from './chromium.ts';
import type { Browser } from './chromium.ts';
import { sendClaudeCodeTrace } from './claude-code-trace.ts';
import { sendGeneratedTrace } from './generated-trace.ts';
import { sendRecording } from './recordings.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

/** Long enough for what is sent to be seen, short enough to wait for. */
const RETENTION_HOURS = 8 / 3600;

const run = promisify(execFile);
/** From where programs find the packages. */
const folder = dirname(fileURLToPath(import.meta.url));

let service: Service;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  service = await startService();
  browser = await openBrowser();
  page = browser.page;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});

afterAll(async () => {
  await browser?.close();
  await service?.close();
});

const client = (id: string) => page.locator(`.clients details[data-client="${id}"]`);
const statusOf = (id: string) => client(id).locator('.client-status');

async function openConfig(): Promise<void> {
  await page.goto(`${service.url}/#/config`);
  await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
  await statusOf('curl').waitFor();
}

describe('the first run', () => {
  it('says that nothing has come, and can be used by everybody', async () => {
    await page.goto(service.url);
    await page.getByText('No trace has arrived.').waitFor();
    await statusOf('other').waitFor();
    for (const theme of ['light', 'dark']) {
      await page.getByLabel('Theme').selectOption(theme);
      await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
      await expectAccessible(page);
    }
    await page.getByLabel('Theme').selectOption('system');
  });

  it('tells who sends logs alone that traces are missing', async () => {
    const answer = await fetch(new URL('v1/logs', service.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceLogs: [
          {
            scopeLogs: [
              {
                logRecords: [
                  { timeUnixNano: `${Date.now()}000000`, body: { stringValue: 'hello' }, severityNumber: 9 },
                ],
              },
            ],
          },
        ],
      }),
    });
    expect(answer.status).toBe(200);
    await page.reload();
    await page.getByText('1 log record arrived, and no trace').waitFor();
  });

  it('turns into the list when the command that it shows is run', async () => {
    await client('curl').locator('summary').focus();
    await page.keyboard.press('Enter');
    await client('curl').getByRole('button', { name: 'Copy Sends one span' }).focus();
    await page.keyboard.press('Enter');
    await client('curl').getByText('copied').waitFor();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    expect(command).toContain(`${service.url}/v1/traces`);
    await run('sh', ['-c', `${command} --silent --show-error --fail`]);
    await page.locator('.trace-row', { hasText: 'hello' }).waitFor();
    expect(await page.getByText('Waiting for the first trace').count()).toBe(0);
  });
});

describe('the configuration', () => {
  it('tells of each client whether it sends, and how it cannot tell', async () => {
    await sendRecording(service.url, 'openinference-openai');
    await sendRecording(service.url, 'ai-sdk-legacy');
    await sendClaudeCodeTrace(service.url);
    await openConfig();
    expect(await statusOf('curl').textContent()).toMatch(/^receiving, last trace (now|\d+ s ago)$/);
    expect(await statusOf('openinference').textContent()).toContain('last trace');
    expect(await statusOf('ai-sdk').textContent()).toContain('last trace');
    expect(await statusOf('claude-code').textContent()).toContain('last trace');
    expect(await statusOf('codex').textContent()).toBe('nothing yet');
    expect(await statusOf('collector').textContent()).toBe('cannot be told apart');
    await client('collector').locator('summary').click();
    await client('collector').getByText('looks as it was sent').waitFor();
  });

  it('notices the first trace of a client while one looks, sent by the program that it shows', async () => {
    await openConfig();
    expect(await statusOf('tta-obs').textContent()).toBe('nothing yet');
    await client('tta-obs').locator('summary').click();
    await client('tta-obs').getByRole('button', { name: 'Copy Run' }).click();
    await client('tta-obs').getByText('copied').waitFor();
    const program = await page.evaluate(() => navigator.clipboard.readText());
    await client('tta-obs').locator('summary').click();
    await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder });
    await statusOf('tta-obs').filter({ hasText: 'receiving, last trace' }).waitFor();
    await client('tta-obs').locator('summary').click();
    await client('tta-obs').getByRole('link', { name: 'Open the last trace' }).click();
    await page.waitForFunction(() => /^#\/traces\/[0-9a-f]{32}/.test(location.hash));
  });

  it('copies also where the page came by plain HTTP from another machine', async () => {
    await openConfig();
    await client('tta-obs').locator('summary').click();
    await page.evaluate(() => {
      Object.defineProperty(globalThis, 'isSecureContext', { value: false, configurable: true });
      Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    });
    await client('tta-obs').getByRole('button', { name: 'Copy Install' }).click();
    await client('tta-obs').getByText('copied').waitFor();
    const text = await page.evaluate(() => {
      Reflect.deleteProperty(globalThis, 'isSecureContext');
      Reflect.deleteProperty(navigator, 'clipboard');
      return navigator.clipboard.readText();
    });
    expect(text).toBe('npm install @tta/obs @tta/obs-primitives');
  });

  it('leads to the traces of a client', async () => {
    await openConfig();
    await client('curl').locator('summary').click();
    await client('curl').getByRole('link', { name: 'See its traces' }).click();
    await page.locator('.trace-row', { hasText: 'hello' }).waitFor();
    expect(await page.locator('.trace-row').count()).toBe(1);
  });

  it('shows one client at a time', async () => {
    await openConfig();
    await client('codex').locator('summary').click();
    await client('gemini-cli').locator('summary').click();
    expect(await page.locator('.clients details[open]').count()).toBe(1);
  });

  it('tells what is kept, and that nothing is over the limits', async () => {
    await openConfig();
    const row = page.locator('.settings tr', { hasText: 'maxTraces' });
    expect(await row.locator('td').allTextContents()).toEqual([
      expect.stringMatching(/^\d$/),
      '1,000',
      'maxTraces',
    ]);
    await page.getByText('Nothing is over the limits.').waitFor();
    expect(await page.getByRole('button', { name: 'Remove now…' }).count()).toBe(0);
  });

  it('opens files in the editor of choice, and in no address that runs a script', async () => {
    await openConfig();
    await page.getByLabel('Editor', { exact: true }).selectOption('vscode');
    await page.getByText('vscode://file/home/ann/app/src/main.ts:12:3').waitFor();
    await page.getByLabel('Editor', { exact: true }).selectOption('custom');
    const address = page.getByLabel('Address of a file in the editor');
    await address.fill('javascript://{path}');
    await page.getByText('javascript: opens no editor.').waitFor();
    expect(await address.getAttribute('aria-invalid')).toBe('true');
    await expectAccessible(page);
    await address.fill('myeditor://{path}#{line}');
    await page.getByText('myeditor:///home/ann/app/src/main.ts#12').waitFor();
    await page.reload();
    await page.getByText('myeditor:///home/ann/app/src/main.ts#12').waitFor();
    await page.getByLabel('Editor', { exact: true }).selectOption('none');
  });

  it('turns letters off as keys, and leaves the others, also after a reload', async () => {
    await openConfig();
    await page.getByLabel('Letters, digits and signs').uncheck();
    await page.reload();
    await page.getByRole('heading', { name: 'Config', level: 1 }).waitFor();
    await page.keyboard.press('?');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Commands and traces' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
    await page.keyboard.type('all keys');
    await page.keyboard.press('Enter');
    await page.getByText('Letters, digits and signs are turned off').waitFor();
    await page.getByRole('link', { name: 'turn them on' }).click();
    await page.getByLabel('Letters, digits and signs').check();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('chooses the theme by arrow keys', async () => {
    await openConfig();
    await page.getByRole('radio', { name: 'As the system' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
    await page.getByRole('radio', { name: 'As the system' }).check();
  });

  it('asks no other host and causes no complaint', () => {
    expect(browser.requestsOutside(service.url)).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });
});

describe('retention', () => {
  let small: Service;

  beforeAll(async () => {
    small = await startService({ retentionHours: RETENTION_HOURS });
  });

  afterAll(async () => {
    await small?.close();
  });

  it('shows what goes next, and removes it after a question', async () => {
    const traceId = await sendGeneratedTrace(small.url, 5);
    await page.goto(`${small.url}/#/traces`);
    await page.locator('.trace-row').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    const remove = page.getByRole('button', { name: 'Remove now…' });
    await remove.waitFor();
    await page.getByText('1 trace with 5 spans, about').waitFor();
    await page.getByText('Which ones').click();
    expect(await page.locator('.removals a').getAttribute('href')).toBe(`#/traces/${traceId}`);
    await expectAccessible(page);

    await remove.focus();
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: 'Remove now' });
    await question.waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect((await fetch(new URL(`api/traces/${traceId}`, small.url))).status).toBe(200);

    await remove.click();
    await question.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Removed 1 trace with 5 spans').waitFor();
    await page.getByText('Nothing is over the limits.').waitFor();
    expect((await fetch(new URL(`api/traces/${traceId}`, small.url))).status).toBe(404);
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('heading', { name: 'Waiting for the first trace' }).waitFor();
  });
});
