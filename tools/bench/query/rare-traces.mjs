/** Traces that are looked for among a million others: each is told apart by one thing. */

const nanoseconds = (ms) => String(BigInt(Math.round(ms)) * 1_000_000n);
const hex = (value, digits) => value.toString(16).padStart(digits, '0');

function attributesOf(values) {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value },
  }));
}

/** What is rare about each; `ms` is how long its span took. */
const rare = [
  { attributes: { 'session.id': 'ses-rare-1' } },
  { ms: 5_000 },
  { status: { code: 2, message: 'the card was declined' }, attributes: { 'error.type': 'CardDeclined' } },
  { attributes: { tenant: 'acme-rare' } },
  { attributes: { 'input.value': 'a word like quetzalcoatlus stands here' } },
  {
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-rare',
      'gen_ai.usage.input_tokens': 2_000_000,
      'cost.usd': 7.5,
      'primitive.type': 'llm',
    },
  },
  { serviceName: 'rare-service' },
];

/** A request of OTLP as JSON. @param agoMs - When they ended. */
export function rareTraces(agoMs) {
  const endMs = Date.now() - agoMs;
  return JSON.stringify({
    resourceSpans: rare.map(({ ms = 20, status = {}, attributes = {}, serviceName = 'reviews' }, index) => ({
      resource: { attributes: attributesOf({ 'service.name': serviceName }) },
      scopeSpans: [
        {
          spans: [
            {
              traceId: hex(endMs * 100 + index, 32),
              spanId: hex(index + 1, 16),
              name: 'rare',
              kind: 2,
              startTimeUnixNano: nanoseconds(endMs - ms),
              endTimeUnixNano: nanoseconds(endMs),
              status,
              attributes: attributesOf(attributes),
            },
          ],
        },
      ],
    })),
  });
}
