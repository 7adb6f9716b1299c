import { context } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { instrument, InstrumentedPrimitive, instrumentationOf } from '@tta/obs-instrumentation';
import { ObservedProcess } from '../test/observed-process.ts';
import { sentText } from '../test/sent-text.ts';
import type { ObservabilityOptions } from './observability-options.ts';

interface Login {
  readonly user: string;
  readonly password: string;
}

class SignIn extends InstrumentedPrimitive<Login, string> {
  constructor() {
    super({ type: 'sign_in' });
  }
  protected run({ user }: Login): string {
    return `welcome ${user}, your token=sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789`;
  }
}

const observed = new ObservedProcess();

/** All that is sent of one sign-in. */
async function sent(
  env: Readonly<Record<string, string>>,
  options: ObservabilityOptions = {},
): Promise<string> {
  const sink = await observed.sink();
  const obs = observed.initialize(env, { otlpEndpoint: sink.httpUrl, ...options });
  await new SignIn().execute({ user: 'zoë', password: 'hunter-2' });
  await obs.shutdown();
  return sentText(sink);
}

describe('content', () => {
  it('is not captured unless that is wanted', async () => {
    const text = await sent({});
    expect(text).toContain('output.size_bytes');
    expect(text).not.toMatch(/input\.value|output\.value|input\.size_bytes|welcome|zoë|hunter-2/);
  });

  it.each<[Readonly<Record<string, string>>, ObservabilityOptions]>([
    [{ TTA_CAPTURE_CONTENT: 'true' }, {}],
    [{}, { captureContent: true }],
  ])('loses its secrets as log lines do, with %j and %j', async (env, options) => {
    const text = await sent(env, options);
    expect(text).toContain('{"user":"zoë","password":"[redacted:password]"}');
    expect(text).toMatch(/welcome zoë, your token=\[redacted:[a-z-]+\]/);
    expect(text).not.toMatch(/hunter-2|AbCdEf/);
    expect(text).toContain('input.size_bytes');
  });

  it('is as the code says, whatever the variable says', async () => {
    expect(await sent({ TTA_CAPTURE_CONTENT: 'true' }, { captureContent: false })).not.toContain('welcome');
    expect(await sent({}, { captureContent: { maxLength: 12 } })).toMatch(
      /welcome zoë,… \(\d+ more characters\)/,
    );
    const strict = await sent({}, { captureContent: true, redaction: { keys: ['user'] } });
    expect(strict).toContain('{"user":"[redacted:user]"');
    expect(await sent({}, { captureContent: true, redaction: false })).toContain('"password":"hunter-2"');
  });

  it('never hurts the run, whatever the values are', async () => {
    const circular: Record<string, unknown> = { big: 12n, text: 'x'.repeat(1e8), bytes: Buffer.alloc(1e7) };
    circular['self'] = circular;
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = {
      get token(): never {
        throw new Error('no');
      },
      proxy,
      many: new Map(Array.from({ length: 1e5 }, (_, key) => [key, circular])),
    };
    const sink = await observed.sink();
    const obs = observed.initialize({}, { otlpEndpoint: sink.httpUrl, captureContent: true });
    const pass = instrument((...values: readonly unknown[]) => values.length, { name: 'pass' });
    expect(await pass(circular, hostile, Symbol('s'), () => 1)).toBe(4);
    expect(instrumentationOf(context.active()).faults).toBe(0);
    await obs.shutdown();
    const text = sentText(sink);
    expect(text).toContain('"big":"12"');
    expect(text.length).toBeLessThan(20_000);
  });

  it('is measured alone where that is wanted', async () => {
    const text = await sent({}, { measureSizes: true });
    expect(text).toContain('input.size_bytes');
    expect(text).not.toMatch(/input\.value|hunter-2/);
  });
});
