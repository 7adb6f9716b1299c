export { traceTree, type TraceTreeOptions } from './trace-tree.ts';
