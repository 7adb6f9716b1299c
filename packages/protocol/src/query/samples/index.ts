export { questions, type Question } from './questions.ts';
export { queryableSample } from './queryable-sample.ts';
export { sampleNowMs, sampleTraces, type SampleSpan, type SampleTrace } from './sample-traces.ts';
