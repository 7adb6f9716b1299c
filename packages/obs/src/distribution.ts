/** Names this set-up in every resource (`telemetry.distro.*`). A spec holds the version against the manifest. */
export const distribution = { name: 'tta-obs', version: '0.1.0' };
