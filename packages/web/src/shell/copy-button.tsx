import { useSignal } from '@preact/signals';

/** Puts `text` on the clipboard and says whether that worked. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const outcome = useSignal<'copied' | 'failed' | undefined>(undefined);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
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
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => void copy()}
    >
      {outcome.value ?? 'copy'}
    </button>
  );
}
