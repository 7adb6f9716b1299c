import { createRequire } from 'node:module';
import { diag } from '@opentelemetry/api';
import type * as Catalog from '@pydantic/genai-prices';
import { type Clock, InvalidOptionError, type LlmUsage, type Pricing, systemClock } from '@tta/obs-context';
import { priceProvider } from './price-provider.ts';

/** What a model costs, in US dollars per million tokens. */
export interface ModelPrice {
  readonly inputUsdPerMillion: number;
  readonly outputUsdPerMillion: number;
  /** For input that the provider had in its cache. @defaultValue `inputUsdPerMillion` */
  readonly cachedInputUsdPerMillion?: number;
  /** For input that the provider put into its cache. @defaultValue `inputUsdPerMillion` */
  readonly cacheWriteInputUsdPerMillion?: number;
}

/** How {@link priceTable} comes to its prices. */
export interface PriceTableOptions {
  /** Your own prices, by `model` or `provider/model`. They win over the table's. @defaultValue none */
  readonly prices?: Readonly<Record<string, ModelPrice>>;
  /** Says which price is in force where one changes with the date or the time of day. @defaultValue the machine's */
  readonly clock?: Clock;
}

/** Prices of language models. */
export interface PriceTable extends Pricing {
  /**
   * Where the prices come from, to be kept with a cost: name and version of the table, and whether own ones go first.
   * Once the table turned out to be missing: `own prices only`, or `no prices`.
   */
  readonly version: string;
}

type CalcPrice = typeof Catalog.calcPrice;

const catalogVersion = '@pydantic/genai-prices@0.1.8';

/** Models that are remembered as unknown; asking the catalogue costs up to 75 µs. */
const mostUnknown = 1000;

/** Of a model's name; a longer one is none. */
const longestModel = 512;

/**
 * Estimates what model calls cost, from the list prices of `@pydantic/genai-prices`, which is loaded by the first
 * estimate (30 ms) and asks no network. In a bundled program that estimate only begins to load it, and list prices
 * are known a moment later. Provider names are those of `gen_ai.provider.name`, and what AI SDKs and
 * people call the same: `aws.bedrock`, `amazon-bedrock`, `bedrock`. Model names may carry what a provider puts
 * before them: `models/gemini-2.5-pro`. The price is that of the model that answered; where it has none, such as a
 * deployment with a name of its own, that of the `requestModel`. Own prices of either go before list prices.
 *
 * Says `undefined` for a model or provider that is not known, for a call without tokens, and for tokens that cannot
 * be: fewer in total than those read from and written to the cache. Never throws.
 *
 * @throws InvalidOptionError A price of `options` is none. Thrown here, not by an estimate.
 */
export function priceTable(options: PriceTableOptions = {}): PriceTable {
  const own = ownPrices(options.prices ?? {});
  const clock = options.clock ?? systemClock;
  const unknown = new Set<string>();
  let calcPrice: CalcPrice | undefined;
  let catalog: 'new' | 'imported' | 'missing' = 'new';

  function loadedCatalog(): CalcPrice | undefined {
    if (calcPrice || catalog !== 'new') return calcPrice;
    try {
      calcPrice = (createRequire(import.meta.url)('@pydantic/genai-prices') as typeof Catalog).calcPrice;
    } catch {
      catalog = 'imported';
      // A bundler puts into the bundle what is imported by a literal name, and knows nothing of createRequire.
      import('@pydantic/genai-prices').then(
        (loaded) => (calcPrice = loaded.calcPrice),
        (error: unknown) => {
          catalog = 'missing';
          diag.warn(
            '@tta/obs: priceTable cannot load @pydantic/genai-prices, so that only own prices are known',
            error,
          );
        },
      );
    }
    return calcPrice;
  }

  function listPriceUsd(provider: string, model: string, usage: LlmUsage): number | undefined {
    const key = `${provider}\n${model}`;
    if (model === '' || model.length > longestModel || unknown.has(key)) return undefined;
    const priceOf = loadedCatalog();
    if (!priceOf) return undefined;
    const tokens = {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cache_read_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteInputTokens,
    };
    const found = { timestamp: new Date(clock.now()), ...(provider === '' ? {} : { providerId: provider }) };
    const price = priceOf(tokens, model, found) ?? priceOf(tokens, shortName(model), found);
    if (price) return price.total_price;
    if (unknown.size >= mostUnknown) unknown.clear();
    unknown.add(key);
    return undefined;
  }

  return {
    get version() {
      if (catalog === 'missing') return own.size === 0 ? 'no prices' : 'own prices only';
      return own.size === 0 ? catalogVersion : `${catalogVersion}, own prices first`;
    },
    estimateUsd(usage) {
      try {
        if (!isPossible(usage)) return undefined;
        const provider = priceProvider(usage.provider);
        const models = [usage.model, usage.requestModel ?? ''].map((model) => model.trim());
        for (const model of models) {
          const price = ownPrice(own, provider, model);
          if (price) return ownPriceUsd(price, usage);
        }
        for (const model of models) {
          const usd = listPriceUsd(provider, model, usage);
          if (usd !== undefined) return usd;
        }
        return undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** What follows the last `/`: `gemini-2.5-pro` of `models/gemini-2.5-pro`. */
function shortName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1);
}

function ownPrice(
  own: ReadonlyMap<string, ModelPrice>,
  provider: string,
  model: string,
): ModelPrice | undefined {
  if (own.size === 0) return undefined;
  const short = shortName(model);
  for (const name of [`${provider}/${model}`, model, `${provider}/${short}`, short]) {
    const price = own.get(name.toLowerCase());
    if (price) return price;
  }
  return undefined;
}

function isPossible({
  inputTokens,
  outputTokens,
  cachedInputTokens = 0,
  cacheWriteInputTokens = 0,
}: LlmUsage): boolean {
  const input = inputTokens ?? 0;
  const output = outputTokens ?? 0;
  return (
    (inputTokens !== undefined || outputTokens !== undefined) &&
    cachedInputTokens >= 0 &&
    cacheWriteInputTokens >= 0 &&
    cachedInputTokens + cacheWriteInputTokens <= input &&
    output >= 0 &&
    Number.isFinite(input + output)
  );
}

function ownPriceUsd(price: ModelPrice, usage: LlmUsage): number {
  const { inputTokens = 0, outputTokens = 0, cachedInputTokens = 0, cacheWriteInputTokens = 0 } = usage;
  const {
    inputUsdPerMillion,
    outputUsdPerMillion,
    cachedInputUsdPerMillion = inputUsdPerMillion,
    cacheWriteInputUsdPerMillion = inputUsdPerMillion,
  } = price;
  return (
    ((inputTokens - cachedInputTokens - cacheWriteInputTokens) * inputUsdPerMillion +
      cachedInputTokens * cachedInputUsdPerMillion +
      cacheWriteInputTokens * cacheWriteInputUsdPerMillion +
      outputTokens * outputUsdPerMillion) /
    1e6
  );
}

/** By name in lower case; where the name begins with a provider, also by the name that the catalogue has for it. */
function ownPrices(prices: Readonly<Record<string, ModelPrice>>): ReadonlyMap<string, ModelPrice> {
  const own = new Map<string, ModelPrice>();
  for (const [name, price] of Object.entries(prices)) {
    // From a file of the user's, a price may be anything.
    const given: Partial<ModelPrice> = price ?? {};
    const {
      inputUsdPerMillion,
      outputUsdPerMillion,
      cachedInputUsdPerMillion = 0,
      cacheWriteInputUsdPerMillion = 0,
    } = given;
    for (const usd of [
      inputUsdPerMillion,
      outputUsdPerMillion,
      cachedInputUsdPerMillion,
      cacheWriteInputUsdPerMillion,
    ]) {
      if (usd !== undefined && usd >= 0 && usd < Infinity) continue;
      throw new InvalidOptionError(
        `priceTable: a price of ${JSON.stringify(name)} is ${String(usd)}; give US dollars per million tokens, 0 or more`,
      );
    }
    own.set(name.toLowerCase(), price);
    const slash = name.indexOf('/');
    if (slash > 0) own.set(`${priceProvider(name.slice(0, slash))}${name.slice(slash)}`.toLowerCase(), price);
  }
  return own;
}
