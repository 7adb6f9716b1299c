/** Reads what a manifest asks for: package name → wanted version. Unknown or broken manifests give nothing. */
export type Requirements = ReadonlyMap<string, string>;

const READERS: readonly (readonly [RegExp, (text: string) => Requirements])[] = [
  [/^package\.json$/, readPackageJson],
  [/^requirements[\w.-]*\.txt$/, readRequirementsTxt],
  [/^Cargo\.toml$/, readCargoToml],
  [/^go\.mod$/, readGoMod],
];

/** Whether {@link readManifest} can read files of this name. */
export function isManifest(path: string): boolean {
  return readerOf(path) !== undefined && !/(?:^|\/)(?:node_modules|vendor)\//.test(path);
}

export function readManifest(path: string, text: string): Requirements {
  return readerOf(path)?.(text) ?? new Map();
}

function readerOf(path: string): ((text: string) => Requirements) | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return READERS.find(([pattern]) => pattern.test(name))?.[1];
}

function readPackageJson(text: string): Requirements {
  const found = new Map<string, string>();
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    return found;
  }
  if (typeof manifest !== 'object' || manifest === null) return found;
  for (const section of ['peerDependencies', 'optionalDependencies', 'devDependencies', 'dependencies']) {
    const entries: unknown = Reflect.get(manifest, section);
    if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) continue;
    for (const [name, version] of Object.entries(entries))
      if (typeof version === 'string') found.set(name, version);
  }
  return found;
}

function readRequirementsTxt(text: string): Requirements {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*((?:[=<>!~]=?=?|@)[^;#]*)?(?:[;#].*)?$/.exec(
      line,
    );
    if (match?.[1] !== undefined) found.set(match[1].toLowerCase(), match[2]?.trim() || 'any');
  }
  return found;
}

function readCargoToml(text: string): Requirements {
  const found = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line);
    if (header?.[1] !== undefined) {
      section = header[1];
      const single = /(?:^|\.)(?:dev-|build-)?dependencies\.["']?([\w-]+)["']?$/.exec(section);
      if (single?.[1] !== undefined) found.set(single[1], 'any');
      continue;
    }
    const entry = /^\s*["']?([\w-]+)["']?\s*(?:\.\s*[\w-]+\s*)?=\s*(.+?)\s*$/.exec(line);
    const [, key = '', value = ''] = entry ?? [];
    if (key === '') continue;
    const single = /(?:^|\.)(?:dev-|build-)?dependencies\.["']?([\w-]+)["']?$/.exec(section)?.[1];
    if (single !== undefined) {
      if (key === 'version') found.set(single, unquoted(value));
    } else if (/(?:^|\.)(?:dev-|build-)?dependencies$/.test(section)) {
      found.set(key, cargoVersion(value));
    }
  }
  return found;
}

function cargoVersion(value: string): string {
  if (/^["']/.test(value)) return unquoted(value);
  return /\b(?:version|tag|rev|branch|path)\s*=\s*["']([^"']+)["']/.exec(value)?.[1] ?? 'any';
}

function unquoted(value: string): string {
  return /^["']([^"']*)["']/.exec(value)?.[1] ?? value;
}

function readGoMod(text: string): Requirements {
  const found = new Map<string, string>();
  let inBlock = false;
  for (const line of text.split(/\r?\n/)) {
    const bare = line.replace(/\/\/.*$/, '').trim();
    if (/^require\s*\($/.test(bare)) inBlock = true;
    else if (bare === ')') inBlock = false;
    else {
      const match = (inBlock ? /^(\S+)\s+(v\S+)$/ : /^require\s+(\S+)\s+(v\S+)$/).exec(bare);
      if (match?.[1] !== undefined) found.set(match[1], match[2] ?? 'any');
    }
  }
  return found;
}
