import type { ComponentChildren } from 'preact';
import { clockTimeToTheSecond } from '../format/clock-time.ts';
import { CopyButton } from './copy-button.tsx';
import { Notice } from './notice.tsx';
import type { ServiceCondition } from './service-watch.ts';
import { startCommand } from './start-command.ts';

/** Stands over every view while the service cannot be asked, or cannot do its work. */
export function ServiceBanner({ condition }: { readonly condition: ServiceCondition }) {
  switch (condition.kind) {
    case 'fine':
      return null;
    case 'failing':
      return (
        <Banner tone="error" title="The service cannot store or read.">
          {condition.problem}
        </Banner>
      );
    case 'away':
      return (
        <Banner
          tone="warn"
          title={`The service has not answered since ${clockTimeToTheSecond(condition.sinceMs)}.`}
        >
          What is shown may be old. This page keeps trying. To start the service:{' '}
          <code>{startCommand(location.port)}</code>{' '}
          <CopyButton text={startCommand(location.port)} what="the command" />
        </Banner>
      );
    case 'token':
      return (
        <Banner tone="warn" title="The service wants its token.">
          <TokenHelp />
        </Banner>
      );
  }
}

/** Stands in place of every view when nothing can be loaded without the token. */
export function TokenNotice() {
  return (
    <Notice isView kind="error" title="The service wants its token">
      <TokenHelp />
    </Notice>
  );
}

function TokenHelp() {
  return (
    <>
      Open <code>{location.origin}/?token=…</code> once, with the token in place of the dots; this browser
      then remembers it. The service printed the whole address when it started, unless you gave it a token of
      your own.
    </>
  );
}

interface BannerProps {
  readonly tone: 'warn' | 'error';
  readonly title: string;
  readonly children: ComponentChildren;
}

function Banner({ tone, title, children }: BannerProps) {
  return (
    <div class={`banner is-${tone}`} role="alert">
      <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 2l6.5 12h-13zM8 6.5v3.5M8 12v.2" />
      </svg>
      <p>
        <strong>{title}</strong> {children}
      </p>
    </div>
  );
}
