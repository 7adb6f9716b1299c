import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** A span of a hostile or careless program may have tens of thousands of events. */
const AT_A_TIME = 100;

export interface FirstOfProps<Item> {
  readonly items: readonly Item[];
  readonly children: (item: Item, index: number) => ComponentChildren;
}

/** Things of which there may be very many: the first of them and, each time they are asked for, some more. */
export function FirstOf<Item>({ items, children }: FirstOfProps<Item>) {
  const count = useSignal(AT_A_TIME);
  const left = items.length - count.value;
  return (
    <>
      {items.slice(0, count.value).map(children)}
      {left > 0 && (
        <button type="button" class="link-button" onClick={() => (count.value += AT_A_TIME)}>
          show {Math.min(left, AT_A_TIME)} more of {left.toLocaleString('en')}
        </button>
      )}
    </>
  );
}
