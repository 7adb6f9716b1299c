import { describe, expect, it } from '@jest/globals';
import { findVersions } from './find-versions.ts';

const first = 'a1b2c3d'.padEnd(40, '1');
const second = 'a1b2c3d'.padEnd(40, '2');
const seen = (version: string | null, revision: string | null, serviceName = 'shop') => ({
  serviceName,
  version,
  revision,
  firstTimeMs: 0,
  lastTimeMs: 0,
  calls: 1,
});
/** Those that ran last first. */
const known = [
  seen('7.0', null, 'bank'),
  seen(null, `${second}-dirty`),
  seen('1.2', second),
  seen('1.1', first),
  seen('1.0', first),
];

const found = (baseline: string, candidate?: string) => {
  const answer = findVersions(known, baseline, candidate);
  if ('problem' in answer) return `${answer.status} ${answer.problem}`;
  return [answer.baseline, answer.candidate].map(({ by, name }) => `${by} ${name}`);
};

describe('findVersions', () => {
  it('takes for candidate the version that ran last in the same service', () => {
    expect(found('1.0')).toEqual(['version 1.0', 'version 1.2']);
    expect(found('1.2')).toEqual(['version 1.2', 'version 1.1']);
  });

  it('takes the revision that ran last for a baseline that is one', () => {
    expect(found(first.slice(0, 8))).toEqual([`revision ${first}`, `revision ${second}-dirty`]);
    expect(found(`${second}-dirty`)).toEqual([`revision ${second}-dirty`, `revision ${second}`]);
  });

  it('finds both where both are told', () => {
    expect(found('1.0', '1.1')).toEqual(['version 1.0', 'version 1.1']);
    expect(found('1.0', second)).toEqual(['version 1.0', `revision ${second}`]);
  });

  it('says what is not known, by itself, or not one', () => {
    expect(found('0.9')).toMatch(
      /^404 The baseline "0\.9" is no version or revision that a primitive has run in/,
    );
    expect(found('1.0', '2')).toMatch(/^404 The candidate "2" is no version/);
    expect(found('a1b2c3d')).toMatch(/^400 The baseline "a1b2c3d" begins several revisions/);
    expect(found('7.0')).toMatch(/^404 There is no other version than 7\.0 to compare it with/);
  });

  it('refuses to compare executions with themselves', () => {
    expect(found('1.0', '1.0')).toMatch(/^400 1\.0 and 1\.0 have executions in common/);
    expect(found('1.0', first)).toMatch(/^400 /);
  });
});
