import { markedParts } from './marked-parts.ts';

/** A text in which what is sought is marked. */
export function MarkedText({ text, sought }: { readonly text: string; readonly sought: string }) {
  if (sought === '') return <>{text}</>;
  return (
    <>
      {markedParts(text, sought).map((part, index) =>
        index % 2 === 1 ? <mark key={index}>{part}</mark> : part,
      )}
    </>
  );
}
