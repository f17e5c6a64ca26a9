{
 "format": "db-ferry-signature-1",
 "of": "manifest.json",
 "signatures": [
  {
   "key": "ed25519:UAN7Jx7MZhtlWe5TZZbTsx+K5dcCA6POT2841oFRKk4=",
   "signature": "2VWiB83GFa+qV4tvTHBxRVCoeqoUMJW7Xfh1XMMVjYPtyVYsdcDnMguTpFttfmFktDtEHBzprU6gDbgQ2jjAAQ=="
  }
 ]
}
