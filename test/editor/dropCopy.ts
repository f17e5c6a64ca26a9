import type { Server } from '../lab/servers';

/** Drops the copy of `shop` that a suite made, with the roles that were made for it: the next suite copies there, and looks at what is made. */
export async function dropCopy(server: Server): Promise<void> {
  const client = await server.connect('postgres');
  try {
    await client.query('drop database if exists shop with (force)');
    for (const name of ['billing', 'shop_app', 'shop_owner', 'shop_reader', 'Ödd "rôle"'])
      await client.query(`drop role if exists ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
