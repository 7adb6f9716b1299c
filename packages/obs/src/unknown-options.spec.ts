import { describe, expect, it } from '@jest/globals';
import { unknownOptions } from './unknown-options.ts';

describe('unknownOptions', () => {
  it.each([
    ['serviceNam', 'serviceName'],
    ['servicename', 'serviceName'],
    ['enableTTAUI', 'enableTtaUi'],
    ['prometheusprt', 'prometheusPort'],
    ['otlpEndpont', 'otlpEndpoint'],
  ])('takes %s for %s', (given, meant) => {
    expect(unknownOptions({ [given]: 1 })).toBe(
      `initializeObservability() has no option "${given}" (did you mean ${meant}?): left aside.`,
    );
  });

  it.each(['colour', '__proto', 'toString', 'x'.repeat(100)])('has no guess for %s', (given) => {
    expect(unknownOptions({ [given]: 1 })).toBe(
      `initializeObservability() has no option "${given}": left aside.`,
    );
  });

  it('has nothing to say of options that there are, and of those that are undefined', () => {
    expect(unknownOptions({})).toBeUndefined();
    expect(unknownOptions({ serviceName: 'a', stepSpans: false, slos: [] })).toBeUndefined();
    expect(unknownOptions({ serviceNam: undefined } as object)).toBeUndefined();
  });

  it('names five of many', () => {
    const options = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`option${index}`, 1]));
    expect(unknownOptions(options)).toMatch(/"option4"[^"]*, others: left aside\.$/);
  });

  it('leaves what is no plain text escaped, and cut', () => {
    expect(unknownOptions({ ['\u001b[31m']: 1 } as object)).toContain(String.raw`"\u001b[31m"`);
    expect(unknownOptions({ ['y'.repeat(10_000)]: 1 })!.length).toBeLessThan(200);
  });
});
