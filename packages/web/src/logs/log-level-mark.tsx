import type { LogLevel } from '@tta/obs-protocol';

const PATHS: Record<LogLevel, string> = {
  trace: 'M8 7.5v1',
  debug: 'M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5',
  info: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 7.5v3.5M8 5v.2',
  warn: 'M8 2.8l6 10.4H2zM8 6.5v3M8 11.3v.2',
  error: 'M4 4l8 8M12 4l-8 8',
  fatal: 'M5.5 2.5h5l3 3v5l-3 3h-5l-3-3v-5zM6 6l4 4M10 6l-4 4',
};

/** Level of a log line as glyph, colour and word. */
export function LogLevelMark({ level, text }: { readonly level: LogLevel | null; readonly text: string }) {
  return (
    <span class={`level level-${level ?? 'none'}`}>
      <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
        {level !== null && <path d={PATHS[level]} />}
      </svg>
      {text}
    </span>
  );
}
