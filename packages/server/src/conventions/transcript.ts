import type { AiMessage, AiOperation, AiPart, AiTranscript, AttributeJson } from '@tta/obs-protocol';
import { boundedJson, parsedJson } from './bounded-json.ts';
import type { Content, ContentField, Convention } from './convention.ts';
import { conventions } from './conventions.ts';
import { indexedAttributes } from './indexed-attributes.ts';
import { eventContent, eventOfLog, type MessageLog } from './message-events.ts';
import { MessageReader } from './messages.ts';
import { firstValue, type SourceSpan } from './source-span.ts';
import { readToolDefinitions } from './tool-definitions.ts';

/** What is said in these is a conversation; what goes into and comes out of others is a value. */
const CONVERSATIONS: ReadonlySet<AiOperation> = new Set(['inference', 'embeddings', 'rerank', 'agent']);

/**
 * What was said in a span, whichever convention it is told in. `null` where the span is nothing of an AI program.
 *
 * @param logs - Log records that belong to the span: older instrumentations have messages there.
 */
export function transcriptOf(span: SourceSpan, logs: readonly MessageLog[] = []): AiTranscript | null {
  const convention = conventions.find((one) => one.recognizes(span));
  const operation = convention?.operation(span)?.[0];
  if (convention === undefined || operation === undefined) return null;
  const content = contentOf(span, convention, logs);
  const reader = new MessageReader();
  const isConversation = CONVERSATIONS.has(operation);
  const read = (value: AttributeJson | undefined, role: string): readonly AiMessage[] =>
    reader.read(value, role, isConversation);
  const [instructed, input] = withoutInstructions(
    read(content.input ?? (isConversation ? content.anyInput : undefined), 'user'),
  );
  const output = read(content.output ?? (isConversation ? content.anyOutput : undefined), 'assistant');
  const isTool = operation === 'tool';
  const given = isTool ? content.toolArguments : input.length > 0 ? undefined : content.anyInput;
  const returned = isTool ? content.toolResult : output.length > 0 ? undefined : content.anyOutput;
  const system = reader.parts(content.system);
  return {
    systemInstructions: system.length > 0 ? system : instructed,
    input: isTool ? [] : input,
    output: isTool ? [] : output.filter(({ parts }) => parts.length > 0),
    toolDefinitions: readToolDefinitions(content.toolDefinitions),
    arguments: isConversation ? null : (given ?? null),
    result: isConversation ? null : (returned ?? null),
    isCut: reader.isCut,
  };
}

const FIELDS: readonly ContentField[] = [
  'system',
  'input',
  'output',
  'toolDefinitions',
  'toolArguments',
  'toolResult',
  'anyInput',
  'anyOutput',
];

function contentOf(span: SourceSpan, convention: Convention, logs: readonly MessageLog[]): Content {
  const content: Record<string, AttributeJson> = {};
  const said = {
    ...eventContent({ events: logs.map(eventOfLog) }),
    ...eventContent(span),
    ...convention.readContent?.(span),
  };
  for (const field of FIELDS) {
    const value =
      said[field] ?? indexed(span, convention, field) ?? firstValue(span, convention.names[field] ?? []);
    if (value !== undefined) content[field] = boundedJson(parsedJson(value));
  }
  return content;
}

function indexed(
  span: SourceSpan,
  { indexed: prefixes }: Convention,
  field: ContentField,
): AttributeJson | undefined {
  if (prefixes === undefined || !Object.hasOwn(prefixes, field)) return undefined;
  for (const prefix of prefixes[field as keyof typeof prefixes] ?? []) {
    const list = indexedAttributes(span.attributes, prefix);
    if (list !== null) return list;
  }
  return undefined;
}

/** Takes apart what instructs and what is said; what instructs later stays where it is. */
function withoutInstructions(
  messages: readonly AiMessage[],
): readonly [readonly AiPart[], readonly AiMessage[]] {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const count = first === -1 ? messages.length : first;
  return [messages.slice(0, count).flatMap(({ parts }) => parts), messages.slice(count)];
}
