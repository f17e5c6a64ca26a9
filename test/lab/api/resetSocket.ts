import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** A TCP reset, as a lost node or proxy makes it: TLS itself cannot do it, the socket below can. */
export function resetSocket(socket: TLSSocket): void {
  (socket as TLSSocket & { _parent?: Socket })._parent?.resetAndDestroy();
  socket.destroy();
}
