import { CopyButton } from '../shell/copy-button.tsx';
import type { Snippet } from './clients.ts';

/** Something to copy, under what it is. */
export function SnippetBlock({ title, text }: Snippet) {
  return (
    <figure class="snippet">
      <figcaption>
        {title}
        <CopyButton text={text} what={title} />
      </figcaption>
      <pre>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
