import type { AttributesJson } from '@tta/obs-protocol';
import { isAiName, isAiOrigin } from '../conventions/may-be-ai.ts';
import type { SourceSpan } from '../conventions/source-span.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import type { NewSpan } from './span-rows.ts';

/** Which spans are to be read for what they say of an AI program; scopes and services are looked at once in a batch. */
export class AiCandidates {
  #batch: SpanBatch | undefined;
  readonly #origins = new Map<number, boolean>();

  has(span: NewSpan): boolean {
    const { batch, index } = span;
    return batch.isAi[index] === 1 || this.#isAiOrigin(span) || isNamedAi(span);
  }

  #isAiOrigin({ batch, index }: NewSpan): boolean {
    if (batch !== this.#batch) {
      this.#batch = batch;
      this.#origins.clear();
    }
    const scope = batch.scope[index]!;
    const resource = batch.resource[index]!;
    const key = scope * batch.resources.length + resource;
    let isAi = this.#origins.get(key);
    if (isAi === undefined) {
      isAi = isAiOrigin(batch.scopes[scope]!.name, batch.resources[resource]!.serviceName);
      this.#origins.set(key, isAi);
    }
    return isAi;
  }
}

function isNamedAi({ batch, index }: NewSpan): boolean {
  return isAiName(batch.strings[batch.name[index]!]!, batch.strings[batch.primitiveType[index]!] ?? null);
}

/** The span as conventions read it. */
export function sourceSpan({ batch, index }: NewSpan): SourceSpan {
  const { buffer, byteOffset, length } = batch.documents;
  const documents = Buffer.from(buffer, byteOffset, length);
  const begin = index === 0 ? 0 : batch.documentEnds[index * 3 - 1]!;
  const [attributesEnd, eventsEnd] = [batch.documentEnds[index * 3]!, batch.documentEnds[index * 3 + 1]!];
  const json = (from: number, to: number): unknown => JSON.parse(documents.toString('utf8', from, to));
  return {
    name: batch.strings[batch.name[index]!]!,
    startTimeUnixNano: String(batch.startNs[index]!),
    attributes: json(begin, attributesEnd) as AttributesJson,
    events: eventsEnd === attributesEnd ? [] : (json(attributesEnd, eventsEnd) as SourceSpan['events']),
    scope: { name: batch.scopes[batch.scope[index]!]!.name },
    resource: { 'service.name': batch.resources[batch.resource[index]!]!.serviceName },
  };
}
