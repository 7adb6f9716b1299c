import { it } from 'node:test';
import { pause } from '@tta/obs-instrumentation';
import { mockPrimitive, observed } from '@tta/obs-testing';

void it(
  'forgets to move the clock',
  observed(
    () =>
      mockPrimitive('wait')
        .runs((_input, scope) => pause(scope, 250))
        .execute(''),
    {
      clock: 'manual',
    },
  ),
);

void it('comes after it', () => undefined);
