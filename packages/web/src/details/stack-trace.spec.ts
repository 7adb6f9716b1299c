import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStack, stackBlocks } from './stack-trace.ts';
import type { StackFrame } from './stack-trace.ts';

function frames(stack: string): StackFrame[] {
  return parseStack(stack).flatMap((line) => (line.kind === 'frame' ? [line.frame] : []));
}

function brief(stack: string): [string, string, number | undefined, number | undefined, boolean][] {
  return frames(stack).map(({ name, file, line, column, isForeign }) => [
    name,
    file,
    line,
    column,
    isForeign,
  ]);
}

describe('parseStack', () => {
  it('reads V8', () => {
    const stack = [
      'HttpError: busy',
      'for the second time',
      '    at upload (file:///srv/app/src/upload.ts:12:5)',
      '    at async Object.<anonymous> (/srv/app/main.js:3:1)',
      '    at /srv/app/anonymous.js:7:9',
      '    at new Pool (C:\\work\\node_modules\\pg\\pool.js:1:2)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      '    at Array.map (<anonymous>)',
      '    at async Promise.all (index 0)',
      '    at file:///srv/mod.ts:4:2',
      '    at ext:core/01_core.js:9:3',
      '    at eval (eval at run (/srv/a (b).js:1:2), <anonymous>:3:4)',
    ].join('\n');
    expect(brief(stack)).toEqual([
      ['upload', 'file:///srv/app/src/upload.ts', 12, 5, false],
      ['Object.<anonymous>', '/srv/app/main.js', 3, 1, false],
      ['', '/srv/app/anonymous.js', 7, 9, false],
      ['new Pool', 'C:\\work\\node_modules\\pg\\pool.js', 1, 2, true],
      ['process.processTicksAndRejections', 'node:internal/process/task_queues', 95, 5, true],
      ['Array.map', '<anonymous>', undefined, undefined, true],
      ['Promise.all', 'index 0', undefined, undefined, true],
      ['', 'file:///srv/mod.ts', 4, 2, false],
      ['', 'ext:core/01_core.js', 9, 3, true],
      ['eval', 'eval at run (/srv/a (b).js:1:2), <anonymous>', 3, 4, false],
    ]);
    expect(
      parseStack(stack)
        .slice(0, 2)
        .map(({ kind }) => kind),
    ).toEqual(['text', 'text']);
  });

  it('reads Python with the source of each frame', () => {
    const stack = [
      'Traceback (most recent call last):',
      '  File "/srv/app/main.py", line 10, in run',
      '    answer = ask(question)',
      '             ^^^^^^^^^^^^^',
      '  File "/usr/lib/python3.12/json/decoder.py", line 355, in raw_decode',
      '    raise JSONDecodeError("x", s, err.value) from None',
      'ValueError: no',
      '',
      'The above exception was the direct cause of the following exception:',
    ].join('\n');
    expect(brief(stack)).toEqual([
      ['run', '/srv/app/main.py', 10, undefined, false],
      ['raw_decode', '/usr/lib/python3.12/json/decoder.py', 355, undefined, true],
    ]);
    expect(parseStack(stack).map(({ kind }) => kind)).toEqual([
      'text',
      'frame',
      'source',
      'source',
      'frame',
      'source',
      'text',
      'text',
      'text',
    ]);
  });

  it('reads Java with its causes', () => {
    const stack = [
      'java.lang.IllegalStateException: no',
      '\tat com.example.App.run(App.java:42)',
      '\tat com.example.App$1.<init>(App.java)',
      '\tat java.base/java.lang.Thread.run(Thread.java:840)',
      '\tat sun.reflect.Native.invoke0(Native Method)',
      'Caused by: java.io.IOException: gone',
      '\t... 3 more',
    ].join('\n');
    expect(brief(stack)).toEqual([
      ['com.example.App.run', 'App.java', 42, undefined, false],
      ['com.example.App$1.<init>', 'App.java', undefined, undefined, false],
      ['java.base/java.lang.Thread.run', 'Thread.java', 840, undefined, true],
      ['sun.reflect.Native.invoke0', 'Native Method', undefined, undefined, true],
    ]);
    expect(parseStack(stack).at(-2)).toMatchObject({
      kind: 'text',
      text: 'Caused by: java.io.IOException: gone',
    });
  });

  it('takes no sentence for a frame', () => {
    expect(frames('Error: failed\n  at the third attempt\nat last')).toEqual([]);
  });

  it('loses nothing of any text', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '    at run (/a/b.js:1:2)',
        '  File "/a.py", line 3, in f',
        '\tat a.B.c(D.java:1)',
        '    at ((((((',
        `    at ${'('.repeat(3_000)}`,
      ),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const stack = lines.join('\n');
        const parsed = parseStack(stack);
        expect(parsed.map(({ text }) => text).join('\n')).toBe(stack);
        const blocks = stackBlocks(parsed, ({ isForeign }) => !isForeign);
        expect(blocks.flatMap((block) => block.lines)).toEqual(parsed);
      }),
    );
  });

  it('takes time in proportion to the text, whatever is in it', () => {
    const hostile = [
      `    at ${'a '.repeat(900)}(`,
      `    at ${'a.'.repeat(900)}(x`,
      `    at ${':1'.repeat(900)}`,
      `    at ${'x ('.repeat(650)}`,
    ];
    const begin = performance.now();
    parseStack(Array.from({ length: 8_000 }, (_, index) => hostile[index % 4]).join('\n'));
    expect(performance.now() - begin).toBeLessThan(2_000);
  });
});

describe('stackBlocks', () => {
  it('puts together what belongs together', () => {
    const stack =
      'E: x\n  at a (/w/a.js:1:1)\n  at b (node:x:1:1)\n  at c (node:y:1:1)\n  at d (/w/d.js:1:1)';
    const blocks = stackBlocks(parseStack(stack), ({ isForeign }) => !isForeign);
    expect(blocks.map(({ kind, lines }) => [kind, lines.length])).toEqual([
      ['text', 1],
      ['own', 1],
      ['foreign', 2],
      ['own', 1],
    ]);
  });
});
