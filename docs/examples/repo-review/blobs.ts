import type { CommitsWithLines } from './added-lines.ts';
import { runGit } from './git.ts';
import { isManifest } from './manifests.ts';

/** The content of a file at one commit. */
export interface Blob {
  readonly sizeBytes: number;
  /** Absent when the content is binary or larger than 1 MiB. */
  readonly text?: string;
}

/** What the analyses work on. */
export interface History extends CommitsWithLines {
  /** Manifests before and after each change, and added files without countable lines, by object id. */
  readonly blobs: ReadonlyMap<string, Blob>;
}

const BLOB_LIMIT_BYTES = 1024 * 1024;

/** Reads the contents that differences do not tell: whole manifests, and what is behind added "binary" files. */
export async function readBlobs(
  list: CommitsWithLines,
  scope: { readonly signal: AbortSignal },
): Promise<History> {
  const wanted = new Set<string>();
  for (const file of list.commits.flatMap((commit) => commit.files)) {
    if (file.isSubmodule) continue;
    if (isManifest(file.path)) wanted.add(file.blobBefore).add(file.blobAfter);
    else if (file.isBinary && file.status === 'added') wanted.add(file.blobAfter);
  }
  for (const id of wanted) if (/^0*$/.test(id)) wanted.delete(id);
  if (wanted.size === 0) return { ...list, blobs: new Map() };

  const batch = (mode: string, ids: Iterable<string>): ReturnType<typeof runGit> =>
    runGit({
      directory: list.repository.directory,
      args: ['cat-file', mode],
      input: Array.from(ids, (id) => `${id}\n`).join(''),
      signal: scope.signal,
    });
  const sizes = parseSizes((await batch('--batch-check', wanted)).stdout.toString('latin1'));
  const small = [...sizes].filter(([, sizeBytes]) => sizeBytes <= BLOB_LIMIT_BYTES).map(([id]) => id);
  const contents = await batch('--batch', small);

  const blobs = new Map<string, Blob>(Array.from(sizes, ([id, sizeBytes]) => [id, { sizeBytes }]));
  for (const [id, bytes] of parseBatch(contents.stdout)) {
    if (!bytes.includes(0)) blobs.set(id, { sizeBytes: bytes.length, text: bytes.toString('utf8') });
  }
  const notes =
    contents.cut === undefined ? list.notes : [...list.notes, 'Not all manifests were read (limit reached).'];
  return { ...list, blobs, notes };
}

function parseSizes(output: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [, id = '', size = ''] of output.matchAll(/^([0-9a-f]+) blob (\d+)$/gm))
    sizes.set(id, Number(size));
  return sizes;
}

function* parseBatch(output: Buffer): Generator<[string, Buffer]> {
  let at = 0;
  while (at < output.length) {
    const lineEnd = output.indexOf(10, at);
    const header = /^([0-9a-f]+) blob (\d+)$/.exec(output.toString('latin1', at, lineEnd));
    if (lineEnd === -1 || header === null) return;
    const end = lineEnd + 1 + Number(header[2]);
    if (end > output.length) return;
    yield [header[1] ?? '', output.subarray(lineEnd + 1, end)];
    at = end + 1;
  }
}
