import { llm } from '@tta/obs-primitives';

const reply = () => ({ text: 'done', model: 'bare-1', usage: { inputTokens: 3, outputTokens: 1 } });

/** A call of a model that answers at once. */
export const create = (call) => llm({ provider: 'none', model: 'bare', call, reads: { reply } });
