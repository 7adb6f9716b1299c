import type { TraceState } from '@opentelemetry/api';
import {
  endOfMember,
  endOfRun,
  skipOws,
  stateKeyChar,
  stateValueChar,
  trimOwsEnd,
} from './header-grammar.ts';

const maxMembers = 32;
const maxKeyLength = 256;
const maxValueLength = 256;
/** What everybody has to forward; more may not arrive, and headers share a limit with all others. */
const maxLength = 512;
/** Members longer than this are the first to go. */
const longMember = 128;

/**
 * The `tracestate` of a trace: what each tracing system on the way wants to find again, the latest first
 * (W3C Trace Context level 2, 3.3). It never changes; `set` and `unset` return another one.
 *
 * At most 512 characters are sent. Of a longer list, members above 128 characters are left out first, then
 * those at the end, never a part of one.
 */
export class W3CTraceState implements TraceState {
  #members: ReadonlyMap<string, string> = new Map();
  #header: string | undefined;

  /**
   * Reads a `tracestate` header; several are joined with commas.
   *
   * @returns `undefined` when it holds nothing, and when a member is malformed, a key occurs twice or there
   * are more than 32: then nothing of it can be trusted. Empty members and spaces between them are fine.
   */
  static parse(header: string): W3CTraceState | undefined {
    const members = new Map<string, string>();
    let count = 0;
    let length = -1;
    for (let start = 0; start < header.length;) {
      const end = endOfMember(header, start);
      const from = skipOws(header, start, end);
      const to = trimOwsEnd(header, from, end);
      if (from < to) {
        const equals = endOfRun(stateKeyChar, header, from, to);
        if (!isKey(header, from, equals) || header[equals] !== '=') return undefined;
        if (!isValue(header, equals + 1, to)) return undefined;
        members.set(header.slice(from, equals), header.slice(equals + 1, to));
        count++;
        if (count > maxMembers || members.size < count) return undefined;
        length += to - from + 1;
      }
      start = end + 1;
    }
    if (count === 0) return undefined;
    // As long as its members and their commas: it goes on as it came.
    return W3CTraceState.#of(members, length === header.length && length <= maxLength ? header : undefined);
  }

  static #of(members: ReadonlyMap<string, string>, header?: string): W3CTraceState {
    const state = new W3CTraceState();
    state.#members = members;
    state.#header = header;
    return state;
  }

  get(key: string): string | undefined {
    return this.#members.get(key);
  }

  /**
   * Puts a member first; of more than 32 the last one is dropped.
   *
   * @returns This one, unchanged, when the key or the value is not one.
   */
  set(key: string, value: string): W3CTraceState {
    if (endOfRun(stateKeyChar, key, 0, key.length) < key.length) return this;
    if (!isKey(key, 0, key.length) || !isValue(value, 0, value.length)) return this;
    const others = [...this.#members].filter(([other]) => other !== key);
    return W3CTraceState.#of(new Map([[key, value], ...others.slice(0, maxMembers - 1)]));
  }

  unset(key: string): W3CTraceState {
    if (!this.#members.has(key)) return this;
    const members = new Map(this.#members);
    members.delete(key);
    return W3CTraceState.#of(members);
  }

  serialize(): string {
    return (this.#header ??= joinWithinLimit([...this.#members].map(([key, value]) => `${key}=${value}`)));
  }
}

/** Whether what is known to consist of key characters is a key. */
function isKey(text: string, start: number, end: number): boolean {
  return end > start && end - start <= maxKeyLength && !'_-*/@'.includes(text.charAt(start));
}

function isValue(text: string, start: number, end: number): boolean {
  if (end <= start || end - start > maxValueLength) return false;
  return endOfRun(stateValueChar, text, start, end) === end && text[end - 1] !== ' ';
}

function joinWithinLimit(members: readonly string[]): string {
  let length = members.reduce((sum, member) => sum + member.length + 1, -1);
  if (length <= maxLength) return members.join(',');
  const kept = new Set(members);
  const dropFromEnd = (candidates: readonly string[]): void => {
    for (const member of candidates.toReversed()) {
      if (length > maxLength && kept.delete(member)) length -= member.length + 1;
    }
  };
  dropFromEnd(members.filter((member) => member.length > longMember));
  dropFromEnd(members);
  return [...kept].join(',');
}
