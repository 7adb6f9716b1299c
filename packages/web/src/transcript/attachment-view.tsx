import { withoutDirectionMarks } from '../format/plain-text.ts';
import { imageSource } from './image-source.ts';
import { attachmentText } from './piece-text.ts';
import type { Attachment } from './transcript-rows.ts';

/** A file, an image or an address: named, and shown only where the trace itself has the image. Nothing is loaded. */
export function AttachmentView({ part }: { readonly part: Attachment }) {
  const source = part.type === 'blob' ? imageSource(part) : undefined;
  const text = withoutDirectionMarks(attachmentText(part));
  return (
    <div class="transcript-attachment">
      <span class="clip" title={text}>
        {text}
      </span>
      {source !== undefined && <img src={source} alt={text} loading="lazy" decoding="async" />}
    </div>
  );
}
