import { useSignal } from '@preact/signals';
import { copyText } from './copy-text.ts';

export interface CopyButtonProps {
  /** A function where the text is long to make. */
  readonly text: string | (() => string);
  readonly what: string;
  /** What stands on the button, by default `copy`. */
  readonly label?: string;
}

/** Puts `text` on the clipboard and says whether that worked. */
export function CopyButton({ text, what, label }: CopyButtonProps) {
  const outcome = useSignal<'copied' | 'failed' | undefined>(undefined);
  const copy = async (): Promise<void> => {
    try {
      await copyText(typeof text === 'string' ? text : text());
      outcome.value = 'copied';
    } catch {
      outcome.value = 'failed';
    }
    setTimeout(() => {
      outcome.value = undefined;
    }, 1_500);
  };
  return (
    <button
      type="button"
      class="copy"
      aria-label={label === undefined ? `Copy ${what}` : undefined}
      title={`Copy ${what}`}
      onClick={() => void copy()}
    >
      {outcome.value ?? label ?? 'copy'}
    </button>
  );
}
