import { describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { approval } from '../approval/approval.ts';
import { sequential } from '../sequential.ts';
import { resumable } from './resumable.ts';
import { SuspendedError } from './suspended-error.ts';

describe('resumable', () => {
  it(
    'goes on',
    observed(async (trace) => {
      const ran: string[] = [];
      const workflow = resumable(
        sequential(
          (n: number) => {
            ran.push('a');
            return n + 1;
          },
          approval(
            (n: number) => {
              ran.push('b');
              return n * 2;
            },
            { name: 'double' },
          ),
        ),
        { name: 'sum' },
      );
      const error = await workflow.execute(1, { workflowId: 'w1' }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(SuspendedError);
      const { token, requests } = error as SuspendedError;
      expect(requests).toMatchObject([{ name: 'double', message: 'double?', input: 2 }]);
      console.log(token.length, Buffer.from(token.split('.')[0]!, 'base64url').toString());
      expect(await workflow.resume(token, { kind: 'continue', by: 'me' })).toBe(4);
      expect(ran).toEqual(['a', 'b']);
      console.log(String(trace), JSON.stringify(trace.spans.map((s) => [s.name, s.attributes])), trace.lines);
    }),
  );
});
