import { describe, expect, it } from '@jest/globals';
import {
  type Baggage,
  baggageEntryMetadataFromString,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import { Metadata } from '@grpc/grpc-js';
import fc from 'fast-check';
import { formatBaggage, parseBaggage } from './baggage.ts';
import type { Carrier } from './carrier.ts';
import { environment } from './environment.ts';
import { httpHeaders } from './http-headers.ts';
import { extract, inject } from './inject-extract.ts';
import { mcpMeta } from './mcp-meta.ts';
import { messageHeaders } from './message-headers.ts';
import { formatTraceParent, parseTraceParent, type TraceParent } from './trace-parent.ts';
import { W3CTraceState } from './trace-state.ts';
import { W3CPropagator } from './w3c-propagator.ts';

// The grammars of the specifications, written down once more and apart from what is tested.
const traceparentGrammar = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/;
const stateKey = '[a-z0-9][a-z0-9_*/@-]{0,255}';
const stateValue = '[\\x20-\\x2B\\x2D-\\x3C\\x3E-\\x7E]{0,255}[\\x21-\\x2B\\x2D-\\x3C\\x3E-\\x7E]';
const tracestateGrammar = new RegExp(`^${stateKey}=${stateValue}(?:,${stateKey}=${stateValue}){0,31}$`);
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** A percent sign stands before two digits. */
const octets = '(?:[\\x21\\x23\\x24\\x26-\\x2B\\x2D-\\x3A\\x3C-\\x5B\\x5D-\\x7E]|%[0-9A-Fa-f]{2})*';
/** Properties are opaque, so a percent sign in them may stand alone. */
const propertyOctets = '[\\x21\\x23-\\x2B\\x2D-\\x3A\\x3C-\\x5B\\x5D-\\x7E]*';
const member = `${token}=${octets}(?:;${token}(?:=${propertyOctets})?)*`;
const baggageGrammar = new RegExp(`^${member}(?:,${member}){0,63}$`);

const id = (digits: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((chars) => chars.join(''))
    .filter((text) => /[^0]/.test(text));
const traceParents: fc.Arbitrary<TraceParent> = fc.record({
  traceId: id(32),
  spanId: id(16),
  traceFlags: fc.nat({ max: 3 }),
});
const fromChars = (chars: string, maxLength: number, minLength = 1): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...chars), { minLength, maxLength }).map((list) => list.join(''));
const stateKeys = fromChars('abcz09_-*/@', 12).filter((key) => /^[a-z0-9]/.test(key));
const stateValues = fromChars(' !09AZaz;:@~"', 12).filter((value) => !value.endsWith(' '));
/** Few and short enough that none is left out for its length. */
const states = fc.uniqueArray(fc.tuple(stateKeys, stateValues), {
  minLength: 1,
  maxLength: 18,
  selector: ([key]) => key,
});
const tokens = fromChars("abAB019!#$%&'*+-.^_`|~", 12);
const baggages = fc.uniqueArray(
  fc.record({
    key: fc.oneof(tokens, fc.constantFrom('__proto__', 'constructor', '1', '0')),
    value: fc.string({ unit: 'grapheme', maxLength: 20 }),
    metadata: fc.option(fc.constantFrom('p', 'p=1', 'p;q=2', 'p=a%20b;q'), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 20, selector: ({ key }) => key },
);

type Entries = readonly { key: string; value: string; metadata: string | undefined }[];
const baggageOf = (entries: Entries): Baggage => {
  let baggage = propagation.createBaggage();
  for (const { key, value, metadata } of entries) {
    baggage = baggage.setEntry(key, {
      value,
      ...(metadata !== undefined && { metadata: baggageEntryMetadataFromString(metadata) }),
    });
  }
  return baggage;
};
const entriesOf = (baggage: Baggage | undefined): Entries =>
  (baggage?.getAllEntries() ?? []).map(([key, { value, metadata }]) => ({
    key,
    value,
    metadata: metadata?.toString(),
  }));

/** Almost right, which finds more than what is all wrong. */
const nearHeaders = fc.oneof(
  fc.string({ unit: 'binary' }),
  fromChars('0123456789abcdefABCDEF-,. \t', 60, 0),
  fromChars('ab09=;,%@ \t"\\é\n', 60, 0),
  fc
    .tuple(
      traceParents,
      fc.constantFrom('', '-', '-x', ',', ' ', '.'),
      fc.constantFrom('00', '01', 'cc', 'ff', '0G'),
    )
    .map(([parent, end, version]) => `${version}${formatTraceParent(parent)?.slice(2)}${end}`),
);

describe('whatever arrives', () => {
  it('is read or refused, and what is sent on is well-formed', () => {
    fc.assert(
      fc.property(nearHeaders, nearHeaders, nearHeaders, (traceparent, tracestate, baggage) => {
        const propagator = new W3CPropagator();
        const context = extract(ROOT_CONTEXT, { traceparent, tracestate, baggage }, mcpMeta, propagator);
        const sent = inject(context, {} as Record<string, string>, mcpMeta, propagator);
        expect(sent['traceparent'] ?? `00-${'1'.repeat(32)}-${'1'.repeat(16)}-00`).toMatch(
          traceparentGrammar,
        );
        expect(sent['tracestate'] ?? 'a=1').toMatch(tracestateGrammar);
        expect(sent['baggage'] ?? 'a=1').toMatch(baggageGrammar);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Carrier<never>]>([
    ['httpHeaders', httpHeaders],
    ['environment', environment],
    ['messageHeaders', messageHeaders],
    ['mcpMeta', mcpMeta],
  ])('makes %s throw nothing into the program', (_, carrier) => {
    fc.assert(
      fc.property(fc.anything(), (source) => {
        const propagator = new W3CPropagator();
        expect(extract(ROOT_CONTEXT, source as never, carrier, propagator)).toBe(ROOT_CONTEXT);
        const context = trace.setSpanContext(ROOT_CONTEXT, {
          traceId: '1'.repeat(32),
          spanId: '1'.repeat(16),
          traceFlags: 1,
        });
        expect(inject(context, source as never, carrier, propagator)).toBe(source);
      }),
    );
  });
});

describe('whatever the program puts in', () => {
  it('is sent well-formed or not at all, as span context', () => {
    const ids = fc.oneof(id(32), id(16), fc.string());
    fc.assert(
      fc.property(ids, ids, fc.integer(), (traceId, spanId, traceFlags) => {
        const header = formatTraceParent({ traceId, spanId, traceFlags });
        expect(header ?? `00-${'1'.repeat(32)}-${'1'.repeat(16)}-00`).toMatch(traceparentGrammar);
      }),
    );
  });

  it('is sent well-formed or not at all, as tracestate', () => {
    const texts = fc.oneof(stateKeys, stateValues, fc.string({ unit: 'binary' }), fromChars('ab1', 300));
    fc.assert(
      fc.property(fc.array(fc.tuple(texts, texts), { maxLength: 50 }), (members) => {
        const state = members.reduce((before, [key, value]) => before.set(key, value), new W3CTraceState());
        const header = state.serialize();
        expect(header || 'a=1').toMatch(tracestateGrammar);
        expect(header.length).toBeLessThanOrEqual(512);
        // What is sent is understood, and says the same.
        for (const [key] of members) {
          const value = W3CTraceState.parse(header)?.get(key);
          expect([undefined, state.get(key)]).toContain(value);
        }
      }),
    );
  });

  it('is sent well-formed or not at all, as baggage', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            key: fc.oneof(tokens, anyText),
            value: anyText,
            metadata: fc.option(anyText, { nil: undefined }),
          }),
          {
            maxLength: 100,
          },
        ),
        (entries) => {
          const header = formatBaggage(baggageOf(entries)) ?? 'a=1';
          expect(header).toMatch(baggageGrammar);
          expect(Buffer.byteLength(header)).toBeLessThanOrEqual(8192);
        },
      ),
    );
  });
});

describe('what is sent', () => {
  it('arrives as it was, traceparent', () => {
    fc.assert(
      fc.property(traceParents, (parent) => {
        const header = formatTraceParent(parent);
        expect(header).toMatch(traceparentGrammar);
        expect(parseTraceParent(header ?? '')).toEqual(parent);
      }),
    );
  });

  it('arrives as it was, tracestate', () => {
    fc.assert(
      fc.property(states, (members) => {
        const header = members.map(([key, value]) => `${key}=${value}`).join(',');
        const state = W3CTraceState.parse(header);
        expect(state?.serialize()).toBe(header);
        const rebuilt = members.reduceRight(
          (before, [key, value]) => before.set(key, value),
          new W3CTraceState(),
        );
        expect(rebuilt.serialize()).toBe(header);
        for (const [key, value] of members) expect(state?.get(key)).toBe(value);
      }),
    );
  });

  it('arrives as it was, baggage', () => {
    fc.assert(
      fc.property(baggages, (entries) => {
        const header = formatBaggage(baggageOf(entries)) ?? '';
        expect(header).toMatch(baggageGrammar);
        const received = parseBaggage(header);
        expect(entriesOf(received)).toEqual(entries);
        expect(received && formatBaggage(received)).toBe(header);
      }),
    );
  });

  const everyCarrier: [string, () => object, Carrier<never>][] = [
    ['a plain object of HTTP headers', () => ({}), httpHeaders],
    ['Headers', () => new Headers(), httpHeaders],
    ['the metadata of gRPC', () => new Metadata(), httpHeaders],
    ['the environment', () => ({}), environment],
    ['a plain object of message headers', () => ({}), messageHeaders],
    ['a list of message headers', () => [], messageHeaders],
    ['message headers behind methods', () => new Map(), messageHeaders],
    ['_meta of MCP', () => ({}), mcpMeta],
  ];
  it.each(everyCarrier)('arrives as it was, over %s', (_, make, carrier) => {
    fc.assert(
      fc.property(traceParents, states, baggages, (parent, members, entries) => {
        const header = members.map(([key, value]) => `${key}=${value}`).join(',');
        const traceState = W3CTraceState.parse(header);
        const span = trace.setSpanContext(ROOT_CONTEXT, { ...parent, ...(traceState && { traceState }) });
        const propagator = new W3CPropagator();
        const message = inject(
          propagation.setBaggage(span, baggageOf(entries)),
          make() as never,
          carrier,
          propagator,
        );
        const received = extract(ROOT_CONTEXT, message, carrier, propagator);
        expect(trace.getSpanContext(received)).toMatchObject(parent);
        expect(trace.getSpanContext(received)?.traceState?.serialize()).toBe(header);
        expect(entriesOf(propagation.getBaggage(received))).toEqual(entries);
      }),
    );
  });
});
