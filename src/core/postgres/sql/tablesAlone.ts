/**
 * A statement after which the session reads no view and no foreign table but the server's own, where the server knows how to refuse them (since the minor releases of August 2024): whoever
 * owns a table may put a view of its name in its place once we know the name, and what that computes would be computed in our name.
 */
export const tablesAlone = `do $ferry$ begin
  perform set_config(name, 'view, foreign-table', false) from pg_settings where name = 'restrict_nonsystem_relation_kind';
end $ferry$;
`;
