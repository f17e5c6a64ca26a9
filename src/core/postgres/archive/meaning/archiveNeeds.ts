/** What an archive asks of a server besides roles and extensions. Names are sorted; of each list the first thousand. */
export interface ArchiveNeeds {
  readonly tablespaces: readonly string[];
  /** roles that statements name which are no grants */
  readonly rolesWithoutGrants: readonly string[];
  /** collations of pg_catalog that definitions name: what they are hangs on the server's image */
  readonly collations: readonly string[];
  /** roles that own what only superusers may own */
  readonly superusers: readonly string[];
  /** what only a superuser can make, as `KIND name` */
  readonly bySuperuser: readonly string[];
  /** functions that only a superuser can make, as far as their text tells: leakproof ones, and those in untrusted languages */
  readonly functionsBySuperuser: readonly string[];
  /** objects of which the archive takes rights from PUBLIC, as its ACL entries call them */
  readonly takenFromPublic: readonly string[];
}
