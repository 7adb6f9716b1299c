import { describe, expect, it } from '@jest/globals';
import { genAiMetricNames, genAiNames } from '../gen-ai-names.ts';
import { attributeNames, metricNames } from '../names.ts';
import { secretKeyRule } from './secret-key.ts';

const kindOf = secretKeyRule();

describe('secretKeyRule', () => {
  it.each([
    ['password', 'password'],
    ['db.password', 'password'],
    ['http.request.header.authorization', 'authorization'],
    ['http.request.header.x-api-key', 'api-key'],
    ['http.response.header.set-cookie', 'cookie'],
    ['rpc.grpc.request.metadata.authorization', 'authorization'],
    ['api_key', 'api-key'],
    ['openaiApiKey', 'api-key'],
    ['CLIENT_SECRET', 'secret'],
    ['accessToken', 'token'],
    ['pass\u00adword', 'password'],
    [`${'deep.'.repeat(100)}token`, 'token'],
  ])('knows %j as %s', (key, kind) => {
    expect(kindOf(key)).toBe(kind);
    expect(kindOf(key)).toBe(kind);
  });

  it.each([
    ...[attributeNames, metricNames, genAiNames, genAiMetricNames].flatMap((names) => Object.values(names)),
    'gen_ai.token.type',
    'llm.token_count.prompt',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.request.stop_sequences',
    'messaging.kafka.message.key',
    'db.query.parameter.partition_key',
    'feature_flag.key',
    'http.response.status_code',
    'code.function.name',
    'rpc.grpc.status_code',
    'time_to_first_token',
    'session.previous_id',
    'device.id',
  ])('leaves %j', (name) => {
    expect(kindOf(name)).toBeUndefined();
  });

  it('takes further names, also at the end of others', () => {
    const own = secretKeyRule(['pin', '']);
    expect([own('cardPin'), own('pin'), own('spin'), own('token')]).toEqual([
      'pin',
      'pin',
      undefined,
      'token',
    ]);
  });

  it('forgets names when there are too many of them', () => {
    for (let index = 0; index < 2_100; index++) kindOf(`key${index}`);
    expect(kindOf('token')).toBe('token');
  });
});
