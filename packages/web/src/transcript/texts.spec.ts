import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { imageSource } from './image-source.ts';
import { messageBeginning } from './message-beginning.ts';
import { parsedText } from './parsed-text.ts';
import { attachmentText, jsonLine, pieceText } from './piece-text.ts';

describe('imageSource', () => {
  it.each([
    ['image/png', 'iVBORw0KGgo=', 'data:image/png;base64,iVBORw0KGgo='],
    ['IMAGE/JPEG', '/9j/', 'data:image/jpeg;base64,/9j/'],
    ['image/svg+xml', 'PHN2Zz4=', undefined],
    ['text/html', 'PGI+', undefined],
    [null, 'AAAA', undefined],
    ['image/png', '"><script>', undefined],
    ['image/png', '', undefined],
    ['image/png;x', 'AAAA', undefined],
  ])('of %j with %j is %j', (mimeType, data, source) => {
    expect(imageSource({ mimeType, data })).toBe(source);
  });
});

describe('texts of pieces', () => {
  it('names what is attached and never has its content', () => {
    const blob = { type: 'blob', mimeType: 'image/png', modality: 'image', data: 'A'.repeat(400) } as const;
    expect(attachmentText(blob)).toBe('image, image/png, 300 B');
    expect(attachmentText({ type: 'uri', mimeType: null, modality: 'image', uri: 'https://x' })).toBe(
      'image, https://x',
    );
    expect(attachmentText({ type: 'file', mimeType: null, modality: null, fileId: 'f1' })).toBe('file, f1');
    expect(pieceText({ type: 'attachment', key: 'a', part: blob })).not.toContain('AAAA');
  });

  it('puts a value into one line of a length', () => {
    expect(jsonLine({ a: ' x\n y ' }, 99)).toBe('{"a":" x\\n y "}');
    expect(jsonLine('one\n two', 99)).toBe('one two');
    expect(jsonLine('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
    expect([jsonLine(null, 9), jsonLine(undefined, 9)]).toEqual(['', '']);
  });

  it('begins a long text at the end of a line, and cuts no character', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('word ', '\n', '🙂', 'x'.repeat(900)), { maxLength: 60 }),
        (pieces) => {
          const text = pieces.join('');
          const beginning = messageBeginning(text);
          expect(text.startsWith(beginning)).toBe(true);
          expect(beginning.length === text.length || beginning.length <= 4_000).toBe(true);
          expect(beginning).not.toMatch(/[\ud800-\udbff]$/);
        },
      ),
    );
    expect(messageBeginning(`${'x'.repeat(3_000)}\n${'y'.repeat(9_000)}`)).toBe('x'.repeat(3_000));
  });

  it('reads JSON in a text', () => {
    expect(parsedText(' {"a":1}')).toEqual({ a: 1 });
    expect(parsedText('{no}')).toBe('{no}');
    expect(parsedText('12')).toBe('12');
    expect(parsedText([1])).toEqual([1]);
  });
});
