import { describe, expect, it } from '@jest/globals';
import { createLogger } from './create-logger.ts';

function pretty(message: string, fields: Record<string, unknown>, colour = false): string {
  let text = '';
  createLogger({ format: 'pretty', colour, stream: { write: (line) => void (text += line) } }).error(
    message,
    fields,
  );
  return text;
}

/** An error with frames that do not depend on this file. */
function errorWith(message: string, frames: readonly string[], more: object = {}): Error {
  const error = new TypeError(message);
  error.stack = [`TypeError: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return Object.assign(error, more);
}

const frames = ['load (/srv/app/load.ts:12:3)', 'run (/srv/app/run.ts:3:1)', 'main (/srv/app/main.ts:1:1)'];

describe('an error in a pretty line', () => {
  it('stands below it with its fields, its frames and what caused it', () => {
    const cause = errorWith('no route', ['connect (/srv/app/net.ts:1:1)', ...frames.slice(1)]);
    const error = errorWith('broken', frames, { code: 'E_X', cause });
    expect(pretty('failed', { order: 7, error }).split('\n').slice(0, -1)).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} error failed {2}order=7$/),
      '    TypeError: broken  code="E_X"',
      '      at load (/srv/app/load.ts:12:3)',
      '      at run (/srv/app/run.ts:3:1)',
      '      at main (/srv/app/main.ts:1:1)',
      '      cause: TypeError: no route',
      '        at connect (/srv/app/net.ts:1:1)',
      '        … 2 more as above',
    ]);
  });

  it('says the name of a field that is not called error', () => {
    expect(pretty('failed', { reason: errorWith('broken', []) })).toContain(
      '\n    reason: TypeError: broken\n',
    );
  });

  it('shows each error of an aggregate, and causes that are no errors', () => {
    const error = new AggregateError([errorWith('one', frames), 'two'], 'all failed', { cause: { code: 7 } });
    const shown = pretty('failed', { error });
    expect(shown).toContain('\n    AggregateError: all failed\n');
    expect(shown).toContain('\n      cause: {"code":7}\n');
    expect(shown).toContain('\n      error 1 of 2: TypeError: one\n');
    expect(shown).toContain('\n      error 2 of 2: "two"\n');
  });

  it('shows a message that was changed later', () => {
    const error = errorWith('old', frames);
    error.message = 'new';
    expect(pretty('failed', { error })).toContain('\n    TypeError: new\n      at load');
  });

  it('can neither begin a line in the first column nor steer the terminal', () => {
    const forged = 'x\n03:04:05.678 error forged\r\u001b[2J\u2028y';
    const error = errorWith(forged, [forged], { [forged]: forged, cause: errorWith(forged, []) });
    const odd = errorWith('odd', [], { cause: forged, errors: [forged] });
    const lines = pretty(forged, { [forged]: error, odd, other: { stack: forged } })
      .split('\n')
      .slice(0, -1);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {4}/);
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u2028]/);
  });

  it('is red where it says what went wrong', () => {
    const shown = pretty('failed', { error: errorWith('broken', frames) }, true);
    expect(shown).toContain('    \u001b[31mTypeError: broken\u001b[0m\n\u001b[90m      at load');
  });
});
