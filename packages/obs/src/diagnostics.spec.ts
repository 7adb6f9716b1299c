import { diag, DiagLogLevel } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import type { Logger } from '@tta/obs-context';
import { logDiagnostics } from './diagnostics.ts';

describe('logDiagnostics', () => {
  it('writes what is said at the level or above it, until it is ended', () => {
    const lines: string[] = [];
    const write =
      (level: string) =>
      (message: string): void =>
        void lines.push(`${level} ${message}`);
    const logger: Logger = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    };
    const end = logDiagnostics(logger, DiagLogLevel.INFO);
    diag.debug('unseen');
    diag.info('at %s', 'home', { port: 1 });
    diag.warn('hm');
    diag.error('oh', 'no');
    const endAll = logDiagnostics(logger, DiagLogLevel.ALL);
    diag.verbose('v');
    diag.debug('d');
    endAll();
    end();
    diag.error('unheard');
    const ours = lines.filter((line) => !line.includes('@opentelemetry/api'));
    expect(ours).toEqual(['info at home { port: 1 }', 'warn hm', 'error oh no', 'debug v', 'debug d']);
  });
});
