import { describe, expect, it } from '@jest/globals';
import { TraceAssertionError } from './trace-assertion-error.ts';

const made = (): TraceAssertionError => new TraceAssertionError('', made);

describe('a trace assertion error', () => {
  it('says later what was not known when it was made, once, and leads to where it was made', () => {
    const error = made().saying('two\nlines');
    expect(error.message).toBe('two\nlines');
    expect(error.stack?.startsWith('TraceAssertionError: two\nlines\n    at ')).toBe(true);
    expect(error.stack?.split('lines')).toHaveLength(2);
    expect(error.stack).toContain('trace-assertion-error.spec.ts');
  });
});
