const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export const traceIdOf = (index: number): string => hex(index + 1, 32);

const attributes = [
  { key: 'text', value: { stringValue: 'naïve "text"\n| with \\ and \u{1f600}' } },
  { key: 'whole', value: { intValue: '9007199254740991' } },
  { key: 'double', value: { doubleValue: 0.1 } },
  { key: 'yes', value: { boolValue: true } },
  { key: 'nothing', value: {} },
  { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'two' }, {}] } } },
  { key: 'map', value: { kvlistValue: { values: [{ key: '__proto__', value: { intValue: '-5' } }] } } },
  { key: '__proto__', value: { stringValue: 'own' } },
];

/**
 * A request of OTLP with so many traces, newest last. Each has two services, a failed span, and one span with all that
 * OTLP can say.
 */
export function richTraces(count: number): string {
  const traces = Array.from({ length: count }, (_, index) => index);
  const at = (index: number, ns: number): string =>
    String(BigInt(1_763_700_000 + index) * 1_000_000_000n + BigInt(ns));
  const service = (name: string) => [
    { key: 'service.name', value: { stringValue: name } },
    { key: 'host.cpus', value: { intValue: '4' } },
  ];
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: service('shop') },
        scopeSpans: [
          {
            scope: {
              name: 'checkout',
              version: '1.2.0',
              attributes: [{ key: 'a', value: { intValue: '1' } }],
            },
            spans: traces.flatMap((index) => [
              {
                traceId: traceIdOf(index),
                spanId: hex(1, 16),
                name: `checkout ${index}`,
                kind: 2,
                flags: 0x101,
                traceState: 'vendor=1',
                startTimeUnixNano: at(index, 1),
                endTimeUnixNano: at(index, 250_000_001),
                attributes,
                droppedAttributesCount: 2,
                events: [
                  {
                    name: 'retry',
                    timeUnixNano: at(index, 1_234_567),
                    attributes,
                    droppedAttributesCount: 1,
                  },
                ],
                droppedEventsCount: 3,
                links: [
                  {
                    traceId: hex(77, 32),
                    spanId: hex(7, 16),
                    traceState: 'a=b',
                    flags: 1,
                    attributes,
                    droppedAttributesCount: 4,
                  },
                ],
                droppedLinksCount: 5,
                status: { code: 1 },
              },
            ]),
          },
        ],
      },
      {
        resource: { attributes: service('bank') },
        scopeSpans: [
          {
            scope: { name: 'payment' },
            spans: traces.map((index) => ({
              traceId: traceIdOf(index),
              spanId: hex(2, 16),
              parentSpanId: hex(1, 16),
              name: 'pay',
              kind: 3,
              flags: 0x301,
              startTimeUnixNano: at(index, 1_000_000),
              endTimeUnixNano: at(index, 90_123_456),
              status: { code: 2, message: 'card | `refused`' },
            })),
          },
        ],
      },
    ],
  });
}
