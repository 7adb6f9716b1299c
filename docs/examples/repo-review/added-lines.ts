import { DIFF_SAFETY, runGit } from './git.ts';
import { type CommitList, limitReached, readFailure } from './history.ts';

/** One line that a commit added. */
export interface AddedLine {
  readonly path: string;
  /** Line number in the file after the commit, from 1. */
  readonly line: number;
  /** At most 4,096 characters. */
  readonly text: string;
}

/** Commits together with the lines they added. */
export interface CommitsWithLines extends CommitList {
  /** Added lines by full commit id. */
  readonly addedLines: ReadonlyMap<string, readonly AddedLine[]>;
}

export interface LineLimits {
  /** Most characters kept of one commit. @defaultValue 1 MiB */
  readonly commitLimit?: number;
  /** Most bytes of differences read in all. @defaultValue 64 MiB */
  readonly totalLimitBytes?: number;
}

const LINE_LIMIT = 4096;

/** Reads the lines that each commit added, newest commit first, within limits; says in `notes` what they cut. */
export async function readAddedLines(
  list: CommitList,
  scope: { readonly signal: AbortSignal },
  limits: LineLimits = {},
): Promise<CommitsWithLines> {
  const parser = new PatchParser(limits.commitLimit ?? 1024 * 1024);
  const result = await runGit({
    directory: list.repository.directory,
    args: [
      'log',
      '--format=commit %H',
      '--patch',
      '--unified=0',
      '--inter-hunk-context=0',
      '--src-prefix=a/',
      '--dst-prefix=b/',
      ...DIFF_SAFETY,
      `--max-count=${list.commits.length}`,
      '--end-of-options',
      'HEAD',
      '--',
    ],
    signal: scope.signal,
    limitBytes: limits.totalLimitBytes ?? 64 * 1024 * 1024,
    onData: (chunk) => parser.push(chunk),
  });
  if (result.cut === undefined && result.exitCode !== 0) throw readFailure(result.stderr);
  parser.end();

  const { repository, commits } = list;
  for (const sha of repository.shallowEdge) parser.addedLines.delete(sha);
  const notes = [...list.notes];
  if (result.cut !== undefined) {
    const read = parser.addedLines.size;
    notes.push(
      `Lines were read of the newest ${read} of ${commits.length} commits (${limitReached(result.cut)}).`,
    );
  }
  if (parser.cutCommits > 0)
    notes.push(`Of ${parser.cutCommits} very large commits only the first lines were read.`);
  return { ...list, addedLines: parser.addedLines, notes };
}

/**
 * Parses `git log --patch --unified=0` as it streams by. Inside a hunk lines are counted as its header announces,
 * so that no content can pose as a header.
 */
export class PatchParser {
  readonly addedLines = new Map<string, AddedLine[]>();
  /** Commits of which lines were left out. */
  cutCommits = 0;
  readonly #commitLimit: number;
  #rest: Buffer[] = [];
  #restLength = 0;
  #lines: AddedLine[] = [];
  #kept = 0;
  #path = '';
  #oldLeft = 0;
  #newLeft = 0;
  #line = 0;

  constructor(commitLimit: number) {
    this.#commitLimit = commitLimit;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#flushLine();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  end(): void {
    if (this.#restLength > 0) this.#flushLine();
  }

  /** Keeps as much of a line as is looked at; a line of a gigabyte costs no memory. Headers are never that long. */
  #keep(part: Buffer): void {
    const room = 8 * LINE_LIMIT - this.#restLength;
    if (part.length === 0 || room <= 0) return;
    const taken = Buffer.from(part.subarray(0, room));
    this.#rest.push(taken);
    this.#restLength += taken.length;
  }

  #flushLine(): void {
    const line = Buffer.concat(this.#rest).toString('utf8');
    this.#rest = [];
    this.#restLength = 0;
    if (this.#oldLeft > 0 || this.#newLeft > 0) this.#hunkLine(line);
    else this.#headerLine(line);
  }

  #hunkLine(line: string): void {
    if (line.startsWith('-')) this.#oldLeft -= 1;
    else if (line.startsWith('+')) {
      this.#newLeft -= 1;
      this.#add(line.slice(1, 1 + LINE_LIMIT).replace(/\r$/, ''));
      this.#line += 1;
    }
  }

  #add(text: string): void {
    if (this.#kept > this.#commitLimit) return;
    this.#kept += text.length;
    if (this.#kept > this.#commitLimit) this.cutCommits += 1;
    else this.#lines.push({ path: this.#path, line: this.#line, text });
  }

  #headerLine(line: string): void {
    const commit = /^commit ([0-9a-f]{40,64})$/.exec(line);
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (commit?.[1] !== undefined) {
      this.#lines = [];
      this.#kept = 0;
      this.addedLines.set(commit[1], this.#lines);
    } else if (line.startsWith('+++ ')) this.#path = patchPath(line.slice(4));
    else if (hunk !== null) {
      this.#oldLeft = Number(hunk[1] ?? 1);
      this.#line = Number(hunk[2]);
      this.#newLeft = Number(hunk[3] ?? 1);
    }
  }
}

/** The path of a `+++` line: `b/` goes, C-style quotes are undone, as is the tab git adds after names with spaces. */
export function patchPath(written: string): string {
  const name = written.replace(/\t$/, '');
  return (name.startsWith('"') ? unquote(name.slice(1, -1)) : name).replace(/^b\//, '');
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

function unquote(quoted: string): string {
  const bytes: Buffer[] = [];
  for (const [part] of quoted.matchAll(/\\[0-7]{3}|\\[^]|[^\\]+/g)) {
    if (!part.startsWith('\\')) bytes.push(Buffer.from(part));
    else if (part.length === 4) bytes.push(Buffer.from([Number.parseInt(part.slice(1), 8)]));
    else bytes.push(Buffer.from([ESCAPES[part.charAt(1)] ?? part.charCodeAt(1)]));
  }
  return Buffer.concat(bytes).toString('utf8');
}
