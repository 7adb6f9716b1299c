/*
 * Most spans are of no AI program. These tell so at a glance, so that only the others are read; what `normalizeSpan` knows
 * passes them, and a little more.
 */

const KEYS =
  /^(?:gen_ai\.|ai\.|langfuse\.|langsmith\.|mastra\.|openinference\.|traceloop\.|llm\.|github\.copilot\.|copilot_chat\.|cost\.usd$)/;
const SCOPES =
  /^(?:gen_ai$|ai$|com\.anthropic\.claude_code|langfuse-sdk$|@traceloop\/|codex\b|codex_|gemini[-_]cli$|github\.copilot$|copilot-chat$)/;
const SERVICES = /^(?:codex\b|codex_|gemini-cli$)/;
const NAMES = /^claude_code\./;
const PRIMITIVES: ReadonlySet<string> = new Set(['llm', 'tool', 'agent']);

/** Whether an attribute's key alone makes its span one to be read. */
export function isAiKey(key: string): boolean {
  return KEYS.test(key);
}

/** Whether all spans of a scope or service are to be read. */
export function isAiOrigin(scopeName: string, serviceName: string): boolean {
  return SCOPES.test(scopeName) || SERVICES.test(serviceName);
}

/** Whether a span is to be read for its name or for its primitive. */
export function isAiName(name: string, primitiveType: string | null): boolean {
  return (primitiveType !== null && PRIMITIVES.has(primitiveType)) || NAMES.test(name);
}
