import { describe, expect, it } from '@jest/globals';
import type { Diagnosis } from './diagnosis.ts';
import { reportJson, reportText } from './report.ts';

const diagnosis: Diagnosis = {
  url: 'http://127.0.0.1:8765',
  results: [
    { check: 'service', findings: [] },
    {
      check: 'limits',
      findings: [{ check: 'limits', what: 'a\u001b[31mb', evidence: ['c\nd'], mend: ['# e\nrm -rf', 'f'] }],
    },
    { check: 'ports', skipped: 'no service could be asked' },
  ],
  traceCount: 1,
  unreadCount: 2,
};

describe('reportText', () => {
  it('lets nothing of what programs say steer the terminal, or break out of a line', () => {
    expect(reportText(diagnosis, { hasColour: false })).toBe(
      '✗ a [31mb [limits]\n    seen  c d\n    mend  # e rm -rf\n          f\n\n' +
        '1 finding in 2 checks: 1 trace of the service at http://127.0.0.1:8765.\n' +
        '2 traces with too many spans left out.\n' +
        'Not made, because no service could be asked: ports.\n',
    );
  });

  it('has colours where they are wanted', () => {
    expect(reportText(diagnosis, { hasColour: true })).toContain('\u001b[31m✗\u001b[39m');
  });
});

describe('reportJson', () => {
  it('tells checks and findings', () => {
    expect(JSON.parse(reportJson(diagnosis))).toMatchObject({
      checks: [
        { check: 'service', findingCount: 0 },
        { check: 'limits', findingCount: 1 },
        { check: 'ports', skipped: 'no service could be asked' },
      ],
      findings: [{ check: 'limits', mend: ['# e\nrm -rf', 'f'] }],
    });
  });
});
