import { randomBytes } from 'node:crypto';

export interface ClaudeCodeTraceOptions {
  /** Whether prompts, answers and what tools were given are told, as with `OTEL_LOG_USER_PROMPTS` and its like. */
  readonly isCaptured?: boolean;
  /** When it begins, in milliseconds since the Unix epoch; by default a minute ago. */
  readonly startMs?: number;
}

interface SpanSketch {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  /** Seconds after the start, and how many it took. */
  readonly at: number;
  readonly took: number;
  readonly facts: Facts;
  readonly content?: Facts;
  readonly error?: string;
  readonly events?: readonly { readonly name: string; readonly at: number; readonly facts: Facts }[];
}

type Facts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

const MODEL = 'claude-sonnet-4-5-20250929';
const SMALL_MODEL = 'claude-haiku-4-5-20251001';

const PROMPT = 'The `--json` flag of `tail` prints nothing when a trace is removed. Find out why and fix it.';

const FINDING = `The removed traces are told by \`unmatched\`, which \`tail-line.ts\` drops:

\`\`\`ts
case 'unmatched':
  return undefined; // nobody is told
\`\`\`

1. **Cause**: the line is made from the summary, and a removed trace has none.
2. **Fix**: print \`{ "type": "unmatched", "traceId": "…" }\` instead.`;

const ANSWER = `## Fixed

\`tail --json\` now prints a line when a trace is found no more.

- \`packages/cli/src/tail-line.ts\`: tells \`unmatched\` as a line of its own
- \`packages/cli/src/tail-line.spec.ts\`: expects it

| check | outcome |
| ----- | ------- |
| \`npx jest tail-line\` | 14 passed |
| types | no errors |

See the [format of the lines](https://example.org/tail) for what else is in them.`;

/**
 * One interaction with Claude Code as it tells of it: requests of models with cached input, tools with the wait for a
 * permission, a command that failed, a request that was tried again, an agent within a tool, and hooks.
 */
const SKETCH: readonly SpanSketch[] = [
  {
    id: 'interaction',
    parent: null,
    name: 'interaction',
    at: 0,
    took: 48,
    facts: {
      'gen_ai.operation.name': 'invoke_agent',
      'interaction.sequence': 1,
      user_prompt_length: PROMPT.length,
    },
    content: { user_prompt: PROMPT },
  },
  request(
    'plan',
    'interaction',
    0.1,
    3.9,
    [3, 112, 11_204, 4_870],
    940,
    { reason: 'tool_use' },
    'I will look at what `tail` does with removed traces.',
  ),
  tool('read', 'interaction', 4.1, 0.08, 'Read', { file_path: '/repo/packages/cli/src/tail-line.ts' }),
  request(
    'ask',
    'interaction',
    4.4,
    4.2,
    [6, 240, 16_074, 1_310],
    1_020,
    { reason: 'tool_use' },
    'An agent can find all callers meanwhile.',
  ),
  tool(
    'task',
    'interaction',
    8.8,
    16.4,
    'Task',
    {
      subagent_type: 'Explore',
      description: 'Find callers',
      prompt: 'Find all callers of tailLine and what they do with undefined.',
    },
    { subagent_type: 'Explore' },
  ),
  {
    id: 'explore',
    parent: 'task-execution',
    name: 'subagent.spawn',
    at: 8.9,
    took: 16.2,
    facts: { subagent_type: 'Explore', agent_id: 'a1b2c3' },
    content: {
      user_prompt: 'Find all callers of tailLine and what they do with undefined.',
      response: FINDING,
    },
  },
  request(
    'explore-1',
    'explore',
    9,
    2.1,
    [4, 96, 0, 8_410],
    410,
    { model: SMALL_MODEL, reason: 'tool_use' },
    'Searching for the callers.',
  ),
  tool('grep', 'explore', 11.2, 0.3, 'Grep', {
    pattern: 'tailLine\\(',
    path: 'packages/cli/src',
    output_mode: 'content',
  }),
  tool('glob', 'explore', 11.3, 0.2, 'Glob', { pattern: 'packages/cli/src/**/*tail*' }),
  request(
    'explore-2',
    'explore',
    11.7,
    13.2,
    [9, 388, 8_414, 2_204],
    505,
    { model: SMALL_MODEL, reason: 'end_turn' },
    FINDING,
  ),
  {
    ...request(
      'retried',
      'interaction',
      25.4,
      6.6,
      [5, 310, 17_384, 520],
      2_380,
      { reason: 'tool_use' },
      'I will fix it and run the specs.',
    ),
    events: [
      { name: 'gen_ai.request.attempt', at: 25.4, facts: { attempt: 1, error: '529 overloaded_error' } },
      { name: 'gen_ai.request.attempt', at: 27.1, facts: { attempt: 2 } },
    ],
  },
  tool('edit', 'interaction', 32.2, 0.4, 'Edit', {
    file_path: '/repo/packages/cli/src/tail-line.ts',
    old_string: 'return undefined;',
    new_string: "return { type: 'unmatched', traceId };",
  }),
  {
    id: 'hook',
    parent: 'edit',
    name: 'hook',
    at: 32.3,
    took: 0.2,
    facts: { hook_event: 'PostToolUse', hook_name: 'prettier' },
  },
  {
    ...tool(
      'bash',
      'interaction',
      32.8,
      7.1,
      'Bash',
      { command: 'npx jest tail-line', description: 'Run the specs' },
      { full_command: 'npx jest tail-line' },
    ),
    error: 'Exit code 1: 1 failed, 13 passed',
  },
  request(
    'mend',
    'interaction',
    40.1,
    2.6,
    [7, 168, 17_904, 890],
    880,
    { reason: 'tool_use' },
    'The spec expects the old line.',
  ),
  tool('edit-spec', 'interaction', 42.9, 0.1, 'Edit', {
    file_path: '/repo/packages/cli/src/tail-line.spec.ts',
    old_string: '[]',
    new_string: '[unmatched]',
  }),
  request('answer', 'interaction', 43.2, 4.7, [8, 402, 18_794, 610], 760, { reason: 'end_turn' }, ANSWER),
].flatMap((sketch) => (sketch.name === 'tool' ? [sketch, ...phases(sketch)] : [sketch]));

/** A request of a model; input is counted without what a cache had to do with. */
function request(
  id: string,
  parent: string,
  at: number,
  took: number,
  [input, output, cacheRead, cacheWrite]: readonly [number, number, number, number],
  firstChunkMs: number,
  { model = MODEL, reason }: { readonly model?: string; readonly reason: string },
  response: string,
): SpanSketch {
  const facts = {
    model: model,
    'gen_ai.system': 'anthropic',
    'gen_ai.request.model': model,
    'gen_ai.response.finish_reasons': [reason],
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: cacheRead,
    cache_creation_tokens: cacheWrite,
    ttft_ms: firstChunkMs,
    duration_ms: took * 1000,
    success: true,
    query_source: parent === 'interaction' ? 'main' : 'subagent',
  };
  return { id, parent, name: 'llm_request', at, took, facts, content: { response } };
}

function tool(
  id: string,
  parent: string,
  at: number,
  took: number,
  name: string,
  input: Facts,
  facts: Facts = {},
): SpanSketch {
  return {
    id,
    parent,
    name: 'tool',
    at,
    took,
    facts: { tool_name: name, tool_use_id: `toolu_${id}`, 'gen_ai.tool.call.id': `toolu_${id}`, ...facts },
    content: { tool_input: JSON.stringify(input) },
  };
}

/** The wait for a permission, of tools that need one, and the work itself. */
function phases({ id, at, took, facts, error }: SpanSketch): readonly SpanSketch[] {
  const waited = facts['tool_name'] === 'Bash' ? took * 0.6 : 0;
  const execution = {
    id: `${id}-execution`,
    parent: id,
    name: 'tool.execution',
    at: at + waited,
    took: took - waited,
  };
  return [
    ...(waited === 0
      ? []
      : [
          {
            id: `${id}-wait`,
            parent: id,
            name: 'tool.blocked_on_user',
            at,
            took: waited,
            facts: { decision: 'accept', source: 'user_temporary' },
          },
        ]),
    { ...execution, facts: { success: error === undefined }, ...(error !== undefined && { error }) },
  ];
}

/** Sends one interaction with Claude Code to the service by OTLP JSON. @returns the id of its trace. */
export async function sendClaudeCodeTrace(
  url: string,
  options: ClaudeCodeTraceOptions = {},
): Promise<string> {
  const { isCaptured = true, startMs = Date.now() - 60_000 } = options;
  const traceId = randomBytes(16).toString('hex');
  const ids = new Map(SKETCH.map(({ id }) => [id, randomBytes(8).toString('hex')]));
  const session = randomBytes(8).toString('hex');
  const nanoseconds = (seconds: number) => `${BigInt(Math.round(startMs + seconds * 1000)) * 1_000_000n}`;
  const spans = SKETCH.map(({ id, parent, name, at, took, facts, content, error, events = [] }) => ({
    traceId,
    spanId: ids.get(id),
    ...(parent !== null && { parentSpanId: ids.get(parent) }),
    name: `claude_code.${name}`,
    kind: name === 'llm_request' ? 3 : 1,
    startTimeUnixNano: nanoseconds(at),
    endTimeUnixNano: nanoseconds(at + took),
    attributes: attributes({
      'session.id': session,
      'span.type': name,
      ...facts,
      ...(isCaptured && content),
    }),
    events: events.map((event) => ({
      name: event.name,
      timeUnixNano: nanoseconds(event.at),
      attributes: attributes(event.facts),
    })),
    status: error === undefined ? {} : { code: 2, message: error },
  }));
  const response = await fetch(new URL('v1/traces', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceSpans: [
        {
          resource: {
            attributes: attributes({ 'service.name': 'claude-code', 'service.version': '2.1.329' }),
          },
          scopeSpans: [{ scope: { name: 'com.anthropic.claude_code.tracing', version: '2.1.329' }, spans }],
        },
      ],
    }),
  });
  if (!response.ok) throw new Error(`The service answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
  return traceId;
}

function attributes(facts: Facts) {
  return Object.entries(facts).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Facts[string]): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
    default:
      return { arrayValue: { values: value.map((text) => ({ stringValue: text })) } };
  }
}
