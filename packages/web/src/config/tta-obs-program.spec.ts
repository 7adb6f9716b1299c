import { describe, expect, it } from '@jest/globals';
import { ttaObsProgram } from './tta-obs-program.ts';

describe('ttaObsProgram', () => {
  it('sends to the service that shows it, in three lines beside the imports', () => {
    const lines = ttaObsProgram('http://127.0.0.1:4321').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('import '))).toHaveLength(3);
    expect(lines.join('\n')).toContain("ttaUiEndpoint: 'http://127.0.0.1:4321'");
  });
});
