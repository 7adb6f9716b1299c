import { formatRoute } from '../route.ts';
import { useAnswer } from '../service/use-answer.tsx';
import { useNow } from '../shell/use-now.tsx';
import type { Viewer } from '../viewer.ts';
import { clientStatuses, isReceiving, statusText } from './client-status.ts';
import type { ClientStatus } from './client-status.ts';
import { clientsOf, TOKEN_SNIPPETS } from './clients.ts';
import type { Client } from './clients.ts';
import { SnippetBlock } from './snippet-block.tsx';

export interface ClientListProps {
  readonly viewer: Viewer;
  /** The client whose snippets are open at first; none without. */
  readonly openId?: string;
}

/** How to send from each client, and whether it does. */
export function ClientList({ viewer, openId }: ClientListProps) {
  const { origin } = new URL(document.baseURI);
  const clients = clientsOf(origin);
  const answer = useAnswer(viewer, 'clients', (signal) => clientStatuses(clients, viewer.client, signal));
  const statuses = answer.kind === 'shown' ? answer.value : undefined;
  return (
    <div class="clients">
      {clients.map((client) => (
        <ClientDetails
          key={client.id}
          client={client}
          status={statuses?.get(client.id)}
          isOpen={client.id === openId}
        />
      ))}
      <details name="client">
        <summary>
          <span>With a token</span>
        </summary>
        <div class="client-body">
          <p>
            A service that listens beyond this machine wants its token from every program. Put it where{' '}
            <code>TOKEN</code> stands:
          </p>
          {TOKEN_SNIPPETS.map((snippet) => (
            <SnippetBlock key={snippet.title} {...snippet} />
          ))}
        </div>
      </details>
    </div>
  );
}

interface ClientDetailsProps {
  readonly client: Client;
  readonly status: ClientStatus | undefined;
  readonly isOpen: boolean;
}

function ClientDetails({ client, status, isOpen }: ClientDetailsProps) {
  const { id, name, snippets, note, query, queryNote } = client;
  return (
    <details name="client" open={isOpen} data-client={id}>
      <summary>
        <span>{name}</span>
        {status !== undefined && <StatusText status={status} />}
      </summary>
      <div class="client-body">
        {snippets.map((snippet) => (
          <SnippetBlock key={snippet.title} {...snippet} />
        ))}
        {note !== undefined && <p>{note}</p>}
        {queryNote !== undefined && <p class="muted">{queryNote}</p>}
        {query !== undefined && status?.kind === 'received' && (
          <p>
            <a href={formatRoute({ view: 'trace', traceId: status.newest.traceId })}>Open the last trace</a>
            {' · '}
            <a href={formatRoute({ view: 'traces', query })}>See its traces</a>
          </p>
        )}
      </div>
    </details>
  );
}

function StatusText({ status }: { readonly status: ClientStatus }) {
  const nowMs = useNow();
  return (
    <span class={`client-status is-${isReceiving(status, nowMs) ? 'receiving' : status.kind}`}>
      <i aria-hidden="true" />
      {statusText(status, nowMs)}
    </span>
  );
}
