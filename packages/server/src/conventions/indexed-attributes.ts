import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';

/** Longer lists are cut. */
const LONGEST_LIST = 4096;
const MOST_LEVELS = 16;

interface Branch {
  [key: string]: Branch | AttributeJson;
}

/**
 * Puts attributes together that were flattened into names with indices: `gen_ai.prompt.0.role` and
 * `gen_ai.prompt.0.tool_calls.0.name` become a list of one message. `null` where no name begins with `prefix` and an
 * index. An attribute that contradicts another's name is left out.
 */
export function indexedAttributes(
  attributes: AttributesJson,
  prefix: string,
): readonly AttributeJson[] | null {
  const root: Branch = emptyBranch();
  let isFound = false;
  for (const key of Object.keys(attributes)) {
    if (!key.startsWith(prefix) || !/^\.\d/.test(key.slice(prefix.length, prefix.length + 2))) continue;
    const path = key.slice(prefix.length + 1).split('.');
    if (path.length > MOST_LEVELS) continue;
    isFound = true;
    put(root, path, attributes[key] ?? null);
  }
  return isFound ? (unfolded(root) as readonly AttributeJson[]) : null;
}

/** Without a prototype, so that no name of one is found in it. */
function emptyBranch(): Branch {
  return Object.create(null) as Branch;
}

const branches = new WeakSet<object>();

function put(root: Branch, path: readonly string[], value: AttributeJson): void {
  let at = root;
  for (const step of path.slice(0, -1)) {
    const next = at[step];
    if (next === undefined) {
      const made = emptyBranch();
      branches.add(made);
      at[step] = made;
      at = made;
    } else if (typeof next === 'object' && next !== null && branches.has(next)) {
      at = next as Branch;
    } else {
      return;
    }
  }
  const last = path.at(-1) ?? '';
  at[last] ??= value;
}

/** Branches whose names are all numbers are lists. */
function unfolded(branch: Branch): AttributeJson {
  const keys = Object.keys(branch);
  const child = (key: string): AttributeJson => {
    const value = branch[key] ?? null;
    return typeof value === 'object' && value !== null && branches.has(value)
      ? unfolded(value as Branch)
      : value;
  };
  // Object.keys has numbers in ascending order.
  if (keys.every((key) => /^\d{1,9}$/.test(key))) return keys.slice(0, LONGEST_LIST).map(child);
  return Object.fromEntries(keys.map((key) => [key, child(key)]));
}
