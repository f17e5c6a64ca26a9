export const noticesFile: string;
export const sbomFile: string;
export interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
  /** our own files import it */
  readonly isDirect: boolean;
  readonly needs: readonly Bundled[];
  readonly place: string;
}
export function noticesOf(packages: readonly Bundled[]): string;
export function sbomOf(packages: readonly Bundled[], own: object, lock: object): Sbom;
export interface Sbom {
  components: {
    name: string;
    version: string;
    purl: string;
    licenses: object[];
    hashes?: object[];
    'bom-ref': string;
  }[];
  dependencies: { ref: string; dependsOn: string[] }[];
  serialNumber: string;
  specVersion: string;
}
