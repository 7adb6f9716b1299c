import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { approval } from '../approval/approval.ts';
import type { Decision } from '../approval/decision.ts';
import { sequential } from '../sequential.ts';
import { resumable } from './resumable.ts';
import { SuspendedError } from './suspended-error.ts';

const yes: Decision = { kind: 'continue' };
let ran = 0;
const plan = (n: number): number => {
  ran++;
  return n + 1;
};
const pay = (n: number): number => {
  ran++;
  return n * 2;
};
const refund = resumable(sequential(plan, approval(pay, { expiresInMs: 60_000 })), { name: 'refund' });

async function suspended(workflow: { execute(input: number, init?: object): Promise<unknown> } = refund) {
  const error = await workflow
    .execute(1, { workflowId: 'w', tags: { tier: 'gold' }, baggage: { region: 'eu' } })
    .catch((thrown: unknown) => thrown);
  if (error instanceof SuspendedError) return error;
  throw error;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
/** A token of a text, sealed as a token is: what somebody makes who means harm. */
const sealed = (json: string): string => {
  const text = Buffer.from(json).toString('base64url');
  return `${text}.${hashOf(text)}`;
};
const jsonOf = (token: string): string => Buffer.from(token.split('.')[0] as string, 'base64url').toString();

async function refusalOf(token: unknown, ...given: readonly unknown[]) {
  ran = 0;
  const error: unknown = await refund
    .resume(token as string, (given.length === 0 ? yes : given[0]) as Decision)
    .catch((thrown: unknown) => thrown);
  expect(ran).toBe(0);
  return error as Error & { readonly code: string };
}

describe('a token', () => {
  it('is a text for URLs, headers and files, which changes with every run', async () => {
    const { token } = await suspended();
    expect(token).toMatch(/^[\w-]+\.[0-9a-f]{16}$/);
    expect((await suspended()).token).not.toBe(token);
    expect(sealed(jsonOf(token))).toBe(token);
  });

  it.each([[undefined], [''], [7], [{}], [null]])('has to be a text, not %j', async (token) => {
    expect(await refusalOf(token)).toMatchObject({
      code: 'OBS_ERR_INVALID_TOKEN',
      category: 'validation',
      message: 'resumable "refund": the token is no text; give it as it was in the SuspendedError',
    });
  });

  it('is refused where it was cut off, or changed in any place, before anything of it is read', async () => {
    const { token } = await suspended();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom('cut', 'change', 'double'),
        async (at, how) => {
          const other = token[at] === 'A' ? 'B' : 'A';
          const broken =
            how === 'cut'
              ? token.slice(0, at)
              : token.slice(0, at) +
                (how === 'change' ? other : (token[at] as string).repeat(2)) +
                token.slice(at + 1);
          const { code, message } = await refusalOf(broken);
          expect(code).toBe('OBS_ERR_INVALID_TOKEN');
          expect(message).toMatch(/has been changed or cut off|is no text/);
        },
      ),
    );
    expect((await refusalOf(`${token}.${token}`)).message).toContain('has been changed or cut off');
  });

  it('may have white space around it', async () => {
    const { token } = await suspended();
    expect(await refund.resume(` ${token}\r\n`, yes)).toBe(4);
    expect((await refusalOf(' \n')).message).toContain('the token is no text');
  });

  it('is refused where it is larger than any', async () => {
    const { message } = await refusalOf('x'.repeat(17 * 1024 * 1024));
    expect(message).toContain('the token has 17825792 characters, and none has more than 16777233;');
  });

  it.each(['', '{', '7', 'null', '[]', '"text"', '{"a":{"__proto__":{"version":1}}}'])(
    'is refused where it is sealed and holds %s',
    async (json) => {
      const { code } = await refusalOf(sealed(json));
      expect(code).toBe('OBS_ERR_INVALID_TOKEN');
    },
  );

  it('is refused where it is of another version of the library, another workflow, or another version of this', async () => {
    const { token } = await suspended();
    expect((await refusalOf(sealed(jsonOf(token).replace('"version":1', '"version":2')))).message).toContain(
      'of another version of this library; resume it with the one that made it',
    );
    const other = await suspended(resumable(sequential(plan, approval(pay)), { name: 'order' }));
    expect((await refusalOf(other.token)).message).toContain(
      'the token is of the workflow "order"; resume it with that one',
    );
    const before = await suspended(resumable(sequential(plan, plan, approval(pay)), { name: 'refund' }));
    expect((await refusalOf(before.token)).message).toContain(
      'its steps are not those that the run was begun with; resume it with the version that began it',
    );
  });

  /** Every place in a saved run, and what does not belong there. */
  it('is refused where anything in it is of another type, missing, or unknown', async () => {
    const { token } = await suspended();
    const json = jsonOf(token);
    const places: (readonly string[])[] = [];
    const visit = (value: unknown, way: readonly string[]): void => {
      if (way.length > 0) places.push(way);
      // What the run was given and returned is the program's own.
      if (['input', 'output', 'state'].includes(way.at(-1) as string)) return;
      if (typeof value === 'object' && value !== null)
        for (const [key, inner] of Object.entries(value)) visit(inner, [...way, key]);
    };
    visit(JSON.parse(json), []);
    const changed = (
      way: readonly string[],
      change: (at: Record<string, unknown>, key: string) => void,
    ): string => {
      const run = JSON.parse(json) as Record<string, unknown>;
      const at = way.slice(0, -1).reduce((above, key) => above[key] as Record<string, unknown>, run);
      change(at, way.at(-1) as string);
      return sealed(JSON.stringify(run));
    };
    const free = (way: readonly string[]): boolean => way.at(-2) === 'request' && way.at(-1) === 'input';
    for (const way of places.filter((each) => !free(each))) {
      const { code } = await refusalOf(changed(way, (at, key) => (at[key] = [{ x: 1 }, 7, true])));
      expect([way, code]).toEqual([way, 'OBS_ERR_INVALID_TOKEN']);
    }
    const objects = places.filter(
      (way) => !free(way) && !['tags', 'baggage', 'state'].includes(way.at(-1) as string),
    );
    for (const way of objects) {
      const isObject = changed(way, (at, key) => {
        const value = at[key];
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          (value as Record<string, unknown>)['surprise'] = 1;
      });
      if (isObject === token) continue;
      const { code } = await refusalOf(isObject);
      expect([way, code]).toEqual([way, 'OBS_ERR_INVALID_TOKEN']);
    }
    for (const key of ['workflow', 'graph', 'input', 'init', 'state', 'journal']) {
      const { code } = await refusalOf(changed([key], (at) => delete at[key]));
      expect([key, code]).toEqual([key, 'OBS_ERR_INVALID_TOKEN']);
    }
  });

  it('is refused where anything in it is called __proto__', async () => {
    const json = jsonOf((await suspended()).token);
    for (const place of ['"input":[', '"tags":', '"steps":']) {
      expect(json).toContain(place);
      const value = place.endsWith('[') ? '{"__proto__":{"admin":true}},' : '{"__proto__":{}},"x":';
      const { code } = await refusalOf(sealed(json.replace(place, place + value)));
      expect(code).toBe('OBS_ERR_INVALID_TOKEN');
    }
    const { message } = await refusalOf(
      sealed(json.replace('"input":[1]', '"input":[{"__proto__":{"admin":true}}]')),
    );
    expect(message).toContain('the token cannot be read');
  });

  it.each([1000, 2000, 3000, 5000, 20_000])('is refused where it is %s deep', async (depth) => {
    const { token } = await suspended();
    const deep = `${'{"steps":{"1:inner":'.repeat(depth)}{}${'}}'.repeat(depth)}`;
    const { code } = await refusalOf(sealed(jsonOf(token).replace(/"journal":.*$/s, `"journal":${deep}}`)));
    // Such a journal may be one, in which nothing waits.
    expect(['OBS_ERR_INVALID_TOKEN', 'OBS_ERR_INVALID_DECISION']).toContain(code);
  });

  it('never runs anything of what it was not, whatever is sealed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const { code } = await refusalOf(sealed(JSON.stringify(value)));
        expect(code).toBe('OBS_ERR_INVALID_TOKEN');
      }),
    );
    expect(({} as Record<string, unknown>)['version']).toBeUndefined();
  });
});

describe('a decision about a token', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /there is no decision; about: "[\w-]{36}" \(pay\)$/],
    ['null', null, /there is no decision/],
    ['no decisions', {}, /there is no decision; about: /],
    ['another request', { other: yes }, /no request "other" waits; there are "[\w-]{36}" \(pay\)$/],
    [
      'what is no decision',
      { other: { kind: 'maybe' } },
      /request "other": the decision is of the kind "maybe"/,
    ],
    ['a mere word', 'continue', /the decision is .*; it has to be \{ kind: 'continue'/],
    ['a mere yes', true, /it has to be \{ kind: 'continue'/],
    ['an unknown kind', { kind: 'maybe' }, /the decision is of the kind "maybe"; it has to be/],
  ])('is refused where it is %s', async (_, decision, message) => {
    const { token } = await suspended();
    expect(await refusalOf(token, decision)).toMatchObject({
      code: 'OBS_ERR_INVALID_DECISION',
      message: expect.stringMatching(message),
    });
  });

  it('that cannot be carried out leaves the token as good as it was', async () => {
    const { token } = await suspended();
    for (const decision of [{ kind: 'skip' }, { kind: 'edit', input: 1 }] as const) {
      await expect(refund.resume(token, decision)).rejects.toMatchObject({
        code: 'OBS_ERR_INVALID_DECISION',
      });
    }
    expect(await refund.resume(token, yes)).toBe(4);
  });

  it('is told of by tryResume as an outcome, as is a token', async () => {
    expect(await refund.tryResume('x', yes)).toMatchObject({
      ok: false,
      error: { code: 'OBS_ERR_INVALID_TOKEN' },
      info: { code: 'OBS_ERR_INVALID_TOKEN', category: 'validation', path: ['refund'] },
      traceId: undefined,
    });
    const { token } = await suspended();
    expect(await refund.tryResume(token, { kind: 'skip' })).toMatchObject({
      ok: false,
      info: { code: 'OBS_ERR_INVALID_DECISION' },
    });
    expect(await refund.tryResume(token, yes)).toMatchObject({ ok: true, value: 4 });
  });
});
