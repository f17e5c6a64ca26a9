/** How far a backup was verified once. */
export interface Verification {
  readonly level: 'structure' | 'digest' | 'counted' | 'restored' | 'key';
  readonly time: string;
  /** for `restored`: where */
  readonly place?: string;
}
