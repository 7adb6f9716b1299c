import type { AiOperation } from '@tta/obs-protocol';
import type { Convention } from './convention.ts';

const PREFIX = 'claude_code.';

const operations: Readonly<Record<string, AiOperation>> = {
  interaction: 'agent',
  'subagent.spawn': 'agent',
  llm_request: 'inference',
  tool: 'tool',
  'tool.execution': 'step',
  'tool.blocked_on_user': 'step',
  'mcp.rpc': 'step',
  compaction: 'step',
};

/** Claude Code, whose spans say by their names what they are. */
export const claudeCode: Convention = {
  name: 'claude-code',
  recognizes: ({ name, scope }) =>
    name.startsWith(PREFIX) || scope.name.startsWith('com.anthropic.claude_code'),
  operation: ({ name }) => {
    const word = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
    return [Object.hasOwn(operations, word) ? (operations[word] ?? 'other') : 'other', word.slice(0, 256)];
  },
  names: {
    requestModel: ['gen_ai.request.model', 'model'],
    inputTokens: ['input_tokens'],
    outputTokens: ['output_tokens'],
    cacheReadTokens: ['cache_read_tokens'],
    cacheWriteTokens: ['cache_creation_tokens'],
    costUsd: ['cost_usd'],
    timeToFirstChunkMs: ['ttft_ms'],
    sessionId: ['session.id', 'gen_ai.conversation.id'],
    userId: ['user.id', 'user.account_uuid'],
    toolName: ['tool_name', 'gen_ai.tool.name'],
    toolCallId: ['gen_ai.tool.call.id', 'tool_use_id'],
    agentName: ['gen_ai.agent.name', 'subagent_type'],
    input: ['user_prompt', 'prompt'],
    output: ['assistant_response', 'response'],
    anyInput: ['user_prompt', 'prompt'],
    toolArguments: ['tool_input', 'full_command', 'tool_parameters'],
  },
  excludesCache: () => true,
};
