import { modelServer, type ModelServerOptions } from '@tta/obs-testing';
import { chatApi, type CreateChat } from './chat-api.ts';

/** The models that a workflow asks. */
export interface Models {
  readonly createChat: CreateChat;
  /** The name of the one that is asked for what is easy: `OPENAI_MODEL`. */
  readonly model: string;
  /** The name of the one that is asked for what is not: `OPENAI_LARGE_MODEL`. */
  readonly largeModel: string;
}

/** The models that an example has. */
export interface ConnectedModels extends Models {
  /** What the models say is known before. */
  readonly isScripted: boolean;
  close(): Promise<void>;
}

/**
 * Connects an example to the models of `OPENAI_BASE_URL` where there is an `OPENAI_API_KEY`, else to scripted ones on this
 * machine, and prints which of the two it is.
 *
 * @param replies - What the scripted ones say.
 */
export async function connectModels(
  replies: ModelServerOptions['replies'],
  env: NodeJS.ProcessEnv = process.env,
): Promise<ConnectedModels> {
  const model = env['OPENAI_MODEL'] || 'gpt-4.1-mini';
  const largeModel = env['OPENAI_LARGE_MODEL'] || 'gpt-4.1';
  const names = { model, largeModel };
  const apiKey = env['OPENAI_API_KEY'];
  if (apiKey) {
    const baseUrl = env['OPENAI_BASE_URL'] || 'https://api.openai.com/v1';
    console.log(`OPENAI_API_KEY is set: ${new URL(baseUrl).host} answers`);
    return {
      createChat: chatApi(baseUrl, apiKey),
      ...names,
      isScripted: false,
      close: async () => undefined,
    };
  }
  console.log('no OPENAI_API_KEY: a scripted model on this machine answers');
  const server = await modelServer({ replies });
  const createChat = chatApi(`${server.url}/v1`, 'none');
  return { createChat, ...names, isScripted: true, close: () => server.close() };
}
