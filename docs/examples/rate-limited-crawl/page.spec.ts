import { describe, expect, it } from '@jest/globals';
import { fetchPage } from './page.ts';

const scope = new AbortController();

describe('fetchPage', () => {
  it('finds nothing on a page that has nothing', async () => {
    const url = 'data:text/html,<p>hello';
    expect(await fetchPage(url, scope)).toEqual({ url, title: '', links: [] });
  });

  it('follows no links to other sites', async () => {
    const url = 'data:text/html,<title>Links</title><a href="https://example.com/">there</a>';
    expect(await fetchPage(url, scope)).toEqual({ url, title: 'Links', links: [] });
  });
});
