import { describe, expect, it } from '@jest/globals';
import { parseSetting, sizeText, type SettingName } from './setting.ts';

describe('parseSetting', () => {
  it.each([
    ['maxBytes', '500MB', 500_000_000],
    ['maxBytes', '1GiB', 1024 ** 3],
    ['maxBytes', '1.5 gib', 1.5 * 1024 ** 3],
    ['maxBytes', '2T', 2e12],
    ['maxBytes', '64MiB', 64 * 1024 ** 2],
    ['maxBytes', '1000000', 1_000_000],
    ['maxBytes', '1000000B', 1_000_000],
    ['otlpPorts', '4318,4317', [4318, 4317]],
    ['otlpPorts', ' 1 , 65535 ', [1, 65_535]],
    ['otlpPorts', 'none', []],
    ['retentionHours', '0.5', 0.5],
    ['retentionHours', '.5', 0.5],
    ['retentionHours', '100000', 100_000],
    ['host', '[::1]', '::1'],
    ['durability', 'full', 'full'],
    ['keepSecrets', 'TRUE', true],
    ['keepSecrets', '0', false],
    ['token', '0123456789abcde!', '0123456789abcde!'],
    ['port', '0', 0],
  ] as const)('reads %s %j as %j', (name, text, value) => {
    expect(parseSetting(name, text, '')).toEqual(value);
  });

  it.each([
    ['maxBytes', '999999', 'a size of at least 1MB such as 500MB or 1GiB'],
    ['maxBytes', '1 iB', 'a size'],
    ['maxBytes', '-1GB', 'a size'],
    ['maxBytes', '1e9', 'a size'],
    ['maxBytes', 'lots', 'a size'],
    ['maxBytes', '99999999TiB', 'a size'],
    ['otlpPorts', '0', 'up to 8 port numbers such as 4318,4317, or none'],
    ['otlpPorts', '65536', 'up to 8'],
    ['otlpPorts', '1,,2', 'up to 8'],
    ['otlpPorts', '1,2,3,4,5,6,7,8,9', 'up to 8'],
    ['retentionHours', '0', 'a number of hours above 0'],
    ['retentionHours', '100001', 'a number of hours'],
    ['retentionHours', '0x10', 'a number of hours'],
    ['retentionHours', 'Infinity', 'a number of hours'],
    ['port', '65536', 'a whole number from 0 to 65535'],
    ['port', '1.5', 'a whole number'],
    ['host', 'http://x', 'a name or address'],
    ['host', 'a b', 'a name or address'],
    ['dbPath', 'a\0b', 'the path of a file'],
    ['dbPath', '', 'the path of a file'],
    ['durability', 'fast', 'process or full'],
    ['keepSecrets', 'yes', 'true or false'],
  ] as const)('refuses %s %j and says what it has to be', (name: SettingName, text, wanted) => {
    const place = '--flag';
    expect(() => parseSetting(name, text, place)).toThrow(`--flag must be ${wanted}`);
    expect(() => parseSetting(name, text, place)).toThrow(`, but is "${text}".`);
  });

  it.each([['short'], ['with a blank in its middle'], ['x'.repeat(257)], ['ümläute-ümläute-ümläute']])(
    'refuses the token %j without showing it',
    (token) => {
      const message = 'TTA_UI_TOKEN must be 16 to 256 printable ASCII characters without blanks.';
      expect(() => parseSetting('token', token, 'TTA_UI_TOKEN')).toThrow(new Error(message).message);
      expect(() => parseSetting('token', token, 'TTA_UI_TOKEN')).not.toThrow(token);
    },
  );
});

describe('sizeText', () => {
  it.each([
    [500_000_000, '500MB'],
    [1024 ** 3, '1GiB'],
    [1.5 * 1024 ** 3, '1536MiB'],
    [2e12, '2TB'],
    [1_000_001, '1000001'],
  ])('tells %d as %s, which is read as the same', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
    expect(parseSetting('maxBytes', text, '')).toBe(bytes);
  });
});
