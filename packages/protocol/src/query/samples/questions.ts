/** Something that a user wants to know, and what the answer is. */
export interface Question {
  readonly inWords: string;
  readonly query: string;
  /** Titles of the sample traces that are listed, newest first. */
  readonly expected: readonly string[];
}

/** Questions to the sample traces: who answers queries answers these, asked at `sampleNowMs`, as they expect. */
export const questions: readonly Question[] = [
  {
    inWords: 'Where did a step of the API go wrong?',
    query: 'status:error service:api',
    expected: ['checkout declined', 'checkout of the last release'],
  },
  {
    inWords: 'What failed or took too long in the last hour?',
    query: 'status:error,timeout since:1h',
    expected: [
      'checkout declined',
      'fetch that was retried',
      'fetch that gave up',
      'answer that took too long',
    ],
  },
  {
    inWords: 'Which runs failed as a whole?',
    query: 'trace.status:error,timeout',
    expected: [
      'checkout declined',
      'fetch that gave up',
      'answer that took too long',
      'checkout of the last release',
    ],
  },
  {
    inWords: 'Which runs came to a good end although something in them failed?',
    query: 'trace.status:success trace.errors:>0',
    expected: ['fetch that was retried', 'second choice', 'tool that may not'],
  },
  {
    inWords: 'Which retries needed more than one attempt?',
    query: 'primitive:retry attempts:>1',
    expected: ['fetch that was retried', 'fetch that gave up'],
  },
  {
    inWords: 'Which retries needed exactly three attempts?',
    query: 'attempts:3',
    expected: ['fetch that was retried'],
  },
  {
    inWords: 'Which retries gave up?',
    query: 'error:OBS_ERR_RETRY_EXHAUSTED',
    expected: ['fetch that gave up'],
  },
  {
    inWords: 'Where was a rate limit reached, whoever said so?',
    query: 'category:rate_limit',
    expected: ['fetch that gave up', 'second choice'],
  },
  {
    inWords: 'Which requests to the API took longer than a second?',
    query: 'service:api kind:server duration:>1s',
    expected: ['checkout declined', 'slow orders'],
  },
  {
    inWords: 'Which runs took between half a second and one second?',
    query: 'trace.duration:500ms..1s',
    expected: ['checkout', 'model without a price', 'checkout of the last release'],
  },
  {
    inWords: 'Which runs took longer than an hour and a half?',
    query: 'trace.duration:>1h30m',
    expected: ['nightly import'],
  },
  {
    inWords: 'Which database queries were slow?',
    query: 'has:attr.db.system.name duration:>=2s',
    expected: ['slow orders'],
  },
  {
    inWords: 'Which queries read more than ten thousand rows?',
    query: 'attr.db.response.returned_rows:>10k',
    expected: ['slow orders'],
  },
  {
    inWords: 'Which requests were answered with a server error?',
    query: 'attr.http.response.status_code:500..599',
    expected: ['checkout declined', 'checkout of the last release'],
  },
  {
    inWords: 'Which requests were answered with exactly 503?',
    query: 'attr.http.response.status_code:503',
    expected: ['checkout of the last release'],
  },
  {
    inWords: 'Everything about the checkout, however it is written',
    query: 'name:*CHECKOUT*',
    expected: ['checkout', 'checkout declined', 'checkout of the last release'],
  },
  {
    inWords: 'How did checkouts go since the new release?',
    query: 'name:*checkout* version:1.4.*',
    expected: ['checkout', 'checkout declined'],
  },
  {
    inWords: 'What did my branch do?',
    query: 'attr.vcs.ref.head.name:feature/pay',
    expected: ['checkout of the last release'],
  },
  {
    inWords: 'What was done for user u-17?',
    query: 'user:u-17',
    expected: ['checkout', 'chat that was cancelled', 'support chat'],
  },
  {
    inWords: 'What happened in the sessions s-1 and s-2?',
    query: 'session:s-1,s-2',
    expected: ['chat that was cancelled', 'support chat', 'tool that may not'],
  },
  {
    inWords: 'What did the agent helper do?',
    query: 'agent:helper',
    expected: ['support chat', 'tool that may not'],
  },
  {
    inWords: 'Which model calls cost more than five cents?',
    query: 'has:model cost:>$0.05',
    expected: ['expensive research', 'tool that may not'],
  },
  {
    inWords: 'Which runs cost more than three cents altogether, although no call of them did?',
    query: 'trace.cost:>0.03 -some(cost:>0.03)',
    expected: ['support chat'],
  },
  {
    inWords: 'Which model calls have no price?',
    query: 'cost.source:unpriced',
    expected: ['model without a price'],
  },
  {
    inWords: 'Which calls read more than 50,000 tokens?',
    query: 'tokens.in:>50k',
    expected: ['expensive research'],
  },
  {
    inWords: 'Which runs used between 1,000 and 5,000 tokens?',
    query: 'trace.tokens:1k..5k',
    expected: ['support chat', 'answer that was cut off'],
  },
  {
    inWords: 'Which prompts came from the cache of the provider?',
    query: 'tokens.cache_read:>0',
    expected: ['expensive research'],
  },
  {
    inWords: 'Which calls put prompts into that cache?',
    query: 'has:tokens.cache_write',
    expected: ['expensive research'],
  },
  {
    inWords: 'What ran with the tag beta?',
    query: 'tag:beta',
    expected: ['chain of another library'],
  },
  {
    inWords: 'Which answers were cut off?',
    query: 'finish:length',
    expected: ['answer that was cut off'],
  },
  {
    inWords: 'Where did the first token take more than three seconds?',
    query: 'ttft:>3s',
    expected: ['answer that was cut off'],
  },
  {
    inWords: 'Who called any of the Claude models?',
    query: 'model:claude-*',
    expected: ['expensive research', 'second choice'],
  },
  {
    inWords: 'Who called GPT-4o, not its small sister?',
    query: 'model:gpt-4o',
    expected: ['support chat', 'second choice', 'tool that may not'],
  },
  {
    inWords: 'Which calls went to someone else than OpenAI?',
    query: 'has:provider -provider:openai',
    expected: ['expensive research', 'model without a price', 'second choice'],
  },
  {
    inWords: 'Which tools failed?',
    query: 'has:tool status:error',
    expected: ['tool that may not'],
  },
  {
    inWords: 'Where did a tool run and, in a step of its own, an OpenAI model?',
    query: 'has:tool some(provider:openai)',
    expected: ['support chat', 'tool that may not'],
  },
  {
    inWords: 'Which runs of the support bot called no tool at all?',
    query: 'trace.service:support-bot -some(has:tool)',
    expected: [
      'answer that took too long',
      'chat that was cancelled',
      'answer that was cut off',
      'second choice',
    ],
  },
  {
    inWords: 'Where did the cache have no fresh answer?',
    query: 'cache:miss,stale',
    expected: ['quote that was looked up'],
  },
  {
    inWords: 'Which runs wait for a person?',
    query: 'trace.status:suspended',
    expected: ['release that waits'],
  },
  {
    inWords: 'What have I pinned?',
    query: 'trace.pinned:true',
    expected: ['release that waits', 'checkout of the last release'],
  },
  {
    inWords: 'Where did somebody refuse the connection?',
    query: 'message:*econnrefused*',
    expected: ['fetch that was retried'],
  },
  {
    inWords: 'Where do the words "insufficient funds" stand side by side?',
    query: '"insufficient funds"',
    expected: ['checkout declined'],
  },
  {
    inWords: 'Who looked for refunds, as the logs say?',
    query: 'refund* articles',
    expected: ['support chat'],
  },
  {
    inWords: 'Where is a transfer of 100 euros, typed without umlauts?',
    query: 'uberweisung "100 euro"',
    expected: ['Überweisung'],
  },
  {
    inWords: 'Which step has this odd name?',
    query: String.raw`step:"say \"hi\", *now*"`,
    expected: ['Überweisung'],
  },
  {
    inWords: 'Which span has this odd attribute?',
    query: 'attr."weird key:x":"a..b"',
    expected: ['Überweisung'],
  },
  {
    inWords: 'Who speaks English?',
    query: 'attr.languages:en',
    expected: ['Überweisung'],
  },
  {
    inWords: 'Which slow requests are neither orders nor imports?',
    query: 'has:kind -kind:internal duration:>1s -name:*orders* -has:model',
    expected: ['checkout declined'],
  },
  {
    inWords: 'Failed payments or slow orders: what is wrong with the shop?',
    query: '(service:payments status:error) OR (name:*orders* kind:client duration:>1s)',
    expected: ['checkout declined', 'slow orders'],
  },
  {
    inWords: 'Which requests began here and failed, those of the last release left out?',
    query: 'NOT has:parent status:error -version:1.3.0',
    expected: ['checkout declined', 'fetch that gave up'],
  },
  {
    inWords: 'What happened on 19 and 20 November?',
    query: 'trace.time:2026-11-19..2026-11-20T23:59',
    expected: ['Überweisung', 'release that waits', 'nightly import', 'checkout of the last release'],
  },
  {
    inWords: 'What happened between two and six hours ago, leaving model calls aside?',
    query: 'trace.time:-6h15m..-2h -some(has:model)',
    expected: ['quote from the cache', 'quote that was looked up'],
  },
  {
    inWords: 'What does this id stand for?',
    query: 'trace:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0* span:01*',
    expected: ['health check'],
  },
  {
    inWords: 'Which runs are small?',
    query: 'trace.spans:1 -has:error trace.duration:<10ms',
    expected: ['health check', 'quote from the cache'],
  },
  {
    inWords: 'Which tools took longer than 100 ms?',
    query: 'operation:tool duration:>100ms',
    expected: ['support chat'],
  },
  {
    inWords: 'Which single calls used more than a thousand tokens?',
    query: 'tokens:>1k',
    expected: ['support chat', 'expensive research', 'answer that was cut off'],
  },
  {
    inWords: 'Where did most of what was written go into reasoning?',
    query: 'tokens.out:>2k tokens.reasoning:>=2000',
    expected: ['expensive research'],
  },
  {
    inWords: 'Which runs of these workflows took longer than ten seconds?',
    query: 'workflow:support,research trace.duration:>10s',
    expected: ['support chat', 'expensive research'],
  },
  {
    inWords: 'How did all runs of one name go?',
    query: 'trace.name:"fetch page"',
    expected: ['fetch that was retried', 'fetch that gave up'],
  },
  {
    inWords: 'Which run was it that support was given these two ids for?',
    query: 'request:r-1 OR correlation:c-9',
    expected: ['checkout', 'checkout declined'],
  },
  {
    inWords: 'Which jobs were delivered twice?',
    query: 'attr.messaging.retried:true',
    expected: ['job without its beginning'],
  },
  {
    inWords: 'Which spans never got to see this parent?',
    query: 'parent:ffffffffffffffff',
    expected: ['job without its beginning'],
  },
];
