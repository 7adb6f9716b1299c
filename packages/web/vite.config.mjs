import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  // Relative addresses: the page also works below a path and inside an editor panel.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: { conditions: ['@tta/source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    // Preloads and inlined assets would need exceptions in the Content-Security-Policy.
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: true,
  },
});
