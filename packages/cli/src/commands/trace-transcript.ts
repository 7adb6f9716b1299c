import { isTranscriptList, type SpanTranscript, type TraceDocument } from '@tta/obs-protocol';
import { Conversation } from '@tta/obs-protocol/transcript';
import type { OutputFormat } from '../output-format.ts';
import type { ServiceClient } from '../service-client.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { traceHeader } from '../trace-header.ts';
import { transcriptMarkdown } from '../trace-markdown.ts';
import { transcriptText } from '../transcript/transcript-text.ts';

const PAGE = 100;
const MARKDOWN_COLUMNS = 100;
const NOT_CAPTURED =
  'Nothing of what was said was captured: @tta/obs does so with captureContent, other SDKs with settings of their own.\n';

interface TranscriptOptions {
  readonly format: OutputFormat;
  readonly isFull: boolean;
}

/** `tta-obs trace --transcript`: what was said in a trace. */
export async function printTranscript(
  client: ServiceClient,
  document: TraceDocument,
  { format, isFull }: TranscriptOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { terminal } = surroundings;
  const { traceId } = document.summary;
  const transcripts = transcriptsOf(client, traceId);
  if (format === 'json') return surroundings.pipeOut(jsonParts(transcripts));
  const conversation = new Conversation(document.spans);
  for await (const transcript of transcripts) conversation.add(transcript);
  if (document.spans.ai.span.length === 0) {
    terminal.err(`No span of trace ${traceId} is of an AI program: there is nothing that was said.\n`);
  } else if (conversation.isSilent) {
    terminal.err(NOT_CAPTURED);
  }
  const hasColour = format === 'text' && terminal.hasColour;
  const columns = format === 'text' ? terminal.columns : MARKDOWN_COLUMNS;
  const texts = transcriptText(document, conversation, { columns, hasColour, isFull });
  if (format === 'markdown') return terminal.out(transcriptMarkdown(document, [...texts].join('')));
  terminal.out(`${traceHeader(document, { columns, hasColour })}\n`);
  await surroundings.pipeOut(iterated(texts));
  terminal.out(style(hasColour).dim(`${client.url}/#/traces/${traceId}/transcript`) + '\n');
}

async function* transcriptsOf(client: ServiceClient, traceId: string): AsyncGenerator<SpanTranscript> {
  const first = `/api/traces/${traceId}/transcript?limit=${PAGE}`;
  for (let path = first; ;) {
    const page = await client.read(path, isTranscriptList);
    if (page === undefined) return;
    yield* page.items;
    if (page.nextCursor === null) return;
    path = `${first}&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

async function* jsonParts(transcripts: AsyncIterable<SpanTranscript>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const transcript of transcripts) {
    yield separator + JSON.stringify(transcript);
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

async function* iterated(texts: Iterable<string>): AsyncGenerator<string> {
  yield* texts;
}
