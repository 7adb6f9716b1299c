import { describe, expect, it } from '@jest/globals';
import type { AiPart } from '@tta/obs-protocol';
import { dataText, messageText } from './message-text.ts';

const part = (one: AiPart) => messageText({ role: 'user', name: null, parts: [one] })[0]!;

describe('messageText', () => {
  it.each<[AiPart, string, readonly string[]]>([
    [{ type: 'text', text: '\n\none\r\n\ttwo  \n' }, 'user', ['one', '  two']],
    [{ type: 'text', text: '' }, 'user', ['']],
    [{ type: 'reasoning', text: 'hm' }, 'reasoning', ['hm']],
    [{ type: 'tool_call', id: 'c', name: 'look', arguments: { at: 1 } }, 'calls', ['look {"at":1}']],
    [{ type: 'tool_call', id: null, name: 'look', arguments: '' }, 'calls', ['look']],
    [{ type: 'tool_response', id: 'c', response: 'a\u001b[2Jb' }, 'result', ['a [2Jb']],
    [
      { type: 'blob', mimeType: 'image/png', modality: 'image', data: 'AAAA' },
      'user',
      ['[image, image/png, 3 B]'],
    ],
    [
      { type: 'uri', mimeType: null, modality: 'image', uri: 'https://x\u202e' },
      'user',
      ['[image, https://x]'],
    ],
    [{ type: 'file', mimeType: null, modality: null, fileId: 'f1' }, 'user', ['[f1]']],
    [{ type: 'unknown', value: { odd: true } }, 'user', ['{"odd":true}']],
  ])('of %j is said by %s: %j', (one, label, lines) => {
    expect(part(one)).toMatchObject({ label, lines });
  });

  it('names who speaks where several have the same role', () => {
    const parts: AiPart[] = [{ type: 'text', text: 'hi' }];
    expect(messageText({ role: 'user', name: 'ada\u0007', parts })[0]!.label).toBe('user ada');
  });
});

describe('dataText', () => {
  it('breaks JSON into lines when it is long', () => {
    const { lines } = dataText('result', { rows: Array.from({ length: 60 }, (_, index) => index) });
    expect([lines[0], lines[1], lines.at(-1)]).toEqual(['{', '  "rows": [', '}']);
  });
});
