import type { AttributesJson } from '@tta/obs-protocol';
import { setAttribute, type MutableAttributes } from './attribute-value.ts';
import { ByteWriter } from './byte-writer.ts';
import { checkUnusable } from './decode-error.ts';
import type { BatchResource, BatchScope, DroppedCounts, SpanBatch, SpanFields } from './span-batch.ts';
import { runName, spanLabel, spanMessage, spanStatus, UNKNOWN_SERVICE } from './span-facts.ts';

/** Something of which every part has attributes: they are put together once, however many they are. */
type InParts<Owner> = {
  -readonly [Field in keyof Owner]: Field extends 'attributes' ? string[] : Owner[Field];
};

/** What a span may add to the full text; the rest of it is stored all the same. */
export const SEARCH_BYTES = 64 * 1024;
/** Stands in the text of a span in which not all of its words are: it may have any word. */
export const INCOMPLETE_TEXT = 'ttaobsincompletetext';
/** With so few bytes left, something may have been left out. */
const LAST_BYTES = 4;
const NONE = -1;
const NO_ATTRIBUTES = '{}';
const NEWLINE = 0x0a;

/**
 * Builds a batch. For each span a decoder writes attributes, then events, then links to `document` and calls
 * `endPart` after each of the three; then it calls `add`, or `discard` for a span that cannot be stored.
 */
export class SpanBatchBuilder {
  readonly document = new ByteWriter();
  readonly #search = new ByteWriter();
  readonly #resources: InParts<BatchResource>[] = [];
  readonly #scopes: InParts<BatchScope>[] = [];
  readonly #strings: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #resource: number[] = [];
  readonly #scope: number[] = [];
  readonly #traceId: number[] = [];
  readonly #spanId: number[] = [];
  readonly #parentSpanId: number[] = [];
  readonly #name: number[] = [];
  readonly #kind: number[] = [];
  readonly #startNs: bigint[] = [];
  readonly #endNs: bigint[] = [];
  readonly #status: number[] = [];
  readonly #statusCode: number[] = [];
  readonly #statusMessage: number[] = [];
  readonly #primitiveType: number[] = [];
  readonly #label: number[] = [];
  readonly #runName: number[] = [];
  readonly #sessionId: number[] = [];
  readonly #userId: number[] = [];
  readonly #isAi: number[] = [];
  readonly #flags: number[] = [];
  readonly #traceState: number[] = [];
  readonly #dropped: number[] = [];
  readonly #documentEnds: number[] = [];
  readonly #searchEnds: number[] = [];
  #documentBegin = 0;
  #searchBegin = 0;
  #partCount = 0;
  #isMarkedAi = false;
  #hasOtherTexts = false;
  #rejectedCount = 0;
  #rejectionReason = '';

  /** The spans that follow belong to it. Its content may be given later, also in parts; without spans it is left out. */
  addResource(): number {
    dropUnused(this.#resources, this.#resource);
    return this.#resources.push({ attributes: [], serviceName: UNKNOWN_SERVICE }) - 1;
  }

  /** @param attributes - JSON. */
  mergeResource(index: number, attributes: string, serviceName: string | undefined): void {
    const resource = this.#resources[index]!;
    if (attributes !== NO_ATTRIBUTES) resource.attributes.push(attributes);
    resource.serviceName = serviceName ?? resource.serviceName;
  }

  addScope(): number {
    dropUnused(this.#scopes, this.#scope);
    return this.#scopes.push({ name: '', version: '', attributes: [] }) - 1;
  }

  mergeScope(index: number, { name, version, attributes }: BatchScope): void {
    const scope = this.#scopes[index]!;
    scope.name = name || scope.name;
    scope.version = version || scope.version;
    if (attributes !== NO_ATTRIBUTES) scope.attributes.push(attributes);
  }

  /** Takes text by which the span is to be found, from bytes as they were received. */
  searchable(source: Buffer, start: number, end: number): void {
    const free = this.#freeSearchBytes();
    if (free <= 0 || start === end) return;
    this.#search.copy(source, start, Math.min(end, start + free));
    this.#search.byte(NEWLINE);
  }

  searchableText(text: string): void {
    const free = this.#freeSearchBytes();
    if (free <= 0 || text === '') return;
    this.#search.utf8(text, free);
    this.#search.byte(NEWLINE);
  }

  /** Position in the search text, to take back what is written from here on. */
  get searchLength(): number {
    return this.#search.length;
  }

  set searchLength(length: number) {
    this.#search.length = length;
  }

  /** The span at hand has an attribute that those of AI programs have. */
  markAi(): void {
    this.#isMarkedAi = true;
  }

  /** The span at hand has a text that is stored, and not searchable. */
  leaveOutText(): void {
    this.#hasOtherTexts = true;
  }

  endPart(): void {
    this.#documentEnds.push(this.document.length);
    this.#partCount++;
  }

  add(span: SpanFields, resource: number, scope: number): void {
    const status = spanStatus(span);
    const message = spanMessage(span, status);
    this.searchableText(span.name);
    if (message !== null) this.searchableText(message);
    if (this.#hasOtherTexts || this.#freeSearchBytes() <= LAST_BYTES) this.#search.ascii(INCOMPLETE_TEXT);
    this.#resource.push(resource);
    this.#scope.push(scope);
    this.#traceId.push(this.#code(span.traceId));
    this.#spanId.push(this.#code(span.spanId));
    this.#parentSpanId.push(this.#code(span.parentSpanId));
    this.#name.push(this.#code(span.name));
    this.#kind.push(span.kind);
    this.#startNs.push(span.startTimeUnixNano);
    this.#endNs.push(span.endTimeUnixNano);
    this.#status.push(this.#code(status));
    this.#statusCode.push(span.statusCode);
    this.#statusMessage.push(this.#code(message));
    this.#primitiveType.push(this.#code(span.facts['primitive.type'] ?? null));
    this.#label.push(this.#code(spanLabel(span.facts)));
    this.#runName.push(this.#code(span.parentSpanId === null ? runName(span) : null));
    this.#sessionId.push(this.#code(span.facts['session.id'] ?? null));
    this.#userId.push(this.#code(span.facts['user.id'] ?? null));
    this.#isAi.push(this.#isMarkedAi ? 1 : 0);
    this.#flags.push(span.flags);
    this.#traceState.push(this.#code(span.traceState === '' ? null : span.traceState));
    this.#dropped.push(this.#code(droppedCounts(span)));
    this.#searchEnds.push(this.#search.length);
    this.#begin();
  }

  /**
   * Takes back what was written of a span that cannot be stored.
   *
   * @throws DecodeError when there are too many of them.
   */
  discard(reason: () => string): void {
    this.document.length = this.#documentBegin;
    this.#search.length = this.#searchBegin;
    this.#documentEnds.length -= this.#partCount;
    this.#begin();
    if (this.#rejectedCount++ === 0) this.#rejectionReason = reason();
    checkUnusable(this.#rejectedCount, this.#rejectionReason);
  }

  finish(): SpanBatch {
    dropUnused(this.#resources, this.#resource);
    dropUnused(this.#scopes, this.#scope);
    return {
      count: this.#name.length,
      resources: this.#resources.map(merged),
      scopes: this.#scopes.map(merged),
      strings: this.#strings,
      resource: this.#resource,
      scope: this.#scope,
      traceId: this.#traceId,
      spanId: this.#spanId,
      parentSpanId: this.#parentSpanId,
      name: this.#name,
      kind: this.#kind,
      startNs: BigInt64Array.from(this.#startNs),
      endNs: BigInt64Array.from(this.#endNs),
      status: this.#status,
      statusCode: this.#statusCode,
      statusMessage: this.#statusMessage,
      primitiveType: this.#primitiveType,
      label: this.#label,
      runName: this.#runName,
      sessionId: this.#sessionId,
      userId: this.#userId,
      isAi: this.#isAi,
      flags: this.#flags,
      traceState: this.#traceState,
      dropped: this.#dropped,
      documents: this.document.finish(),
      documentEnds: this.#documentEnds,
      searchTexts: this.#search.finish(),
      searchEnds: this.#searchEnds,
      rejectedCount: this.#rejectedCount,
      rejectionReason: this.#rejectionReason,
    };
  }

  #begin(): void {
    this.#documentBegin = this.document.length;
    this.#searchBegin = this.#search.length;
    this.#partCount = 0;
    this.#isMarkedAi = false;
    this.#hasOtherTexts = false;
  }

  #freeSearchBytes(): number {
    return SEARCH_BYTES - (this.#search.length - this.#searchBegin);
  }

  #code(text: string | null): number {
    if (text === null) return NONE;
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#strings.push(text) - 1;
    this.#codes.set(text, code);
    return code;
  }
}

/** Takes back the last of the owners when no span names it: spans come in the order of their owners. */
function dropUnused(owners: unknown[], indexes: readonly number[]): void {
  if (owners.length > 0 && indexes.at(-1) !== owners.length - 1) owners.pop();
}

/** Parts of one message come one after the other; the later one counts, as protobuf demands. */
function merged<Owner extends { readonly attributes: readonly string[] }>(owner: Owner) {
  const { attributes: parts } = owner;
  if (parts.length <= 1) return { ...owner, attributes: parts[0] ?? NO_ATTRIBUTES };
  const attributes: MutableAttributes = {};
  for (const part of parts) {
    const entries = Object.entries(JSON.parse(part) as AttributesJson);
    for (const [key, value] of entries) setAttribute(attributes, key, value);
  }
  return { ...owner, attributes: JSON.stringify(attributes) };
}

function droppedCounts({ droppedAttributes, droppedEvents, droppedLinks }: SpanFields): string | null {
  if (droppedAttributes + droppedEvents + droppedLinks === 0) return null;
  return JSON.stringify([droppedAttributes, droppedEvents, droppedLinks] satisfies DroppedCounts);
}
