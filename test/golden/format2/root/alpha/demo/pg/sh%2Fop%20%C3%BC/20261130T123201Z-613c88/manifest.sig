{
 "format": "db-ferry-signature-1",
 "of": "manifest.json",
 "signatures": [
  {
   "key": "ed25519:UAN7Jx7MZhtlWe5TZZbTsx+K5dcCA6POT2841oFRKk4=",
   "signature": "6pV5RHbnwZBVsF30xgfTyqSxrh9+YkZGDQGnccSLHEF3ZmvDH7ppfN4U6lDq+PeyiBhPNkL6e9CT60kpBGudAw=="
  }
 ]
}
