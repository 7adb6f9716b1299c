import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { LongText } from '../json/long-text.tsx';
import { CopyButton } from '../shell/copy-button.tsx';
import { useSettings } from '../use-settings.tsx';
import { fileWithin } from './source-file.ts';
import { parseStack, stackBlocks } from './stack-trace.ts';
import type { StackBlock, StackFrame, StackLine } from './stack-trace.ts';

/** Runaway recursion has thousands. */
const MOST_LINES = 300;

export interface StackViewProps {
  readonly stack: string;
  /** Of the process; files outside it are not the program's, and are never opened. */
  readonly workingDirectory: string | undefined;
  /** What stands above the stack already, and need not be repeated. */
  readonly told?: string;
}

/** A stack trace: frames of the program stand out, those of others are folded. */
export function StackView({ stack, workingDirectory, told }: StackViewProps) {
  const lines = useMemo(() => parseStack(stack), [stack]);
  const blocks = useMemo(() => {
    const own = stackBlocks(
      lines.slice(0, MOST_LINES),
      (frame) =>
        !frame.isForeign && (workingDirectory === undefined || isWithin(workingDirectory, frame.file)),
    );
    const [first, ...rest] = own;
    return first?.kind === 'text' && saysTheSame(first, told) ? rest : own;
  }, [lines, workingDirectory, told]);
  return (
    <div class="stack">
      <div class="stack-head">
        <h4>Stack</h4>
        <CopyButton text={stack} what="the stack" />
      </div>
      {blocks.map((block, index) => (
        <Block key={index} block={block} workingDirectory={workingDirectory} />
      ))}
      {lines.length > MOST_LINES && (
        <LongText
          text={lines
            .slice(MOST_LINES)
            .map(({ text }) => text)
            .join('\n')}
        />
      )}
    </div>
  );
}

interface BlockProps {
  readonly block: StackBlock;
  readonly workingDirectory: string | undefined;
}

function Block({ block: { kind, lines }, workingDirectory }: BlockProps) {
  if (kind === 'text')
    return (
      <p class="stack-text">
        <LongText
          text={lines
            .map(({ text }) => text)
            .join('\n')
            .trim()}
        />
      </p>
    );
  const list = (
    <ol>
      {lines.map((line, index) => (
        <Line key={index} line={line} isOwn={kind === 'own'} workingDirectory={workingDirectory} />
      ))}
    </ol>
  );
  const count = lines.filter((line) => line.kind === 'frame').length;
  if (kind === 'own') return list;
  return (
    <details class="stack-fold">
      <summary>{count === 1 ? '1 frame' : `${count} frames`} of libraries and the runtime</summary>
      {list}
    </details>
  );
}

interface LineProps {
  readonly line: StackLine;
  readonly isOwn: boolean;
  readonly workingDirectory: string | undefined;
}

function Line({ line, isOwn, workingDirectory }: LineProps) {
  if (line.kind !== 'frame') return <li class="stack-source">{withoutDirectionMarks(line.text)}</li>;
  const { frame } = line;
  return (
    <li class={isOwn ? 'stack-frame is-own' : 'stack-frame'}>
      <bdi>{withoutDirectionMarks(frame.name === '' ? '(top level)' : frame.name)}</bdi>{' '}
      <Place frame={frame} workingDirectory={workingDirectory} />
    </li>
  );
}

interface PlaceProps {
  readonly frame: StackFrame;
  readonly workingDirectory: string | undefined;
}

/** Where a frame is; leads into the editor for a file of the program. */
function Place({ frame: { file, line, column }, workingDirectory }: PlaceProps) {
  const settings = useSettings();
  const path = workingDirectory === undefined ? undefined : fileWithin(workingDirectory, file);
  const href = path === undefined ? undefined : settings.editorLink(path, line, column);
  const position = [line, column].filter((part) => part !== undefined).join(':');
  const root = (workingDirectory ?? '').replaceAll('\\', '/').replace(/\/$/, '');
  const brief = path === undefined ? lastParts(file) : path.slice(root.length + 1);
  const text = withoutDirectionMarks(position === '' ? brief : `${brief}:${position}`);
  return href === undefined ? (
    <span class="stack-place" title={file}>
      <PathText text={text} />
    </span>
  ) : (
    <a class="stack-place" href={href} title={`Open ${path} in the editor`}>
      <PathText text={text} />
    </a>
  );
}

/** A path, which may be broken after each folder. */
function PathText({ text }: { readonly text: string }) {
  return (
    <>
      {text.split('/').map((part, index) => (
        <Fragment key={index}>
          {index > 0 && (
            <>
              /<wbr />
            </>
          )}
          {part}
        </Fragment>
      ))}
    </>
  );
}

/** The name of a file with the folders that it is in; whole in the tooltip. */
function lastParts(file: string): string {
  const parts = file.split(/[\\/]/);
  return parts.length > 4 ? `…/${parts.slice(-3).join('/')}` : file;
}

function isWithin(directory: string, file: string): boolean {
  return fileWithin(directory, file) !== undefined;
}

/** V8 begins a stack with the error: `TypeError: message`. */
function saysTheSame({ lines }: StackBlock, told: string | undefined): boolean {
  if (told === undefined) return false;
  const text = lines.map((line) => line.text).join('\n');
  return text.trim() === told.trim() || text.trim().endsWith(`: ${told.trim()}`);
}
