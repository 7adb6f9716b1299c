import base, { dependencyChecks } from '../../eslint.config.mjs';

export default [{ ignores: ['deno/package.json'] }, ...base, dependencyChecks];
