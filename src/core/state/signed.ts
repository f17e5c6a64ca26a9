/** An Ed25519 public key as people hand it on: `ed25519:` and its 32 bytes in base64. */
export type PublicKey = string;

/** What a signature says here. `wrong`: it is not that of this text. */
export type Signed =
  | { readonly by: 'own' | 'trusted' | 'unknown'; readonly key: PublicKey; readonly name?: string }
  | { readonly by: 'nobody' | 'wrong' };

/** True for what proves that it is ours: this workspace, or one that the user trusts, signed it. */
export function isProven(signed: Signed | undefined): boolean {
  return signed?.by === 'own' || signed?.by === 'trusted';
}
