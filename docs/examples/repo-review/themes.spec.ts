import { afterEach, describe, expect, it } from '@jest/globals';
import { openRepository } from './repository.ts';
import { PlantedRepository } from './planted-repository.ts';
import { repoReview } from './workflow.ts';

let planted: PlantedRepository | undefined;
afterEach(() => planted?.remove());

describe('findThemes', () => {
  it('tells the areas of a repository apart by the words of their messages and lines', async () => {
    planted = new PlantedRepository();
    for (const part of ['header', 'footer', 'index', 'column']) {
      planted.commit(`feat: parse the ${part} of a spreadsheet`, {
        [`parser/${part}.js`]: `export const spreadsheetCell = "${part}";\n`,
      });
      planted.commit(`feat: draw the ${part} on the canvas`, {
        [`painter/${part}.js`]: `canvasBrush.stroke("${part}");\n`,
      });
    }

    const { themes, summary } = await repoReview().execute({
      repository: await openRepository(planted.directory),
      maxCommits: 50,
    });

    const terms = Object.fromEntries(themes.map((theme) => [theme.area, theme.terms]));
    expect(terms['parser']).toEqual(expect.arrayContaining(['spreadsheet', 'parse']));
    expect(terms['painter']).toEqual(expect.arrayContaining(['canvas', 'draw']));
    expect(terms['parser']).not.toContain('canvas');
    expect(summary.text).toContain('Kinds of work: 8 feat of 8 commits.');
    expect(summary.text).toMatch(/parser: 4 commits on .*spreadsheet/);
  });
});
