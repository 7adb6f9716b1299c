import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  attributeNames as names,
  type ContextInit,
  type Correlation,
  correlationKey,
  correlationOf,
  withCorrelation,
  WorkflowContext,
} from '@tta/obs-context';
import { seededRandom } from '@tta/obs-context/manual';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { Instrumentation } from './instrumentation.ts';

beforeAll(enableContexts);

const known = (): Correlation | undefined => correlationOf(context.active());
const ask = custom('ask', () => known());

const everything = {
  correlationId: 'c-1',
  workflowId: 'w-1',
  workflowName: 'review',
  agentId: 'a-1',
  sessionId: 's-1',
  userId: 'u-1',
  requestId: 'r-1',
} as const;

const attributeOf: Readonly<Record<keyof Correlation, string>> = {
  correlationId: names.correlationId,
  workflowId: names.workflowId,
  workflowName: names.workflowName,
  agentId: names.agentId,
  sessionId: names.sessionId,
  userId: names.userId,
  requestId: names.requestId,
};

const madeHere = (): WorkflowContext =>
  new WorkflowContext({}, { random: { ...seededRandom(1), uuid: () => 'c-made' } });

describe.each([
  ['spans are recorded', () => new Observed().instrumentation],
  ['only metrics are recorded', () => new Instrumentation({ meter: new Observed().meter })],
  ['nothing is recorded', () => new Instrumentation()],
])('the correlation of a run, where %s', (_, make) => {
  const run = <T>(fn: () => T, around: Context = ROOT_CONTEXT): T =>
    context.with(withInstrumentation(around, make()), fn);

  it('is what the caller said, in every step', async () => {
    const said: ContextInit = { ...everything, agentType: 'critic', tags: { team: 'blue' } };
    expect(await run(() => ask.execute(0, said))).toEqual(everything);
    expect(await run(() => outer(outer(ask)).execute(0, said))).toEqual(everything);
    expect(await run(() => outer(() => ask.execute(0)).execute(0, said))).toEqual(everything);
  });

  it('is none where nobody said anything, and no id is invented', async () => {
    expect(await run(() => outer(ask).execute(0))).toBeUndefined();
    expect(await run(() => ask.execute(0, { agentType: 'critic' }))).toBeUndefined();
    expect(await run(() => ask.execute(0, { workflowName: 'w' }))).toEqual({ workflowName: 'w' });
  });

  it('has the id that a context of the caller makes', async () => {
    const mine = madeHere();
    expect(await run(() => outer(ask).execute(0, mine))).toEqual({ correlationId: 'c-made' });
    expect(mine.correlationId).toBe('c-made');
  });

  it('falls back field by field to what is known around the run', async () => {
    const around = withCorrelation(ROOT_CONTEXT, { userId: 'u-0', requestId: 'r-0' });
    expect(await run(() => outer(ask).execute(0), around)).toEqual({ userId: 'u-0', requestId: 'r-0' });
    expect(await run(() => outer(ask).execute(0, { userId: 'u-1' }), around)).toEqual({
      userId: 'u-1',
      requestId: 'r-0',
    });
  });

  it('is what a step says around its own code, before what the run says, in all that begins there', async () => {
    const telling = custom('telling', (_: number, scope) =>
      context.with(withCorrelation(context.active(), { userId: 'u-9', sessionId: 's-9' }), async () => [
        known(),
        await ask.execute(0),
        await ask.execute(0, scope.context),
        await scope.step('step_0', outer(ask), 0),
      ]),
    );
    const expected = { userId: 'u-9', sessionId: 's-9', requestId: 'r-1' };
    const seen = await run(() => outer(telling).execute(0, { userId: 'u-1', requestId: 'r-1' }));
    expect(seen).toEqual([expected, expected, expected, expected]);
  });

  it('names the user of each branch, where a run works for many', async () => {
    const waiting = custom('waiting', async () => {
      await new Promise(setImmediate);
      return known()?.userId;
    });
    const forEach = custom('for each', (users: readonly string[]) =>
      Promise.all(
        users.map((userId) =>
          context.with(withCorrelation(context.active(), { userId }), () => outer(waiting).execute(0)),
        ),
      ),
    );
    const users = ['u-1', 'u-2', 'u-3'];
    expect(await run(() => forEach.execute(users, { userId: 'batch' }))).toEqual(users);
  });

  it('has what was said last, and after that what the run says again', async () => {
    const telling = custom('telling', () => {
      const first = withCorrelation(context.active(), { userId: 'u-8', sessionId: 's-8' });
      const second = withCorrelation(first, { userId: 'u-9' });
      const other = createContextKey('other');
      const below = second.setValue(other, 1).deleteValue(other);
      return [
        correlationOf(below),
        correlationOf(first),
        known(),
        correlationOf(second.deleteValue(correlationKey)),
      ];
    });
    expect(await run(() => telling.execute(0, { userId: 'u-1' }))).toEqual([
      { userId: 'u-9', sessionId: 's-8' },
      { userId: 'u-8', sessionId: 's-8' },
      { userId: 'u-1' },
      { userId: 'u-1' },
    ]);
  });

  it('of a run inside another falls back to what was said where it begins, then to the outer one', async () => {
    const nested = custom('nested', () =>
      context.with(withCorrelation(context.active(), { userId: 'u-9', sessionId: 's-9' }), () =>
        outer(ask).execute(0, { workflowName: 'inner', sessionId: 's-2' }),
      ),
    );
    expect(await run(() => nested.execute(0, { userId: 'u-1', requestId: 'r-1' }))).toEqual({
      workflowName: 'inner',
      userId: 'u-9',
      sessionId: 's-2',
      requestId: 'r-1',
    });
  });

  it('knows nothing of a run that is over, in whose context it begins', async () => {
    let kept = ROOT_CONTEXT;
    const keeping = custom('keeping', () => {
      kept = withCorrelation(context.active(), { sessionId: 's-9' });
    });
    const around = withCorrelation(ROOT_CONTEXT, { requestId: 'r-0' });
    await run(() => keeping.execute(0, { userId: 'alice', workflowId: 'w-alice' }), around);
    expect(await context.with(kept, () => outer(ask).execute(0))).toEqual({ requestId: 'r-0' });
    expect(await context.with(kept, () => outer(ask).execute(0, { userId: 'bob' }))).toEqual({
      requestId: 'r-0',
      userId: 'bob',
    });
  });

  it('of a run inside another is what that one says, else what the outer one says', async () => {
    const nested = custom('nested', async () => [
      await ask.execute(0, { workflowName: 'inner', requestId: 'r-2' }),
      known(),
    ]);
    expect(await run(() => nested.execute(0, { workflowName: 'outer', userId: 'u-1' }))).toEqual([
      { workflowName: 'inner', requestId: 'r-2', userId: 'u-1' },
      { workflowName: 'outer', userId: 'u-1' },
    ]);
  });

  it('of a run inside one whose id nobody can know is without it, too', async () => {
    const nested = custom('nested', () => ask.execute(0, { workflowName: 'inner' }));
    expect(await run(() => nested.execute(0, {}))).toEqual({ workflowName: 'inner' });
  });

  it('of a run that is handed a context of its own takes nothing from the run around', async () => {
    const nested = custom('nested', () =>
      context.with(withCorrelation(context.active(), { userId: 'u-9' }), () => ask.execute(0, madeHere())),
    );
    expect(await run(() => nested.execute(0, everything))).toEqual({ correlationId: 'c-made' });
  });

  it('keeps runs that overlap apart', async () => {
    const waiting = custom('waiting', async (user: string) => {
      const before = known();
      await Promise.resolve();
      await new Promise(setImmediate);
      return [user, before?.userId, (await ask.execute(0))?.userId, known()?.userId];
    });
    const users = ['u-1', 'u-2', 'u-3'];
    const seen = await run(() => Promise.all(users.map((userId) => waiting.execute(userId, { userId }))));
    expect(seen).toEqual(users.map((user) => [user, user, user, user]));
  });

  it('leaves other values of the context as they are', async () => {
    const key = createContextKey('mine');
    const look = custom('look', () => context.active().getValue(key));
    expect(await run(() => look.execute(0, everything), ROOT_CONTEXT.setValue(key, 'mine'))).toBe('mine');
  });

  it('is over with the run', async () => {
    expect(
      await run(async () => {
        await ask.execute(0, everything);
        return known();
      }),
    ).toBeUndefined();
  });
});

describe('the correlation of a run', () => {
  it.each<[string, () => ContextInit | WorkflowContext | undefined]>([
    ['says nothing', () => undefined],
    ['says something', () => ({ workflowName: 'w', userId: 'u-1' })],
    ['says everything', () => everything],
    ['brings a context', () => new WorkflowContext({ userId: 'u-1' })],
    ['brings a part of one', () => madeHere().child({ sessionId: 's-1' })],
  ])('is what the attributes of its spans say, where the caller %s', async (_, said) => {
    const observed = new Observed();
    const heard: Correlation[] = [];
    const hear = custom('hear', () => void heard.push(known() ?? {}));
    await observed.run(() => outer(() => hear.execute(0, { requestId: 'r-9' })).execute(0, said()));
    const attributes = observed.span('primitive.custom.process', { 'primitive.name': 'hear' }).attributes;
    const fields = Object.keys(attributeOf) as (keyof Correlation)[];
    expect(heard.map((one) => fields.map((field) => one[field]))).toEqual([
      fields.map((field) => attributes[attributeOf[field]]),
    ]);
  });

  it('is what the spans of a run inside another say, also of what was said around it', async () => {
    const observed = new Observed();
    const nested = custom('nested', () =>
      context.with(withCorrelation(context.active(), { userId: 'u-9' }), () =>
        ask.execute(0, { workflowName: 'inner' }),
      ),
    );
    const around = withCorrelation(context.active(), { requestId: 'r-0', correlationId: 'c-0' });
    const heard = await observed.run(() =>
      context.with(withInstrumentation(around, observed.instrumentation), () =>
        nested.execute(0, { userId: 'u-1', sessionId: 's-1' }),
      ),
    );
    const own = { workflowName: 'inner', userId: 'u-9', sessionId: 's-1' };
    expect(heard).toEqual({ ...own, requestId: 'r-0', correlationId: 'c-0' });
    const { attributes } = observed.span('primitive.custom.process', { 'primitive.name': 'ask' });
    const said = Object.entries(attributeOf).map(([field, name]) => [field, attributes[name]]);
    expect(Object.fromEntries(said.filter(([, value]) => value !== undefined))).toEqual(own);
  });

  it('cannot be written into, where all that ask share it', async () => {
    const write = custom('write', () => {
      Object.assign(known() ?? {}, { userId: 'evil' });
    });
    await expect(write.execute(0, { userId: 'u-1' })).rejects.toThrow(TypeError);
    const writeSaid = custom('write said', () =>
      context.with(withCorrelation(context.active(), { userId: 'u-1' }), () =>
        Object.assign(known() ?? {}, { userId: 'evil' }),
      ),
    );
    await expect(writeSaid.execute(0)).rejects.toThrow(TypeError);
  });

  it('is worked out once a run, and not before someone asks', async () => {
    let made = 0;
    const random = { ...seededRandom(1), uuid: () => `c-${made++}` };
    const mine = new WorkflowContext({}, { random });
    await custom('silent', () => 1).execute(0, mine);
    expect(made).toBe(0);
    const twice = custom('twice', () => [known(), known()]);
    const [one, two] = await twice.execute(0, mine);
    expect(one).toEqual({ correlationId: 'c-0' });
    expect(two).toBe(one);
  });

  it('is what is known around where it cannot be read, and a fault once a run', async () => {
    const random = {
      ...seededRandom(1),
      uuid: () => {
        throw new Error('no chance');
      },
    };
    const instrumentation = new Instrumentation();
    const around = withInstrumentation(withCorrelation(ROOT_CONTEXT, { userId: 'u-0' }), instrumentation);
    const twice = custom('twice', () => [known(), known()]);
    const seen = await context.with(around, () => twice.execute(0, new WorkflowContext({}, { random })));
    expect(seen).toEqual([{ userId: 'u-0' }, { userId: 'u-0' }]);
    expect(instrumentation.faults).toBe(1);
  });
});
