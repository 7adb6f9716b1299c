import { useEffect, useState } from 'preact/hooks';

/** Whether a media query holds, as long as it does. */
export function useMedia(query: string): boolean {
  const [list] = useState(() => matchMedia(query));
  const [holds, setHolds] = useState(list.matches);
  useEffect(() => {
    const update = (): void => setHolds(list.matches);
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [list]);
  return holds;
}
