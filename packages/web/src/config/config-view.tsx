import type { Viewer } from '../viewer.ts';

export function ConfigView({ viewer }: { readonly viewer: Viewer }) {
  return <p class="notice">{viewer.route.value.view}</p>;
}
