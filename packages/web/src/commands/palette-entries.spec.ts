import { describe, expect, it } from '@jest/globals';
import { traceSummary } from '../testing/trace-fixture.ts';
import type { Command } from './command.ts';
import { paletteEntries } from './palette-entries.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const OTHER_ID = '0af7651916cd43dd8448eb211c80319c';

function command(title: string, group: Command['group'], ...keys: string[]): Command {
  return { title, group, keys, run: () => {} };
}

function offer(typed: string) {
  const did: string[] = [];
  const entries = paletteEntries(typed, {
    commands: [command('Traces', 'Go to', 'g t'), command('Use the dark theme', 'Page')],
    traces: [
      traceSummary({ traceId: ID, name: 'review', serviceName: 'shop' }),
      traceSummary({ traceId: OTHER_ID, name: '', serviceName: 'cart' }),
    ],
    openTrace: (traceId) => did.push(`open ${traceId}`),
    search: (query) => did.push(`search ${query}`),
  });
  return { did, entries, titles: entries.map(({ title }) => title) };
}

describe('paletteEntries', () => {
  it('offers all commands and the newest traces before anything is typed', () => {
    expect(offer('').titles).toEqual(['Traces', 'Use the dark theme', 'review', '(no name)']);
    expect(offer('').entries.map(({ group }) => group)).toEqual(['Go to', 'Page', 'Traces', 'Traces']);
  });

  it('finds commands by words of their title and group, in any order and case', () => {
    expect(offer('Dark use').titles).toEqual(['Use the dark theme', 'Search traces for “Dark use”']);
    expect(offer('go to tra').titles[0]).toBe('Traces');
  });

  it('finds traces by name, service and the beginning of the id', () => {
    expect(offer('revi').titles[0]).toBe('review');
    expect(offer('cart').titles[0]).toBe('(no name)');
    expect(offer('0af76519').titles[0]).toBe('(no name)');
  });

  it.each([ID, ID.toUpperCase(), `http://127.0.0.1:8765/#/traces/${ID}?span=1`, `  ${ID}\n`])(
    'opens the trace that was pasted as %j, also one that is not in the list, and offers it once',
    (pasted) => {
      const { entries, did } = offer(pasted);
      entries[0]?.run();
      expect(did).toEqual([`open ${ID}`]);
      expect(entries.filter(({ group }) => group === 'Traces')).toEqual([]);
    },
  );

  it('opens nothing for digits that are no trace id', () => {
    expect(offer(`${ID}0`).titles).toEqual([`Search traces for “${ID}0”`]);
  });

  it('searches for what was typed as the last choice', () => {
    const { entries, did } = offer(' status:error ');
    entries.at(-1)?.run();
    expect(did).toEqual(['search status:error']);
  });

  it('names each entry by itself', () => {
    const ids = offer('e').entries.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('offers eight traces at most', () => {
    const many = Array.from({ length: 20 }, (_, at) =>
      traceSummary({ traceId: at.toString(16).padStart(32, '0') }),
    );
    const entries = paletteEntries('', { commands: [], traces: many, openTrace: () => {}, search: () => {} });
    expect(entries).toHaveLength(8);
  });

  it('lets no name of a trace turn the direction of what stands beside it', () => {
    const [entry] = paletteEntries('', {
      commands: [],
      traces: [traceSummary({ traceId: ID, name: 'a\u202eb', serviceName: 'c\u2066d' })],
      openTrace: () => {},
      search: () => {},
    });
    expect(entry).toMatchObject({ title: 'a\ufffdb', hint: 'c\ufffdd 4bf92f35…4736' });
  });
});
