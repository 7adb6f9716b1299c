import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.ts';
import { ReviewError } from './review-error.ts';

const KEY = { OPENAI_API_KEY: ' a-key ' };

function failureOf(args: readonly string[], env: NodeJS.ProcessEnv): unknown {
  try {
    return readArguments(args, env);
  } catch (error) {
    return error;
  }
}

describe('readArguments', () => {
  it.each<[string[], object]>([
    [[], { path: '.', maxCommits: 200, isHelp: false, isJson: false }],
    [['../other'], { path: '../other' }],
    [['--', '--odd'], { path: '--odd' }],
    [['--commits', '1'], { maxCommits: 1 }],
    [['--commits=10000', '.'], { maxCommits: 10_000 }],
    [['--json'], { isJson: true }],
    [['-h'], { isHelp: true }],
    [['--help', '--model', 'm'], { isHelp: true }],
  ])('reads %j', (args, expected) => {
    expect(readArguments(args, {})).toMatchObject(expected);
  });

  it('names no model unless one is asked for', () => {
    expect(readArguments([], KEY)).not.toHaveProperty('model');
  });

  it.each([
    [KEY, 'https://api.openai.com/v1'],
    [{ ...KEY, OPENAI_BASE_URL: ' ' }, 'https://api.openai.com/v1'],
    [{ ...KEY, OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }, 'http://127.0.0.1:11434/v1'],
  ])('reads the model’s address and key from %j', (env, address) => {
    expect(readArguments(['--model', 'small'], env).model).toEqual({
      name: 'small',
      baseUrl: new URL(address),
      apiKey: 'a-key',
    });
  });

  it.each<[string[], NodeJS.ProcessEnv, RegExp]>([
    [['one', 'two'], {}, /^one path at most, but got 2 /],
    [['--commits', '0'], {}, /^--commits takes a number from 1 to 10000 /],
    [['--commits', '10001'], {}, /^--commits takes a number from 1 to 10000 /],
    [['--commits', '1e3'], {}, /^--commits takes a number from 1 to 10000 /],
    [['--commits'], {}, /--commits/],
    [['--colour'], {}, /--colour/],
    [['--\u001b[2J'], {}, /\\x1b\[2J/],
    [['--model', ' '], KEY, /^--model takes the name of a model /],
    [['--model', 'm'], {}, /^--model needs OPENAI_API_KEY; set it, or leave --model out /],
    [['--model', 'm'], { OPENAI_API_KEY: ' ' }, /^--model needs OPENAI_API_KEY/],
    [['--model', 'm'], { OPENAI_API_KEY: 'a\nb' }, /^OPENAI_API_KEY holds characters that no key has/],
    [
      ['--model', 'm'],
      { ...KEY, OPENAI_BASE_URL: 'nowhere' },
      /^OPENAI_BASE_URL is not an http\(s\) address/,
    ],
    [['--model', 'm'], { ...KEY, OPENAI_BASE_URL: 'file:///etc' }, /^OPENAI_BASE_URL is not an http\(s\) /],
    [['--model', 'm'], { ...KEY, OPENAI_BASE_URL: 'http://u:p@a.test' }, /neither a password nor a query/],
    [['--model', 'm'], { ...KEY, OPENAI_BASE_URL: 'http://a.test?key=p' }, /neither a password nor a query/],
  ])('rejects %j with %j', (args, env, message) => {
    const failure = failureOf(args, env);
    expect(failure).toBeInstanceOf(ReviewError);
    expect(failure).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
    expect((failure as Error).message).toMatch(/^[^\n]+ \(--help shows how\)$/);
  });
});
