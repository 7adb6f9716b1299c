import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const headerBytes = 20;

/**
 * Names of the spans (`name;`) that lie whole in the segments below a spool folder. Written anew from the
 * description of the format, so that it proves what is on disk and not what the library reads.
 */
export function spooledNames(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.seg'))
    .flatMap((file) => namesInSegment(contentOf(join(directory, file))));
}

/** Nothing of a segment that was sent, or changed its owner, since the folder was read. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

function namesInSegment(segment: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + headerBytes <= segment.length;) {
    const end = at + headerBytes + segment.readUInt32BE(at + 4);
    // Its process was killed in the middle of it.
    if (end > segment.length) break;
    names.push(...(segment.toString('latin1', at + headerBytes, end).match(/[a-z]+\d+-\d+(?=;)/g) ?? []));
    at = end;
  }
  return names;
}
