import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { isTranscriptList } from '@tta/obs-protocol';
import { Session } from '../../test/session.ts';

let directory: string;
let server: RunningServer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-transcript-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

interface SpanSketch {
  readonly parent?: number;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly status?: { readonly code: number; readonly message: string };
}

async function send(...sketches: readonly SpanSketch[]): Promise<void> {
  const id = (index: number) => (index + 1).toString(16).padStart(16, '0');
  const spans = sketches.map(({ parent, name, attributes, status }, index) => ({
    traceId: 'a'.repeat(32),
    spanId: id(index),
    ...(parent !== undefined && { parentSpanId: id(parent) }),
    name,
    kind: 1,
    startTimeUnixNano: `${1_763_700_000_000 + index}000000`,
    endTimeUnixNano: `${1_763_700_000_010 + index}000000`,
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
    })),
    ...(status !== undefined && { status }),
  }));
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
}

async function transcript(...args: string[]) {
  const session = new Session({ homeDirectory: directory, columns: 60 });
  const code = await session.run('trace', '--transcript', '--port', String(server.port), ...args);
  return { code, out: session.stdout, err: session.stderr };
}

const agent = (name: string, parent?: number): SpanSketch => ({
  ...(parent !== undefined && { parent }),
  name: `invoke_agent ${name}`,
  attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': name },
});
const message = (role: string, ...parts: readonly object[]) => ({ role, parts });
const text = (content: string) => ({ type: 'text', content });
const chat = (parent: number, input: readonly object[], output: readonly object[]): SpanSketch => ({
  parent,
  name: 'chat small',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'nobody',
    'gen_ai.request.model': 'small',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
    'gen_ai.system_instructions': JSON.stringify([text('Be brief.')]),
    'gen_ai.input.messages': JSON.stringify(input),
    'gen_ai.output.messages': JSON.stringify(output),
  },
});
const tool = (parent: number, name: string, given: object, result: string): SpanSketch => ({
  parent,
  name: `execute_tool ${name}`,
  attributes: {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gen_ai.tool.call.arguments': JSON.stringify(given),
    'gen_ai.tool.call.result': result,
  },
});

const question = message(
  'user',
  text('What is in the\u001b[2J box, and how did it come to be there in the first place?'),
);
const call = message('assistant', { type: 'tool_call', id: 'c1', name: 'ask', arguments: { about: 'box' } });
const returned = message('tool', { type: 'tool_call_response', id: 'c1', response: 'a lamp' });

/** An agent whose tool asks another agent. */
const nested: readonly SpanSketch[] = [
  agent('guide'),
  chat(0, [question], [call]),
  tool(0, 'ask', { about: 'box' }, 'a lamp'),
  agent('keeper', 2),
  chat(3, [message('user', text('box?'))], [message('assistant', text('a lamp'))]),
  chat(0, [question, call, returned], [message('assistant', text('A lamp.\n\nNobody knows why.'))]),
];

describe('tta-obs trace --transcript', () => {
  it('tells each turn with what is new in it, agents within agents further in', async () => {
    await send(...nested);
    const { code, out, err } = await transcript();
    expect([code, err]).toEqual([0, '']);
    const body = out
      .split('\n\n')
      .slice(1)
      .join('\n\n')
      .replace(/ +100→20 {2}unpriced {2}10\.0 ms$/gm, ' …');
    expect(body.replace(/ +10\.0 ms$/gm, '').split('\n')).toEqual([
      '✓ ⬢ guide',
      '',
      '  ✓ ✦ small …',
      '    system     Be brief.',
      '    user       What is in the [2J box, and how did it come',
      '               to be there in the first place?',
      '    calls      ask {"about":"box"}',
      '',
      '  ✓ ⛭ ask',
      '    result     a lamp',
      '',
      '  ✓ ⬢ keeper',
      '',
      '    ✓ ✦ small …',
      '      system     Be brief.',
      '      user       box?',
      '      assistant  a lamp',
      '',
      '  ✓ ✦ small …',
      '    … 3 earlier messages',
      '    assistant  A lamp.',
      '',
      '               Nobody knows why.',
      '',
      `${server.url}/#/traces/${'a'.repeat(32)}/transcript`,
      '',
    ]);
    expect(out.split('\n')[0]).toMatch(/^✓ success · .* · 6 spans · 300→60 tokens$/);
  });

  it('folds what tools return to a few lines, and shows all of it with --full', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
    await send(agent('guide'), tool(0, 'read', { path: 'a.txt' }, lines));
    const folded = await transcript();
    expect(folded.out).toContain('given      {"path":"a.txt"}\n');
    expect(folded.out).toContain('line 3\n               … 26 more lines\n');
    expect((await transcript('--full')).out).toContain('line 29\n');
  });

  it('says why a turn failed', async () => {
    const failed = { code: 2, message: '429 slow\u0007 down' };
    await send(agent('guide'), { ...chat(0, [question], []), status: failed });
    expect((await transcript()).out).toContain('  ✗ ✦ small');
    expect((await transcript()).out).toContain('    error  429 slow  down\n');
  });

  it('says where nothing was captured, and where there was nothing to be said', async () => {
    await send(agent('guide'));
    expect(await transcript()).toMatchObject({ code: 0, err: expect.stringContaining('captureContent') });
    await send({ name: 'plain', attributes: {} });
    const plain = { traceId: 'b'.repeat(32), spanId: '1'.padStart(16, '0'), name: 'plain' };
    const body = JSON.stringify({
      resourceSpans: [
        { scopeSpans: [{ spans: [{ ...plain, startTimeUnixNano: '1', endTimeUnixNano: '2' }] }] },
      ],
    });
    await fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect((await transcript('b'.repeat(32))).err).toMatch(/^No span of trace b{32} is of an AI program/);
  });

  it('prints what REST has of it, or a block for an issue', async () => {
    await send(...nested);
    const items: unknown = JSON.parse((await transcript('--json')).out);
    expect([isTranscriptList({ items, nextCursor: null }), (items as unknown[]).length]).toEqual([true, 6]);
    const { out } = await transcript('--markdown');
    expect(out).toMatch(
      /^### ✓ `invoke_agent guide`\n[^]+```text\n✓ ⬢ guide[^]+Nobody knows why\.\n\n```\n$/,
    );
  });

  it.each([
    [['--logs'], '--logs and --transcript show two things'],
    [['--json', '--markdown'], 'two formats'],
  ])('refuses %j', async (flags, message) => {
    expect(await transcript(...flags)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  it('takes --full with --transcript alone', async () => {
    const session = new Session({ homeDirectory: directory });
    expect(await session.run('trace', '--full', '--port', String(server.port))).toBe(2);
  });
});
