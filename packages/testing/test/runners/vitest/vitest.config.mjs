export default {
  cacheDir: '.vite',
  ssr: { resolve: { conditions: ['@tta/source'] } },
  test: { include: ['*.test.ts'], setupFiles: ['set-up.ts'] },
};
