import { describe, expect, it } from '@jest/globals';
import { RememberedSize } from './remembered-size.ts';

function storage(values: Record<string, string> = {}) {
  return {
    values,
    getItem: (key: string) => values[key] ?? null,
    setItem: (key: string, value: string) => void (values[key] = value),
  };
}

describe('RememberedSize', () => {
  it('is as it was left', () => {
    const kept = storage();
    new RememberedSize(kept, 'pane', 400).write(512.25);
    expect(new RememberedSize(kept, 'pane', 400).read()).toBe(512.25);
    expect(new RememberedSize(kept, 'names', 0.4).read()).toBe(0.4);
  });

  it.each(['', 'wide', '-3', '0', 'Infinity'])('is the standard where %j is stored', (stored) => {
    expect(new RememberedSize(storage({ 'obs.size.pane': stored }), 'pane', 400).read()).toBe(400);
  });

  it('is the standard where nothing may be stored', () => {
    const forbidden = (): never => {
      throw new Error('forbidden');
    };
    const size = new RememberedSize({ getItem: forbidden, setItem: forbidden }, 'pane', 400);
    size.write(500);
    expect(size.read()).toBe(400);
  });
});
