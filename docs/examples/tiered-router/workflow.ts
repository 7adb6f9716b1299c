import { llm, openAiChat, router } from '@tta/obs-primitives';
import type { Models } from '../model/connect-models.ts';

/**
 * Answers a question by the model that is good enough for it: a short one by the small model, a long one by the large. A
 * run that asks for a tier gets it, `execute(question, { llmModelTier: 'quality' })`; while one of them refuses because of
 * its rate limit, the other answers in its place.
 */
export function answerQuestion({ createChat, model, largeModel }: Models) {
  const ask = (asked: string) =>
    llm({
      provider: 'openai',
      model: asked,
      call: (question: string, { signal }) =>
        createChat({ model: asked, messages: [{ role: 'user', content: question }] }, signal),
      reads: openAiChat,
      // A refusal is for the router to answer, by the other model.
      maxRetries: 0,
    });

  return router({
    routes: { small: ask(model), large: ask(largeModel) },
    select: (question) => (question.split(' ').length > 12 ? 'large' : 'small'),
    default: 'large',
    profile: { small: { tier: 'fast', costUsd: 0.0002 }, large: { tier: 'quality', costUsd: 0.002 } },
    name: 'choose model',
  });
}
