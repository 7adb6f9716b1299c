import { createElement } from 'preact';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { readMarkdown } from './markdown-blocks.ts';
import type { MarkdownBlock } from './markdown-blocks.ts';
import { namesTarget } from './markdown-inline.ts';
import type { MarkdownInline } from './markdown-inline.ts';

export interface MarkdownTextProps {
  readonly text: string;
  /** What is marked in it. */
  readonly sought?: string;
}

/** A text that came from outside as the Markdown that it is, and as nothing else: HTML is shown as text, nothing is loaded. */
export function MarkdownText({ text, sought = '' }: MarkdownTextProps) {
  const blocks = useMemo(() => readMarkdown(text), [text]);
  return (
    <div class="markdown">
      {blocks.map((block, index) => (
        <Block key={index} block={block} sought={sought} />
      ))}
    </div>
  );
}

interface BlockProps {
  readonly block: MarkdownBlock;
  readonly sought: string;
}

function Block({ block, sought }: BlockProps) {
  const inline = (pieces: readonly MarkdownInline[]): ComponentChildren => (
    <Inline pieces={pieces} sought={sought} />
  );
  const blocks = (all: readonly MarkdownBlock[]): ComponentChildren =>
    all.map((each, index) => <Block key={index} block={each} sought={sought} />);
  switch (block.type) {
    case 'paragraph':
      return <p>{inline(block.children)}</p>;
    case 'heading':
      // Headings of a message are no headings of the page: they would tear up its outline.
      return <p class={`markdown-heading is-${block.level}`}>{inline(block.children)}</p>;
    case 'code':
      return (
        <pre tabIndex={0} aria-label={block.language === '' ? 'code' : `code, ${block.language}`}>
          <code>
            <MarkedText text={withoutDirectionMarks(block.text)} sought={sought} />
          </code>
        </pre>
      );
    case 'quote':
      return <blockquote>{blocks(block.children)}</blockquote>;
    case 'list':
      return createElement(
        block.start === undefined ? 'ul' : 'ol',
        block.start === undefined ? {} : { start: block.start },
        block.items.map((item, index) => <li key={index}>{blocks(item)}</li>),
      );
    case 'table':
      return (
        <div class="markdown-table" tabIndex={0} role="group" aria-label="table">
          <table>
            <thead>
              <tr>
                {block.head.map((cell, column) => (
                  <th key={column} class={`is-${block.aligns[column]}`}>
                    {inline(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column} class={`is-${block.aligns[column]}`}>
                      {inline(cell)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'rule':
      return <hr />;
  }
}

function Inline({ pieces, sought }: { readonly pieces: readonly MarkdownInline[]; readonly sought: string }) {
  return <>{pieces.map((piece, index) => inlineNode(piece, index, sought))}</>;
}

const WRAPPERS = { strong: 'strong', emphasis: 'em', struck: 's' } as const;

function inlineNode(piece: MarkdownInline, key: number, sought: string): ComponentChildren {
  switch (piece.type) {
    case 'text':
      return <MarkedText key={key} text={withoutDirectionMarks(piece.text)} sought={sought} />;
    case 'code':
      return (
        <code key={key}>
          <MarkedText text={withoutDirectionMarks(piece.text)} sought={sought} />
        </code>
      );
    case 'break':
      return <br key={key} />;
    case 'link': {
      const isShown =
        piece.children.length === 1 &&
        'text' in piece.children[0]! &&
        namesTarget(piece.children[0].text, piece.href);
      return (
        <span key={key}>
          <a href={piece.href} target="_blank" rel="noopener noreferrer">
            <Inline pieces={piece.children} sought={sought} />
          </a>
          {/* Where it leads is seen before it is followed. */}
          {!isShown && <span class="markdown-target"> ({withoutDirectionMarks(piece.href)})</span>}
        </span>
      );
    }
    default:
      return createElement(WRAPPERS[piece.type], { key }, <Inline pieces={piece.children} sought={sought} />);
  }
}
