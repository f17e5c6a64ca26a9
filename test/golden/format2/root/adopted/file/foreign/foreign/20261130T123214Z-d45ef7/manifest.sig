{
 "format": "db-ferry-signature-1",
 "of": "manifest.json",
 "signatures": [
  {
   "key": "ed25519:UAN7Jx7MZhtlWe5TZZbTsx+K5dcCA6POT2841oFRKk4=",
   "signature": "L8Gibcpe1l1pAIudpYo7WOixD9ldJ+83JQRM7V47REY3HCDD1qw4F5DxBfN8fIph3kfsADVdL5TtLow52N+6AA=="
  }
 ]
}
