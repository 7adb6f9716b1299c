import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readRootManifest } from './manifests.ts';
import { workspaceRoot } from './workspace-root.ts';

type Limits = Record<string, Record<string, number>>;
interface Figure {
  readonly guard: string;
  readonly figure: string;
  readonly value: number;
  readonly limit: number;
  readonly kept: boolean;
}

const guard = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['tools/guard/guard.mjs', ...args], { cwd: workspaceRoot, encoding: 'utf8' });

describe('npm run guard', () => {
  const limits = JSON.parse(readFileSync(join(workspaceRoot, 'tools/guard/limits.json'), 'utf8')) as Limits;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tta-guard-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const limitsFile = (content: Limits) => {
    const file = join(folder, 'limits.json');
    writeFileSync(file, JSON.stringify(content));
    return file;
  };
  /** What nothing can keep: a difference of times may be below zero. */
  const impossible = Object.fromEntries(
    Object.entries(limits).map(([name, figures]) => [
      name,
      Object.fromEntries(Object.keys(figures).map((figure) => [figure, -100])),
    ]),
  );

  it('is a script of the repository', () => {
    expect((readRootManifest() as { scripts?: object }).scripts).toMatchObject({
      guard: 'node tools/guard/guard.mjs',
    });
  });

  it('keeps its limits, and tells the figures', () => {
    const { status, stdout } = guard('types', 'size', '--json');
    const { figures } = JSON.parse(stdout) as { figures: readonly Figure[] };
    expect(figures.map(({ guard: name, figure, limit }) => [name, figure, limit])).toEqual(
      ['types', 'size'].flatMap((name) =>
        Object.entries(limits[name] ?? {}).map(([figure, limit]) => [name, figure, limit]),
      ),
    );
    expect(figures.filter(({ kept }) => !kept)).toEqual([]);
    expect(figures.find(({ guard: name }) => name === 'size')?.value).toBeGreaterThan(1000);
    expect(status).toBe(0);
  }, 180_000);

  it('fails for every limit that is not kept, and shows which', () => {
    const { status, stdout } = guard('--limits', limitsFile(impossible));
    expect(stdout.match(/EXCEEDED/g)).toHaveLength(Object.values(limits).flatMap(Object.keys).length);
    expect(stdout).not.toContain(' kept ');
    expect(status).toBe(1);
  }, 180_000);

  it('fails for a figure without a limit', () => {
    const { status, stderr } = guard('size', '--limits', limitsFile({ size: {} }));
    expect(stderr).toContain('there is no limit for size: sequential, bytes gzip');
    expect(status).toBe(1);
  }, 180_000);

  it('tells what it measures, and refuses what it does not know', () => {
    const help = guard('--help');
    expect(help.stdout).toContain('check time');
    expect(help.status).toBe(0);
    const unknown = guard('speed');
    expect(unknown.stderr).toBe(
      'error: there is no guard "speed"; there are types, hot-path, size, thousand-traces\n',
    );
    expect(unknown.status).toBe(2);
  });
});
