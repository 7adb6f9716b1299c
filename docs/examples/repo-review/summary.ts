import {
  fallback,
  type InstrumentedPrimitive,
  lambda,
  retry,
  sequential,
  timeout,
} from '@tta/obs-primitives';
import { summariseHere } from './local-summary.ts';
import { askModel, type ModelOptions, requestBody } from './model.ts';
import { writePrompt } from './prompt.ts';
import type { Analyses, Summary } from './review.ts';

/**
 * A summary by a model. Each attempt has its own time limit; a refusal, a fault or a hang is tried again; when all
 * attempts fail, the summary is made here.
 *
 * @param announce - Told what will be sent, and where, before anything is.
 */
export function summariseByModel(
  model: ModelOptions,
  announce: (line: string) => void,
): InstrumentedPrimitive<Analyses, Summary> {
  const { attemptLimitMs = 30_000, maxRetries = 2, retryBaseMs = 1_000 } = model;

  const prepare = lambda('prepare request', (analyses: Analyses) => {
    const body = requestBody(model, writePrompt(analyses));
    announce(announcement(model, body));
    return { analyses, body };
  });
  type Request = Awaited<ReturnType<typeof prepare.execute>>;

  const ask = lambda('ask model', ({ body }: Request, scope) => askModel(model, body, scope));
  const summariseInstead = lambda('summarise here', ({ analyses }: Request) => ({
    ...summariseHere(analyses),
    note: `${model.name} at ${model.baseUrl.host} gave no answer; this summary was made here instead.`,
  }));

  return sequential(
    prepare,
    fallback(
      retry(timeout(ask, { ms: attemptLimitMs }), { maxRetries, baseMs: retryBaseMs, maxDelayMs: 30_000 }),
      summariseInstead,
    ),
  );
}

function announcement(model: ModelOptions, body: string): string {
  const bytes = Buffer.byteLength(body).toLocaleString('en-US');
  const isOpen = model.baseUrl.protocol === 'http:' ? ', not encrypted' : '';
  return `sends ${bytes} bytes to ${model.baseUrl.host}${isOpen}: figures, file names and subjects; no code, secrets removed`;
}
