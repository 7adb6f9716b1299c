import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { editorTemplates, fileLink, templateProblem } from './editor-link.ts';

describe('fileLink', () => {
  it('opens a file at its line in each editor', () => {
    const open = (editor: keyof typeof editorTemplates): string | undefined =>
      fileLink(editorTemplates[editor], '/home/ann/my app/src/a.ts', 12, 3);
    expect(open('vscode')).toBe('vscode://file/home/ann/my%20app/src/a.ts:12:3');
    expect(open('zed')).toBe('zed://file/home/ann/my%20app/src/a.ts:12:3');
    expect(open('webstorm')).toBe('webstorm://open?file=/home/ann/my%20app/src/a.ts&line=12&column=3');
  });

  it('takes a path of Windows', () => {
    expect(fileLink(editorTemplates.cursor, 'C:\\work\\a.ts', 1, 1)).toBe('cursor://file/C:/work/a.ts:1:1');
  });

  it.each(['src/a.ts', '', '//server/share/a.ts', '\\\\server\\share\\a.ts', '/a\nb', '/\ud800'])(
    'opens nothing for %j, which is no file of this machine',
    (path) => {
      expect(fileLink(editorTemplates.vscode, path, 1, 1)).toBeUndefined();
    },
  );

  it.each(['/w/../etc/passwd', '/w/..\\..\\etc\\passwd', '/w/..', 'C:\\w\\..\\x'])(
    'opens nothing for %j, which climbs out of its folder',
    (path) => {
      expect(fileLink(editorTemplates.vscode, path, 1, 1)).toBeUndefined();
    },
  );

  it('says line 1 where the line makes no sense', () => {
    expect(fileLink(editorTemplates.vscode, '/a.ts', Number.NaN, -4)).toBe('vscode://file/a.ts:1:1');
  });

  it('keeps any path out of the rest of the address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const link = fileLink('idea://open?file={path}&line={line}', `/w/${name}`, 7, 1);
        if (link === undefined) return;
        const url = new URL(link);
        expect(url.protocol).toBe('idea:');
        expect(url.hash).toBe('');
        expect([...url.searchParams.keys()]).toEqual(['file', 'line']);
        expect(url.searchParams.get('file')).toBe(`/w/${name.replaceAll('\\', '/')}`);
      }),
    );
  });
});

describe('templateProblem', () => {
  it('has nothing against an address with a scheme of its own', () => {
    expect(templateProblem('subl://open?url=file://{path}&line={line}')).toBeUndefined();
    expect(templateProblem('http://localhost:63342/api/file/{path}:{line}')).toBeUndefined();
  });

  it.each([
    'javascript://%0aalert(1)//{path}',
    'JavaScript://{path}',
    'java\nscript://{path}',
    ' javascript://{path}',
    'data:text/html,{path}',
    'data://text/html,{path}',
    'vbscript://{path}',
    'file://{path}',
    '{path}://x',
    '//other.example/{path}',
    'editor://open',
    '',
  ])('refuses %j', (template) => {
    expect(templateProblem(template)).toEqual(expect.any(String));
  });
});
