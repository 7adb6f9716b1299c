import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatSegmentName, parseSegmentName, segmentId } from './spool-segment.ts';

const owner = { host: '0a1b2c3d', pid: 4242, started: '11111111', instance: 'feedbeef' };

describe('the name of a segment', () => {
  it('says when it was made, what of it is sent, and whose it is', () => {
    const id = segmentId(1_767_225_600_000.7, 12, owner);
    expect(formatSegmentName({ id, position: 34, owner })).toBe(
      '001767225600000-000012-feedbeef-34.0a1b2c3d-4242-11111111-feedbeef.seg',
    );
    expect(formatSegmentName({ id, position: 0, owner: undefined })).toBe(
      '001767225600000-000012-feedbeef-0.free.seg',
    );
  });

  it('is read as it was written', () => {
    const hash = fc.integer({ min: 0, max: 0xffffffff }).map((n) => n.toString(16).padStart(8, '0'));
    const owners = fc.option(
      fc.record(
        { host: hash, pid: fc.nat(4_194_304), started: hash, instance: hash },
        { noNullPrototype: true },
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.nat(),
        hash,
        owners,
        (createdMs, sequence, position, instance, by) => {
          const name = { id: segmentId(createdMs, sequence, { ...owner, instance }), position, owner: by };
          expect(parseSegmentName(formatSegmentName(name))).toEqual(name);
        },
      ),
    );
  });

  it('sorts by age', () => {
    const ids = [
      segmentId(9, 0, owner),
      segmentId(10, 0, owner),
      segmentId(10, 9, owner),
      segmentId(10, 10, owner),
    ];
    expect([...ids].reverse().sort()).toEqual(ids);
  });

  it.each([
    '',
    'readme.txt',
    'x.seg',
    '1-1-feedbeef-0.free.seg',
    '001767225600000-000012-feedbeef-0.free.seg.bak',
  ])('is not %p', (fileName) => {
    expect(parseSegmentName(fileName)).toBeUndefined();
  });
});
