import { describe, expect, it } from '@jest/globals';
import { terminalLogger } from './service-start.ts';
import type { Terminal } from './surroundings.ts';

describe('terminalLogger', () => {
  it('writes a line on stderr for each thing that the service says', () => {
    let said = '';
    const terminal: Terminal = {
      out: () => undefined,
      err: (text) => void (said += text),
      columns: 80,
      hasColour: false,
      isOutTerminal: false,
      errColumns: 0,
    };
    const logger = terminalLogger(terminal);
    logger.warn('Port 4318 is taken.');
    logger.error('Old traces could not be removed', new Error('disk full'));
    logger.error('Old traces could not be removed', 'a text');
    expect(said).toBe(
      'tta-obs: Port 4318 is taken.\ntta-obs: Old traces could not be removed: disk full\ntta-obs: Old traces could not be removed\n',
    );
  });
});
