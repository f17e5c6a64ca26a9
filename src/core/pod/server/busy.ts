/** Why a server that is there lets nobody in for now. */
export type Busy = 'full' | 'starting' | 'stopping';

/**
 * What a login was refused with says so; undefined for every other refusal. A server in another language says it in that one, since it has not heard
 * yet what we want: psql does not tell the SQLSTATE (53300, 57P03) of a login.
 */
export function whyBusy(message: string): Busy | undefined {
  if (full.some((words) => message.includes(words))) return 'full';
  if (starting.some((words) => message.includes(words))) return 'starting';
  return stopping.some((words) => message.includes(words)) ? 'stopping' : undefined;
}

const full = [
  'too many clients already',
  'remaining connection slots are reserved',
  'too many connections for role',
  'too many connections for database',
  'schon zu viele Verbindungen',
  'verbleibenden Verbindungen sind',
  'zu viele Verbindungen von Rolle',
  'trop de clients sont déjà connectés',
  'demasiados clientes',
  'troppi client',
  'muitos clientes conectados',
  'слишком много клиентов',
  '現在クライアント数が多すぎます',
  '已经有太多的客户',
  'zbyt wielu klientów',
];

const starting = [
  'the database system is starting up',
  'the database system is not yet accepting connections',
  'the database system is not accepting connections',
  'the database system is in recovery mode',
  'das Datenbanksystem startet',
  'das Datenbanksystem ist im Wiederherstellungsmodus',
];

const stopping = ['the database system is shutting down', 'das Datenbanksystem fährt herunter'];
