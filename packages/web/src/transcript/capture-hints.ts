import type { AiConvention } from '@tta/obs-protocol';

/** How a sender is told to tell what was said. */
export interface CaptureHint {
  readonly sender: string;
  /** Lines to copy; what is no line of code stands in `note`. */
  readonly code: string;
  readonly note?: string;
}

const GEN_AI: CaptureHint = {
  sender: 'OpenTelemetry GenAI instrumentations',
  code: 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true',
  note: 'Newer ones for Python take SPAN_ONLY or SPAN_AND_EVENT instead of true.',
};

const HINTS: Readonly<Record<AiConvention, CaptureHint>> = {
  'otel-gen-ai': GEN_AI,
  'tta-primitives': { sender: '@tta/obs', code: 'initializeObservability({ captureContent: true })' },
  openinference: {
    sender: 'OpenInference',
    code: 'OPENINFERENCE_HIDE_INPUTS=false\nOPENINFERENCE_HIDE_OUTPUTS=false',
    note: 'Content is captured unless one of these is true.',
  },
  openllmetry: { sender: 'OpenLLMetry', code: 'TRACELOOP_TRACE_CONTENT=true' },
  'ai-sdk': {
    sender: 'AI SDK',
    code: 'experimental_telemetry: { isEnabled: true, recordInputs: true, recordOutputs: true }',
    note: 'From version 7 on content is captured unless recordInputs or recordOutputs is false.',
  },
  langfuse: {
    sender: 'Langfuse',
    code: 'observation.update({ input, output })',
    note: 'A mask may have removed it.',
  },
  langsmith: {
    sender: 'LangSmith',
    code: 'LANGSMITH_HIDE_INPUTS=false\nLANGSMITH_HIDE_OUTPUTS=false',
    note: 'Content is captured unless one of these is true.',
  },
  mastra: {
    sender: 'Mastra',
    code: 'hideInput: false, hideOutput: false',
    note: 'In the tracing options of the call.',
  },
  'claude-code': {
    sender: 'Claude Code',
    code: 'OTEL_LOG_USER_PROMPTS=1\nOTEL_LOG_ASSISTANT_RESPONSES=1\nOTEL_LOG_TOOL_DETAILS=1\nOTEL_LOG_TOOL_CONTENT=1',
  },
  codex: {
    sender: 'Codex',
    code: '[otel]\nlog_user_prompt = true',
    note: 'Codex tells what was said in log records only: see the logs of this trace.',
  },
  copilot: {
    sender: 'Copilot',
    code: '"github.copilot.chat.otel.captureContent": true',
    note: 'On the command line OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true.',
  },
  'gemini-cli': { sender: 'Gemini CLI', code: '"telemetry": { "logPrompts": true }' },
};

/** How to have content captured by those that sent a trace; of one that nobody knows, by most. */
export function captureHints(conventions: Iterable<AiConvention>): readonly CaptureHint[] {
  const hints = [...new Set(conventions)].map((convention) => HINTS[convention]);
  return hints.length === 0 ? [HINTS['tta-primitives'], GEN_AI] : hints;
}
