import { homedir, tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { ManualClock } from '@tta/obs-context/manual';
import { inParallel, inSequence } from '../../../test/compositions.ts';
import { caching, double, retrying, work } from '../../../test/doubles.ts';
import { spanOf, spansOf } from '../../../test/spans.ts';
import { observe } from '../../observe.ts';
import type { Trace, TraceSpan } from '../../trace.ts';
import { traceSnapshotText } from './trace-snapshot-text.ts';

const traceOf = (spans: Trace['spans'], lines: Trace['lines'] = []): Trace => ({ spans, lines, points: [] });

const review = inSequence(
  'review',
  retrying('fetch page', 1),
  inParallel('look', { right: caching('cache', 'hit'), left: work('read') }),
  double('tell', 'tell', (input: string, scope) => {
    scope.log.info('told', { letters: input.length, at: scope.clock.now() });
    return input;
  }),
);

describe('traceSnapshotText', () => {
  it('tells all that is the same in every run', async () => {
    await observe(
      async (trace) => {
        await review.execute('x', { workflowName: 'reviews', userId: 'u-1' });
        expect(traceSnapshotText(trace)).toMatchInlineSnapshot(`
          "primitive.sequential.execute "review" success
            · input.size_bytes: 1
            · output.size_bytes: 3
            · user.id: "u-1"
            · workflow.name: "reviews"
            primitive.sequential.step_0 "fetch page" success
              · step.index: 0
              · step.primitive_type: "retry"
              · step.total_steps: 3
              · user.id: "u-1"
              · workflow.name: "reviews"
              primitive.retry.execute "fetch page" success
                · input.size_bytes: 1
                · output.size_bytes: 1
                · user.id: "u-1"
                · workflow.name: "reviews"
                primitive.retry.attempt_1 "fetch page" error
                  · error.category: "transient"
                  · error.message: "503 Service Unavailable"
                  · error.recoverable: true
                  · error.severity: "medium"
                  · error.type: "Error"
                  · step.primitive_type: "work"
                  · user.id: "u-1"
                  · workflow.name: "reviews"
                  primitive.work.execute "fetch page" error
                    · error.category: "transient"
                    · error.message: "503 Service Unavailable"
                    · error.recoverable: true
                    · error.severity: "medium"
                    · error.type: "Error"
                    · input.size_bytes: 1
                    · user.id: "u-1"
                    · workflow.name: "reviews"
                    event exception { exception.message: "503 Service Unavailable", exception.type: "Error" }
                primitive.retry.attempt_2 "fetch page" success
                  · step.primitive_type: "work"
                  · user.id: "u-1"
                  · workflow.name: "reviews"
                  primitive.work.execute "fetch page" success
                    · input.size_bytes: 1
                    · output.size_bytes: 1
                    · user.id: "u-1"
                    · workflow.name: "reviews"
            primitive.sequential.step_1 "look" success
              · step.index: 1
              · step.primitive_type: "parallel"
              · step.total_steps: 3
              · user.id: "u-1"
              · workflow.name: "reviews"
              link to primitive.sequential.step_0 "fetch page" { link.type: "previous_step" }
              primitive.parallel.execute "look" success
                · input.size_bytes: 1
                · output.size_bytes: 3
                · user.id: "u-1"
                · workflow.name: "reviews"
                primitive.parallel.branch_left "read" success
                  · step.primitive_type: "work"
                  · user.id: "u-1"
                  · workflow.name: "reviews"
                  primitive.work.execute "read" success
                    · input.size_bytes: 1
                    · output.size_bytes: 1
                    · user.id: "u-1"
                    · workflow.name: "reviews"
                primitive.parallel.branch_right "cache" success
                  · step.primitive_type: "cache"
                  · user.id: "u-1"
                  · workflow.name: "reviews"
                  primitive.cache.execute "cache" success
                    · input.size_bytes: 1
                    · output.size_bytes: 1
                    · user.id: "u-1"
                    · workflow.name: "reviews"
                    event cache.hit { cache.type: "memory" }
            primitive.sequential.step_2 "tell" success
              · step.index: 2
              · step.primitive_type: "tell"
              · step.total_steps: 3
              · user.id: "u-1"
              · workflow.name: "reviews"
              link to primitive.sequential.step_1 "look" { link.type: "previous_step" }
              primitive.tell.execute "tell" success
                · input.size_bytes: 3
                · output.size_bytes: 3
                · user.id: "u-1"
                · workflow.name: "reviews"
                info "told" { at: <time>, letters: 3 }"
        `);
      },
      { clock: new ManualClock() },
    );
  });

  it('tells the same of the next run, on the clock of the machine', async () => {
    const run = () =>
      observe(async (trace) => {
        await review.execute('x', { workflowName: 'reviews' });
        return traceSnapshotText(trace);
      });
    expect(await run()).toBe(await run());
  });

  it('tells the same whatever begins first of what runs beside each other', () => {
    const below = [{ name: 'a', children: [{ name: 'c' }] }, { name: 'b' }, { name: 'a' }];
    const text = (children: typeof below, type: string): string =>
      traceSnapshotText(traceOf(spansOf({ name: 'root', type, children })));
    expect(text(below, 'settle')).toBe(text(below.toReversed(), 'settle'));
    expect(text(below, 'sequential')).not.toBe(text(below.toReversed(), 'sequential'));
  });

  it('replaces what is made up, and keeps what is not', () => {
    const span = spanOf('GET /users/4bf92f3577b34da6a3ce929d0e0e4736', {
      attributes: {
        'workflow.id': 'w-1',
        'correlation.id': '0198f3ce-1c2d-7a3b-8c4d-5e6f708192a3',
        'execution.duration_ms': 12.5,
        'execution.cpu_ms': 3,
        'execution.heap_delta_bytes': 4096,
        'retry.backoff_ms': 812.3,
        'timeout.limit_ms': 500,
        'url.full': 'http://127.0.0.1:43121/users/0198f3ce-1c2d-7a3b-8c4d-5e6f708192a3',
        started: 1_763_732_012_345,
        since: 'since 2026-01-02T03:04:05.678Z',
        parent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        count: 3,
        tags: ['a', 'b'],
        none: undefined,
      },
      kind: SpanKind.CLIENT,
      failed: true,
      statusMessage: 'no answer from localhost:9999',
    });
    expect(traceSnapshotText(traceOf([span]))).toMatchInlineSnapshot(`
      "GET /users/<id 1> error
        · correlation.id: "<id 2>"
        · count: 3
        · parent: "00-<id 1>-<id 3>-01"
        · retry.backoff_ms: <duration>
        · since: "since <time>"
        · started: <time>
        · tags: ["a", "b"]
        · timeout.limit_ms: 500
        · url.full: "http://127.0.0.1:<port>/users/<id 2>"
        · workflow.id: "w-1"
        kind client
        status "no answer from localhost:<port>""
    `);
  });

  const attributeLines = (attributes: TraceSpan['attributes']): readonly string[] =>
    traceSnapshotText(traceOf([spanOf('a', { attributes })]))
      .split('\n')
      .slice(1)
      .map((line) => line.slice('  · '.length));

  it('tells apart what was given', () => {
    const given = {
      card: '4111111111111111',
      order: 'order 4242424242424242 of 0198f3ce1c2d7a3b',
      'workflow.id': 'order-1',
      'timeout.limit_ms': 500,
      'video.duration_s': 90,
      max_latency_count: 2,
      terms: 3,
      host: 'example.test:443',
      part: '4111-22-33',
    };
    expect(attributeLines(given)).toEqual([
      'card: "4111111111111111"',
      'host: "example.test:443"',
      'max_latency_count: 2',
      'order: "order 4242424242424242 of <id 1>"',
      'part: "4111-22-33"',
      'terms: 3',
      'timeout.limit_ms: 500',
      'video.duration_s: 90',
      'workflow.id: "order-1"',
    ]);
  });

  it('numbers ids as they come, also those that only the spans tell to be ids', () => {
    const spanId = '1234567890123456';
    const [a, b] = ['A'.repeat(16), 'b'.repeat(32)];
    const attributes = { x: [b, a], y: a.toLowerCase(), z: spanId };
    expect(traceSnapshotText(traceOf([spanOf('a', { spanId, attributes })]))).toBe(
      'a success\n  · x: ["<id 1>", "<id 2>"]\n  · y: "<id 2>"\n  · z: "<id 3>"',
    );
  });

  it('sorts what runs side by side by all but its ids', () => {
    const text = (first: string, second: string): string => {
      const [parent, ...children] = spansOf({
        name: 'root',
        type: 'parallel',
        children: [{ name: 'a' }, { name: 'a' }],
      });
      const named = children.map((span, index) => ({
        ...span,
        attributes: { id: index === 0 ? first : second, index },
      }));
      return traceSnapshotText(traceOf([parent as TraceSpan, ...named]));
    };
    const ids = ['a', 'b'].map((digit) => digit.repeat(16)) as [string, string];
    expect(text(...ids)).toBe(text(ids[1], ids[0]));
  });

  it.each([
    'retry.backoff_ms',
    'waitMs',
    'http.server.request.duration',
    'elapsed',
    'max_latency',
    'callTook',
    'stream.time_to_first_chunk_ms',
    'gen_ai.response.time_to_first_chunk',
  ])('does not tell the duration %s', (key) => {
    expect(attributeLines({ [key]: 12.5 })).toEqual([`${key}: <duration>`]);
  });

  it.each([
    ['connect ECONNREFUSED 127.0.0.1:43211', 'connect ECONNREFUSED 127.0.0.1:<port>'],
    ['http://[::1]:43211/v1', 'http://[::1]:<port>/v1'],
    ['connect ECONNREFUSED ::1:43211', 'connect ECONNREFUSED ::1:<port>'],
    ['bind 0.0.0.0:43211', 'bind 0.0.0.0:<port>'],
    ['http://localhost:43211', 'http://localhost:<port>'],
    ['on 2026-11-21', 'on <date>'],
    ['at 2026-11-21 14:31:14', 'at <time>'],
    ['at 2026-11-21T14:31:14.5+01:00', 'at <time>'],
    ['Sat, 21 Nov 2026 14:31:14 GMT', '<time>'],
    ['Sat Nov 21 2026 14:31:14 GMT+0000 (Coordinated Universal Time)', '<time>'],
    [`open '${process.cwd()}/x.json'`, "open '<cwd>/x.json'"],
    [`file://${process.cwd()}/x.ts:1:2`, 'file://<cwd>/x.ts:1:2'],
    [join(tmpdir(), 'a'), `<tmp>${sep}a`],
    [join(homedir(), '.config'), `<home>${sep}.config`],
    ['http://a.test/tmp/x', 'http://a.test/tmp/x'],
    [`http:/${tmpdir()}/x`, `http:/${tmpdir()}/x`],
  ])('tells %j as %j', (text, stable) => {
    expect(attributeLines({ text })).toEqual([`text: ${JSON.stringify(stable)}`]);
  });

  it('takes no other folder for one whose name it begins with', () => {
    const inside = jest.spyOn(process, 'cwd').mockReturnValue('/projects/shop');
    const lines = attributeLines({ text: 'open /projects/shops/x and /projects/shop/x' });
    inside.mockRestore();
    expect(lines).toEqual(['text: "open /projects/shops/x and <cwd>/x"']);
  });

  it('says the innermost of the folders', () => {
    const inside = jest.spyOn(process, 'cwd').mockReturnValue(join(tmpdir(), 'project'));
    const lines = attributeLines({ text: join(tmpdir(), 'project', 'a') });
    inside.mockRestore();
    expect(lines).toEqual([`text: ${JSON.stringify(`<cwd>${sep}a`)}`]);
  });

  it('does without a folder that was deleted', () => {
    const deleted = jest.spyOn(process, 'cwd').mockImplementation(() => {
      throw new Error('ENOENT');
    });
    const lines = attributeLines({ text: join(tmpdir(), 'a') });
    deleted.mockRestore();
    expect(lines).toEqual([`text: ${JSON.stringify(`<tmp>${sep}a`)}`]);
  });

  it('tells values of log lines without their stacks', () => {
    const self: Record<string, unknown> = {};
    self['self'] = self;
    const fields = {
      error: new TypeError('no port 1'),
      when: new Date(),
      nested: { b: [1, { c: null }], a: {} },
      map: new Map([['k', '2026-01-02T03:04:05Z']]),
      self,
      big: 1n,
      page: new URL('http://a.test'),
      call: (): void => undefined,
      bare: Object.create(null),
      yes: true,
    };
    const line = {
      level: 'warn',
      message: 'at 2026-01-02T03:04:05Z',
      fields,
      spanId: undefined,
      traceId: undefined,
    } as const;
    expect(traceSnapshotText(traceOf([], [line]))).toMatchInlineSnapshot(`
      "outside of spans:
        warn "at <time>" { bare: {}, big: 1n, call: [Function], error: [TypeError: no port 1], map: [Map], nested: { a: {}, b: [1, { c: null }] }, page: [URL], self: { self: { self: { self: { self: { self: { self: … } } } } } }, when: <time>, yes: true }"
    `);
  });

  it('says whose parent is not there, and what a link points to', () => {
    const spans = [
      spanOf('a', { parentSpanId: 'x', hasRemoteParent: true }),
      spanOf('b', {
        parentSpanId: 'y',
        links: ['a', 'z'].map((spanId) => ({
          context: { traceId: '1'.repeat(32), spanId, traceFlags: 1 },
          attributes: { 'link.type': 'previous_step' },
        })),
      }),
    ];
    expect(traceSnapshotText(traceOf(spans))).toMatchInlineSnapshot(`
      "a success (its parent is in another process)
      b success (its parent is missing)
        link to a { link.type: "previous_step" }
        link to a span elsewhere { link.type: "previous_step" }"
    `);
    expect(traceSnapshotText(traceOf([]))).toBe('nothing');
  });

  it('tells attributes that are not what the name of the span says', () => {
    const attributes = {
      'primitive.name': 'a',
      'step.name': 'b',
      'primitive.type': 'c',
      'primitive.action': 'd',
    };
    const said = { ...attributes, 'execution.status': 'success' };
    expect(traceSnapshotText(traceOf([spanOf('other', { attributes: said })]))).toMatchInlineSnapshot(`
      "other "a" success
        · primitive.action: "d"
        · primitive.type: "c"
        · step.name: "b""
    `);
    expect(traceSnapshotText(traceOf([spanOf('primitive.c.d', { attributes: said })]))).toBe(
      'primitive.c.d "a" success\n  · step.name: "b"',
    );
  });

  it('ends at 100 spans inside each other', () => {
    const spans = Array.from({ length: 50_000 }, (_, index) =>
      spanOf(`n${index}`, { spanId: `${index}`, parentSpanId: index > 0 ? `${index - 1}` : undefined }),
    );
    expect(traceSnapshotText(traceOf(spans)).split('\n')).toHaveLength(102);
  });
});
