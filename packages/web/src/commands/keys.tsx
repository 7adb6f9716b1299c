import { hasCommandKey, keyNames } from './key-name.ts';

/** A key, or two of them one after the other, as on the keyboard of this machine. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span class="keys">
      {keyNames(keys, hasCommandKey(navigator.platform)).map((name, at) => (
        <kbd key={at}>{name}</kbd>
      ))}
    </span>
  );
}
