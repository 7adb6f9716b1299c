/**
 * The file of a stack frame as an absolute path, where it lies inside a directory; `undefined` for every other file: a trace
 * comes from outside, and must not lead to any file of this machine.
 *
 * @param directory - The working directory of the process, as its resource tells it.
 * @param file - A path or a `file:` address; a relative path counts from the directory.
 * @returns with `/` between its parts, also for Windows: `C:/work/main.ts`.
 */
export function fileWithin(directory: string, file: string): string | undefined {
  const root = normalPath(directory);
  if (root === undefined || root.parts.length === 0) return undefined;
  const local = localPath(file);
  const path =
    local === undefined
      ? undefined
      : (normalPath(local) ?? (isPlain(local) ? below(root, local) : undefined));
  if (path === undefined || path.parts.length <= root.parts.length) return undefined;
  if (path.drive.toLowerCase() !== root.drive.toLowerCase()) return undefined;
  const isSame = (one: string, other: string): boolean =>
    // Windows knows no difference.
    root.drive === '' ? one === other : one.toLowerCase() === other.toLowerCase();
  if (!root.parts.every((part, index) => isSame(part, path.parts[index] as string))) return undefined;
  return `${path.drive}/${path.parts.join('/')}`;
}

interface NormalPath {
  /** `C:`, or nothing. */
  readonly drive: string;
  readonly parts: readonly string[];
}

/** The path of a `file:` address of this machine, or what is no address at all. */
function localPath(file: string): string | undefined {
  if (/^file:/i.test(file)) {
    const path = /^file:\/\/(?:localhost)?(\/.*)$/i.exec(file)?.[1];
    if (path === undefined) return undefined;
    const decoded = decodedPath(path.replace(/[?#].*$/, ''));
    return decoded?.replace(/^\/(?=[A-Za-z]:\/)/, '');
  }
  // A drive has one letter, a scheme more.
  return /^[A-Za-z][A-Za-z0-9+.-]+:/.test(file) ? undefined : file;
}

/** `undefined` for what is not absolute, lies on another machine or holds what no path does. */
function normalPath(path: string): NormalPath | undefined {
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) return undefined;
  const drive = /^[A-Za-z]:(?=[\\/])/.exec(path)?.[0] ?? '';
  // A backslash is a letter of a name where paths have no drives.
  const slashed = drive === '' ? path : path.slice(2).replaceAll('\\', '/');
  if (!slashed.startsWith('/') || slashed.startsWith('//')) return undefined;
  const parts: string[] = [];
  for (const part of slashed.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return { drive, parts };
}

/** Whether a relative path has no other meaning: `src/main.py`, `./main.py`. */
function isPlain(path: string): boolean {
  return /^[\w.-][^<>:"|?*]*$/.test(path);
}

function below({ drive, parts }: NormalPath, relative: string): NormalPath | undefined {
  const base = `${drive}/${parts.join('/')}`;
  return normalPath(`${base}/${drive === '' ? relative : relative.replaceAll('\\', '/')}`);
}

function decodedPath(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
