{
 "format": "db-ferry-signature-1",
 "of": "manifest.json",
 "signatures": [
  {
   "key": "ed25519:UAN7Jx7MZhtlWe5TZZbTsx+K5dcCA6POT2841oFRKk4=",
   "signature": "W/SvQHaP3wxSLDEE8mID/YkyuOoa/GFaIBvy9Is3vsc+znm7LmWys2Sccv4GD4k71LEtT4cpv6nxB4tsGycxBw=="
  }
 ]
}
