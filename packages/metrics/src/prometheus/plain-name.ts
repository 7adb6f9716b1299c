/** A name of OpenTelemetry with nothing in it but letters, digits and single underscores, as the exporter writes it. */
export function plainName(name: string): string {
  return name.replaceAll(/\W/g, '_').replaceAll(/_{2,}/g, '_');
}
