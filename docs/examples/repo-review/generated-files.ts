const LOCK_FILES = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  'Cargo.lock',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'Pipfile.lock',
  'go.sum',
  'Gemfile.lock',
  'composer.lock',
]);

const GENERATED =
  /(?:^|\/)(?:dist|vendor|node_modules|__generated__|__snapshots__)\/|\.min\.(?:js|css)$|\.map$|\.snap$|\.pb\.go$|_pb2(?:_grpc)?\.pyi?$|\.generated\.\w+$|\.log$/;

/** Whether the file pins the versions that a manifest asks for. */
export function isLockFile(path: string): boolean {
  return LOCK_FILES.has(path.slice(path.lastIndexOf('/') + 1));
}

/** Whether nobody wrote the file by hand: lock files, bundles, snapshots, logs, generated code, vendored code. */
export function isGenerated(path: string): boolean {
  return isLockFile(path) || GENERATED.test(path);
}
