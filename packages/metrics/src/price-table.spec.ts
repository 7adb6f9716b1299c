import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InvalidOptionError, type LlmUsage } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { describe, expect, it } from '@jest/globals';
import { priceTable, type PriceTableOptions } from './price-table.ts';

const run = promisify(execFile);
const clock = new ManualClock(Date.UTC(2026, 10, 1));

function usage(provider: string, model: string, is: Partial<LlmUsage> = {}): LlmUsage {
  return { provider, model, inputTokens: 1000, outputTokens: 100, ...is };
}

describe('priceTable', () => {
  it.each([
    ['openai', 'gpt-4o', 0.0035],
    ['openai', 'gpt-4o-2024-08-06', 0.0035],
    ['openai', 'openai/gpt-4o', 0.0035],
    ['openai.responses', 'GPT-4o ', 0.0035],
    ['', 'gpt-4o', 0.0035],
    ['azure.ai.openai', 'gpt-4o', 0.0035],
    ['anthropic', 'claude-sonnet-4-5-20250929', 0.0045],
    ['aws.bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 0.00495],
    ['gcp.gemini', 'gemini-2.5-pro', 0.00225],
    ['gcp.gemini', 'models/gemini-2.5-pro', 0.00225],
    ['gcp.vertex_ai', 'projects/p/locations/l/publishers/google/models/gemini-2.5-pro', 0.00225],
    ['gcp.vertex_ai', 'claude-sonnet-4-5@20250929', 0.0045],
    ['mistral_ai', 'mistral-large-latest', 0.0026],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 0.0045],
  ])('prices a call of %s to %s', (provider, model, usd) => {
    expect(priceTable({ clock }).estimateUsd(usage(provider, model))).toBeCloseTo(usd, 9);
  });

  it('prices cached input as such, a part of all input', () => {
    const prices = priceTable({ clock });
    const outputTokens = 0;
    expect(prices.estimateUsd(usage('openai', 'gpt-4o', { outputTokens }))).toBeCloseTo(0.0025, 9);
    expect(
      prices.estimateUsd(usage('openai', 'gpt-4o', { outputTokens, cachedInputTokens: 400 })),
    ).toBeCloseTo(0.002, 9);
    expect(
      prices.estimateUsd(usage('anthropic', 'claude-sonnet-4-5', { outputTokens, cachedInputTokens: 1000 })),
    ).toBeCloseTo(0.0003, 9);
  });

  it('prices input that the provider put into its cache as such, a part of all input', () => {
    const prices = priceTable({
      clock,
      prices: {
        own: { inputUsdPerMillion: 1, outputUsdPerMillion: 1, cacheWriteInputUsdPerMillion: 2 },
        plain: { inputUsdPerMillion: 1, outputUsdPerMillion: 1 },
      },
    });
    const cached = { outputTokens: 0, cachedInputTokens: 400, cacheWriteInputTokens: 500 };
    // 100 at 3 dollars a million, 400 at a tenth of it, 500 at one and a quarter of it.
    expect(prices.estimateUsd(usage('anthropic', 'claude-sonnet-4-5', cached))).toBeCloseTo(0.002295, 9);
    expect(prices.estimateUsd(usage('own', 'own', cached))).toBeCloseTo(0.0015, 9);
    expect(prices.estimateUsd(usage('own', 'plain', cached))).toBeCloseTo(0.001, 9);
  });

  it('prices a call that says one kind of tokens', () => {
    const prices = priceTable({ clock });
    expect(prices.estimateUsd({ provider: 'openai', model: 'gpt-4o', inputTokens: 1000 })).toBeCloseTo(
      0.0025,
      9,
    );
    expect(prices.estimateUsd({ provider: 'openai', model: 'gpt-4o', outputTokens: 100 })).toBeCloseTo(
      0.001,
      9,
    );
  });

  it.each<[string, LlmUsage]>([
    ['an unknown model', usage('openai', 'gtp-4o')],
    ['an unknown provider', usage('ollama', 'gpt-4o')],
    ['a model of Object', usage('__proto__', 'constructor')],
    ['a very long model', usage('openai', `gpt-4o${'x'.repeat(1000)}`)],
    ['no tokens', { provider: 'openai', model: 'gpt-4o' }],
    ['cached tokens only', { provider: 'openai', model: 'gpt-4o', cachedInputTokens: 5 }],
    ['more cached than all input', usage('openai', 'gpt-4o', { cachedInputTokens: 1001 })],
    [
      'more read from and written to the cache than all input',
      usage('openai', 'gpt-4o', { cachedInputTokens: 501, cacheWriteInputTokens: 500 }),
    ],
    ['less than none written to the cache', usage('openai', 'gpt-4o', { cacheWriteInputTokens: -1 })],
    ['less than no tokens', usage('openai', 'gpt-4o', { outputTokens: -1 })],
    ['less than no cached tokens', usage('openai', 'gpt-4o', { cachedInputTokens: -1 })],
    ['NaN tokens', usage('openai', 'gpt-4o', { inputTokens: NaN })],
    ['endless tokens', usage('openai', 'gpt-4o', { outputTokens: Infinity })],
    ['no provider', usage(undefined as unknown as string, 'gpt-4o')],
    ['no model', usage('openai', null as unknown as string)],
    ['nothing', undefined as unknown as LlmUsage],
  ])('knows no price for %s', (_what, call) => {
    const prices = priceTable({
      clock,
      prices: { other: { inputUsdPerMillion: 1, outputUsdPerMillion: 1 } },
    });
    expect(prices.estimateUsd(call)).toBeUndefined();
    expect(prices.estimateUsd(call)).toBeUndefined();
    expect(prices.estimateUsd(usage('openai', 'gpt-4o'))).toBeCloseTo(0.0035, 9);
  });

  it('looks once for a model that it does not know, until it has met a thousand others', () => {
    let looked = 0;
    const counting = Object.assign(new ManualClock(), { now: () => ++looked });
    const prices = priceTable({ clock: counting });
    for (let i = 0; i < 3; i++) expect(prices.estimateUsd(usage('openai', 'mine'))).toBeUndefined();
    expect(looked).toBe(1);
    for (let i = 0; i < 1000; i++) prices.estimateUsd(usage('openai', `other ${i}`));
    prices.estimateUsd(usage('openai', 'mine'));
    expect(looked).toBe(1002);
    expect(prices.estimateUsd(usage('openai', 'gpt-4o'))).toBeGreaterThan(0);
  });

  it('takes the price that is in force by its clock', () => {
    const at = (hour: number): number | undefined =>
      priceTable({ clock: new ManualClock(Date.UTC(2025, 5, 1, hour)) }).estimateUsd(usage('openai', 'o3'));
    const later = priceTable({ clock }).estimateUsd(usage('openai', 'o3'));
    expect(at(12)).toBeCloseTo(0.014, 9);
    expect(later).toBeCloseTo(0.0028, 9);
  });

  it('takes own prices first, by model or by provider and model', () => {
    const prices = priceTable({
      clock,
      prices: {
        'gpt-4o': { inputUsdPerMillion: 1, outputUsdPerMillion: 2, cachedInputUsdPerMillion: 0.5 },
        'azure.ai.openai/gpt-4o': { inputUsdPerMillion: 10, outputUsdPerMillion: 20 },
        'Ollama/llama3': { inputUsdPerMillion: 0, outputUsdPerMillion: 0 },
        'meta-llama/Llama-3': { inputUsdPerMillion: 3, outputUsdPerMillion: 3 },
      },
    });
    const cachedInputTokens = 400;
    expect(prices.estimateUsd(usage('openai', 'gpt-4o', { cachedInputTokens }))).toBeCloseTo(0.001, 9);
    expect(prices.estimateUsd(usage('azure', 'gpt-4o', { cachedInputTokens }))).toBeCloseTo(0.012, 9);
    expect(prices.estimateUsd(usage('ollama', 'llama3'))).toBe(0);
    expect(prices.estimateUsd(usage('vllm', 'meta-llama/Llama-3'))).toBeCloseTo(0.0033, 9);
    expect(prices.estimateUsd(usage('anthropic', 'claude-sonnet-4-5'))).toBeCloseTo(0.0045, 9);
  });

  it('takes the price of the model that was asked where the one that answered has none', () => {
    const requestModel = 'gpt-4o';
    const prices = priceTable({ clock });
    const listed = prices.estimateUsd(usage('openai', 'gpt-4o'));
    expect(listed).toBeGreaterThan(0);
    for (const model of ['our-deployment', ''])
      expect(prices.estimateUsd(usage('openai', model, { requestModel }))).toBe(listed);
    expect(prices.estimateUsd(usage('openai', 'o3', { requestModel }))).toBe(
      prices.estimateUsd(usage('openai', 'o3')),
    );
    expect(prices.estimateUsd(usage('openai', 'our-deployment', { requestModel: 'ours' }))).toBeUndefined();
    const free = { inputUsdPerMillion: 0, outputUsdPerMillion: 0 };
    const own = priceTable({ clock, prices: { 'gpt-4o': free } });
    expect(own.estimateUsd(usage('openai', 'gpt-4o-2024-11-20', { requestModel }))).toBe(0);
  });

  it.each([
    [{ inputUsdPerMillion: -1, outputUsdPerMillion: 1 }, 'a price of "m" is -1; give US dollars per million'],
    [{ inputUsdPerMillion: 1, outputUsdPerMillion: NaN }, 'a price of "m" is NaN'],
    [{ inputUsdPerMillion: 1, outputUsdPerMillion: 1, cachedInputUsdPerMillion: Infinity }, 'is Infinity'],
    [{ inputUsdPerMillion: 1, outputUsdPerMillion: 1, cacheWriteInputUsdPerMillion: -1 }, 'is -1'],
    [{ inputUsdPerMillion: 1 }, 'a price of "m" is undefined'],
    [null, 'a price of "m" is undefined'],
  ])('refuses the own price %j', (price, message) => {
    const options = { prices: { m: price } } as unknown as PriceTableOptions;
    expect(() => priceTable(options)).toThrow(InvalidOptionError);
    expect(() => priceTable(options)).toThrow(message);
  });

  it('says which version its prices are of', async () => {
    const entry = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
    const { name, version } = JSON.parse(
      await readFile(join(dirname(entry), '..', 'package.json'), 'utf8'),
    ) as Record<string, string>;
    expect(priceTable().version).toBe(`${name}@${version}`);
    const own = priceTable({ prices: { m: { inputUsdPerMillion: 1, outputUsdPerMillion: 1 } } });
    expect(own.version).toBe(`${name}@${version}, own prices first`);
  });

  it('takes own prices for names that list prices are found by', () => {
    const free = { inputUsdPerMillion: 0, outputUsdPerMillion: 0 };
    const prices = priceTable({ clock, prices: { 'gemini-2.5-pro': free, 'openai/gpt-4o': free } });
    expect(prices.estimateUsd(usage('gcp.gemini', 'models/gemini-2.5-pro'))).toBe(0);
    expect(prices.estimateUsd(usage('openai', 'openai/gpt-4o'))).toBe(0);
    expect(prices.estimateUsd(usage('openai', 'deployments/gpt-4o'))).toBe(0);
    expect(prices.estimateUsd(usage('azure', 'deployments/gpt-4o'))).toBeCloseTo(0.0035, 9);
  });

  const estimates = `
    import { diag } from '@opentelemetry/api';
    import { priceTable } from './price-table.ts';
    const lines = [];
    diag.setLogger({ warn: (line) => lines.push(line) });
    const prices = priceTable({ prices: { m: { inputUsdPerMillion: 1, outputUsdPerMillion: 1 } } });
    const estimate = (model) => prices.estimateUsd({ provider: 'openai', model, inputTokens: 1000 }) ?? null;
    const seen = [estimate('m'), estimate('gpt-4o')];
    // The catalogue has been loaded, or been found missing.
    while (estimate('gpt-4o') === null && lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    console.log(JSON.stringify([...seen, estimate('gpt-4o'), estimate('gpt-5'), prices.version, priceTable().version, lines]));`;

  /** What a bundle of the estimates prints, where nothing else is installed. */
  async function bundled(external: readonly string[]): Promise<unknown> {
    const folder = await mkdtemp(join(tmpdir(), 'tta-prices-'));
    try {
      const program = join(folder, 'program.mjs');
      const cwd = fileURLToPath(new URL('.', import.meta.url));
      const options = {
        stdin: { contents: estimates, resolveDir: cwd, loader: 'ts' },
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'esm',
        conditions: ['@tta/source'],
        external,
        logLevel: 'error',
      };
      await run(process.execPath, ['-e', `require('esbuild').buildSync(${JSON.stringify(options)})`], {
        cwd,
      });
      const { stdout } = await run(process.execPath, [program], { cwd: folder });
      return JSON.parse(stdout);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('has list prices in a bundle, from its second estimate on', async () => {
    expect(await bundled([])).toEqual([
      0.001,
      null,
      0.0025,
      0.00125,
      expect.stringMatching(/^@pydantic\/genai-prices@.*, own prices first$/),
      expect.stringMatching(/^@pydantic\/genai-prices@[^,]*$/),
      [],
    ]);
  }, 60_000);

  it('does without list prices where there are none', async () => {
    expect(await bundled(['@pydantic/genai-prices'])).toEqual([
      0.001,
      null,
      null,
      null,
      'own prices only',
      expect.stringMatching(/^@pydantic\/genai-prices@[^,]*$/),
      ['@tta/obs: priceTable cannot load @pydantic/genai-prices, so that only own prices are known'],
    ]);
  }, 60_000);
});
