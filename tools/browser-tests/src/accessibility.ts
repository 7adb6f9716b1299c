import { expect } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** WCAG 2.2 AA with all that it is built on, and what is held to be good practice beyond it. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Fails with every element in which axe finds what keeps somebody from using the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (rules) => {
    const { axe: loaded } = window as unknown as { axe: typeof axe };
    const found = await loaded.run(document, { runOnly: rules, resultTypes: ['violations'] });
    return found.violations.flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ html, failureSummary = '' }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`,
      ),
    );
  }, RULES);
  expect(violations).toEqual([]);
}
