/** How far a backup was verified once. */
export interface Verification {
  readonly level: 'structure' | 'digest' | 'counted' | 'restored';
  readonly time: string;
  /** for `restored`: where */
  readonly place?: string;
}
