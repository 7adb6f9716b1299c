import { type Context, SpanKind } from '@opentelemetry/api';
import { genAiNames, type LlmUsage } from '@tta/obs-context';
import {
  amountIn,
  type Fields,
  fieldsOf,
  modelIn,
  requestAttributes,
  textIn,
  told,
  tokensIn,
} from './ai-sdk-fields.ts';
import { ToldExecution } from './told-execution.ts';

/** One attempt to call a model, from the request to the end of the answer: an execution of type `llm`. */
export class ModelCall {
  readonly #execution: ToldExecution;
  readonly #operation: string;
  readonly #asked: { readonly provider: string; readonly model: string };

  /** @param event - What is asked, by which the call begins. */
  constructor(operation: string, event: Fields, active: Context, isStream = false) {
    this.#operation = operation;
    this.#asked = modelIn(event);
    const { provider, model } = this.#asked;
    this.#execution = new ToldExecution(
      {
        type: 'llm',
        name: model,
        action: operation,
        kind: SpanKind.CLIENT,
        attributes: {
          ...requestAttributes(event, isStream),
          [genAiNames.operationName]: operation,
          [genAiNames.providerName]: provider,
          [genAiNames.requestModel]: model,
        },
      },
      active,
      event['messages'] ?? event['values'] ?? event['value'] ?? event['promptMessages'],
    );
  }

  get context(): Context {
    return this.#execution.context;
  }

  /** What a model answered, as it is: of a call that is not streamed. */
  answered(result: Fields): void {
    const response = fieldsOf(result['response']);
    const finish = fieldsOf(result['finishReason']);
    this.#end(textIn(finish, 'unified'), result['content'], {
      ...tokensIn(fieldsOf(result['usage'])),
      model: textIn(response, 'modelId'),
      responseId: textIn(response, 'id'),
      finishReasons: reasons(textIn(finish, 'raw') ?? textIn(finish, 'unified')),
    });
  }

  /** What an event says of the end of a call, also of a streamed one. */
  heard(event: Fields): void {
    const performance = fieldsOf(event['performance']);
    const response = fieldsOf(event['response']);
    const finishReason = textIn(event, 'finishReason');
    this.#end(finishReason, event['content'], {
      ...tokensIn(fieldsOf(event['usage'])),
      // Of a step it is the model that was asked.
      model: textIn(response, 'modelId') ?? textIn(event, 'modelId'),
      responseId: textIn(event, 'responseId') ?? textIn(response, 'id'),
      finishReasons: reasons(finishReason),
      timeToFirstChunkMs: amountIn(performance, 'timeToFirstOutputMs'),
    });
  }

  fail(error: unknown): void {
    this.#tell({ error });
    this.#execution.fail(error);
  }

  /** Nobody reads its answer to the end. What that used may still be told. */
  leave(reason: unknown): void {
    this.#execution.cancel(reason);
  }

  #end(finishReason: string | undefined, output: unknown, usage: Untold): void {
    if (finishReason !== 'error') {
      this.#tell(usage);
      this.#execution.succeed(output);
      return;
    }
    const error = new Error(`${this.#asked.model} ended its answer with an error`);
    this.#tell({ ...usage, error });
    this.#execution.fail(error);
  }

  #tell(usage: Untold): void {
    const { provider, model: requestModel } = this.#asked;
    const { model = requestModel, ...rest } = told(usage);
    this.#execution.usage({ ...rest, provider, model, requestModel, operation: this.#operation });
  }
}

type Untold = { readonly [K in keyof LlmUsage]?: LlmUsage[K] | undefined };

function reasons(reason: string | undefined): readonly string[] | undefined {
  return reason === undefined ? undefined : [reason];
}
