import base, { dependencyChecks } from '../../eslint.config.mjs';

// What runners are shown imports this package as its users do, by its name.
export default [...base, dependencyChecks, { ignores: ['test/runners/**'] }];
