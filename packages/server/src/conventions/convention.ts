import type { AiConvention, AiOperation, AttributeJson } from '@tta/obs-protocol';
import type { SourceSpan } from './source-span.ts';

/** Facts of a span that are one attribute each. */
export type FactField =
  | 'provider'
  | 'requestModel'
  | 'responseModel'
  | 'responseId'
  | 'inputTokens'
  | 'outputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'reasoningTokens'
  | 'costUsd'
  /** The part of it that the sender has estimated, and by which table. */
  | 'estimatedUsd'
  | 'priceTable'
  | 'finishReasons'
  /** In seconds. */
  | 'timeToFirstChunkS'
  | 'timeToFirstChunkMs'
  /** When it came, as an ISO date. */
  | 'firstChunkAt'
  | 'toolName'
  | 'toolCallId'
  | 'toolDescription'
  | 'sessionId'
  | 'userId'
  | 'agentName'
  | 'workflowName'
  | 'tags';

/** What was said in a span: values that are messages in any of the usual shapes, or JSON of them. */
export type ContentField =
  | 'system'
  | 'input'
  | 'output'
  | 'toolDefinitions'
  | 'toolArguments'
  | 'toolResult'
  /** What went into and came out of spans that are no calls of a model. */
  | 'anyInput'
  | 'anyOutput';

/** Names of attributes, the preferred one first. `name#member` is a member of the JSON object that `name` holds. */
export type NameTable = Partial<Readonly<Record<FactField | ContentField, readonly string[]>>>;

/** Content that a table of names cannot say how to find; it goes before what the table says. */
export type Content = Partial<Readonly<Record<ContentField, AttributeJson>>>;

export interface ReadTokens {
  readonly inputTokens?: number | null;
  readonly outputTokens?: number | null;
}

/**
 * One way to tell of AI programs in spans. What it has no name for, or a span has no such attribute of, is looked for by
 * the names of OpenTelemetry's GenAI conventions, which most others mix in.
 */
export interface Convention {
  readonly name: AiConvention;
  recognizes(span: SourceSpan): boolean;
  /** What the span did, and the source's word for it. `null`: nothing of an AI program. */
  operation(span: SourceSpan): readonly [AiOperation, string | null] | null;
  readonly names: NameTable;
  /** Lists of messages that are flattened into names with indices, by what they begin with. */
  readonly indexed?: Partial<Readonly<Record<'input' | 'output' | 'toolDefinitions', readonly string[]>>>;
  /** Whether input is always told without what a cache had to do with. Elsewhere that is seen by the numbers. */
  excludesCache?(span: SourceSpan): boolean;
  /** Whether the span of a tool or an agent is called what that is, where no attribute says it. */
  readonly isNamedBySpan?: boolean;
  /** Token counts that are sums of several attributes. */
  readTokens?(span: SourceSpan): ReadTokens;
  /** A model that answered, where the table would mistake another one for it. */
  readResponseModel?(span: SourceSpan): string | null;
  readContent?(span: SourceSpan): Content;
}

/** Reads an operation out of a table by the first of these attributes that is there. */
export function operationBy(
  names: readonly string[],
  operations: Readonly<Record<string, AiOperation>>,
): (span: SourceSpan) => readonly [AiOperation, string | null] | null {
  return ({ attributes }) => {
    for (const name of names) {
      const told = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      if (typeof told !== 'string' || told === '') continue;
      return [Object.hasOwn(operations, told) ? (operations[told] ?? 'other') : 'other', told.slice(0, 256)];
    }
    return null;
  };
}

/** Whether any of these attributes is there. */
export function hasAny({ attributes }: SourceSpan, names: readonly string[]): boolean {
  return names.some((name) => Object.hasOwn(attributes, name));
}
