import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** The time of day in milliseconds since the Unix epoch; the component is drawn again each second. */
export function useNow(): number {
  const now = useSignal(Date.now());
  useEffect(() => {
    const id = setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => clearInterval(id);
  }, []);
  // What arrived since the last tick is not from the future.
  return Math.max(now.value, Date.now());
}
