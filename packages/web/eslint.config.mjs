import base from '../../eslint.config.mjs';

// No dependency checks: the published page holds its dependencies inside and has none to declare.
export default base;
