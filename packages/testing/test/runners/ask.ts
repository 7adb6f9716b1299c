import { InstrumentedPrimitive, type RunScope } from '@tta/obs-instrumentation';

/** What a user has written: it asks again until it has an answer. */
class Ask extends InstrumentedPrimitive<string, string> {
  readonly #failures: number;

  constructor(failures: number) {
    super({ type: 'retry', name: 'ask' });
    this.#failures = failures;
  }

  protected async run(question: string, scope: RunScope): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = (): string => this.#answer(attempt, question);
        return await scope.step(`attempt_${attempt}`, answer, question);
      } catch (error) {
        scope.record({ type: 'recovery', kind: 'retry', error });
      }
    }
  }

  #answer(attempt: number, question: string): string {
    if (attempt <= this.#failures) throw new Error('503 Service Unavailable');
    return question;
  }
}

/** @param failures - How often there is no answer. @defaultValue what the environment says */
export function ask(failures = Number(process.env['FAILURES'] ?? 2)): Ask {
  return new Ask(failures);
}
