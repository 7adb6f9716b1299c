import { describe, expect, it } from '@jest/globals';
import { firstTraceSnippet } from './first-trace-snippet.ts';

describe('firstTraceSnippet', () => {
  it('sends to the service that shows it, in three lines beside the imports', () => {
    const lines = firstTraceSnippet('http://127.0.0.1:4321').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('import '))).toHaveLength(3);
    expect(lines.join('\n')).toContain("ttaUiEndpoint: 'http://127.0.0.1:4321'");
  });
});
