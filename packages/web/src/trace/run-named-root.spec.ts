import { describe, expect, it } from '@jest/globals';
import { traceDocument } from '../testing/trace-fixture.ts';
import type { SpanSketch } from '../testing/trace-fixture.ts';
import { runNamedRoot } from './run-named-root.ts';

function labels(root: Partial<SpanSketch>, hasRoot = true): readonly (string | null)[] {
  const sketches = [
    { name: 'primitive.sequential.execute', ...root },
    { name: 'x', label: 'read', parent: 0 },
  ];
  return runNamedRoot(traceDocument(sketches, { name: 'repo-review', hasRoot })).label;
}

describe('runNamedRoot', () => {
  it('calls a root without a name of its own as the run is called', () => {
    expect(labels({})).toEqual(['repo-review', 'read']);
    expect(labels({ type: 'sequential', label: 'sequential' })).toEqual(['repo-review', 'read']);
  });

  it('leaves a root its own name', () => {
    expect(labels({ type: 'saga', label: 'book trip' })).toEqual(['book trip', 'read']);
  });

  it('names no other span after the run while the root is missing', () => {
    expect(labels({ missingParent: '00f067aa0ba902b7' }, false)).toEqual([null, 'read']);
  });
});
