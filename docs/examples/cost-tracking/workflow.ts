import { lambda, llm, named, openAiChat, parallel, sequential } from '@tta/obs-primitives';
import type { Models } from '../model/connect-models.ts';

export interface Ticket {
  readonly customer: string;
  readonly text: string;
}

/** What a call of the translation service costs, which sends no bill with its answer. */
const usdPerCharacter = 0.000_02;

/**
 * Answers a ticket: translates it, has a small model say what it is about while a large one writes an answer.
 *
 * What the models cost follows from the tokens that they report; a step that costs otherwise says so with `cost`.
 */
export function answerTicket(
  { createChat, model, largeModel }: Models,
  translate: (text: string) => Promise<string>,
) {
  const ask = (name: string, asked: string, instruction: string) =>
    llm({
      provider: 'openai',
      model: asked,
      name,
      call: (text: string, { signal }) =>
        createChat(
          {
            model: asked,
            messages: [
              { role: 'system', content: instruction },
              { role: 'user', content: text },
            ],
          },
          signal,
        ),
      reads: openAiChat,
    });

  return named(
    'answer ticket',
    sequential(
      lambda('translate', async ({ text }: Ticket, { cost }) => {
        cost(text.length * usdPerCharacter);
        return translate(text);
      }),
      parallel({
        subject: ask('find subject', model, 'Say in one or two words what this is about.'),
        answer: ask('write answer', largeModel, 'Answer this customer in two sentences.'),
      }),
      lambda('put together', ({ subject, answer }) => ({ subject: subject.text, answer: answer.text })),
    ),
  );
}
