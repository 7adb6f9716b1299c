import { useEffect, useState } from 'preact/hooks';
import type { JsonPath } from './json-search.ts';
import type { JsonTree } from './json-tree.ts';

/** Typing goes on meanwhile: a search is begun when it rests. */
const REST_MS = 120;
/** What takes a few milliseconds. */
const AT_A_TIME = 5_000;
const NONE: Found = { text: '', paths: [], isDone: true };

interface Found {
  readonly text: string;
  readonly paths: readonly JsonPath[];
  /** Whether all was looked through. */
  readonly isDone: boolean;
}

/** Where a text occurs in a tree; small trees are looked through at once, others between the frames of the page. */
export function useJsonSearch(tree: JsonTree, text: string): Found {
  const [found, setFound] = useState(NONE);
  useEffect(() => {
    const search = tree.search(text);
    const advance = (): void => {
      search.advance(AT_A_TIME);
      setFound({ text, paths: [...search.found], isDone: search.isDone });
      if (!search.isDone) timer = setTimeout(advance, 1);
    };
    search.advance(AT_A_TIME);
    setFound({ text, paths: [...search.found], isDone: search.isDone });
    let timer = search.isDone ? undefined : setTimeout(advance, REST_MS);
    return () => clearTimeout(timer);
  }, [tree, text]);
  return found.text === text ? found : { ...NONE, text, isDone: false };
}
